"""Measure everything, and write it into the documentation: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from . import chart, documents
from .report import as_markdown
from .run import FULL, QUICK, RefusedError, measure


def main() -> None:
    """Ends with 1 if the run is refused. That a target is missed is only shown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure little, in three minutes, and write nothing")
    quick = parser.parse_args().quick
    try:
        run = measure(QUICK if quick else FULL)
    except RefusedError as refused:
        sys.exit(f"refused: {refused}")
    print(as_markdown(run))
    if quick:
        return
    documents.write_json("results", asdict(run))
    documents.write_section("results", as_markdown(run))
    for name, palette in chart.PALETTES.items():
        (documents.RESULTS / f"times-{name}.svg").write_text(chart.as_svg(run, palette))


if __name__ == "__main__":
    main()
