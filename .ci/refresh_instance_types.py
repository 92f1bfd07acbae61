"""Make the list of instance types and the regions that offer them, from the installed botocore and cfn-lint.

    python .ci/refresh_instance_types.py

The types are those of the SageMaker API in botocore's service model; the regions are those of AWS's price list for
hosting, which cfn-lint ships.
"""

from __future__ import annotations

import gzip
import json
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "constructs/sagemaker_multi_container/rules/instance_types.json"


def installed(distribution: str, path: str) -> Any:
    """The content of a JSON file in an installed distribution."""
    file = Path(str(metadata.distribution(distribution).locate_file(path)))
    content = file.read_bytes()
    return json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)


def make() -> dict[str, Any]:
    """The content of the data file: types that are offered in the same regions stand together."""
    api = installed("botocore", "botocore/data/sagemaker/2017-07-24/service-2.json.gz")
    prices = installed("cfn-lint", "cfnlint/data/schemas/extensions/aws_sagemaker_hosting/instancetype_enum.json")
    types_by_region = {region: set(listed["enum"]) for region, listed in prices.items() if isinstance(listed, dict)}
    together: dict[tuple[str, ...], list[str]] = {}
    for each in sorted(api["shapes"]["ProductionVariantInstanceType"]["enum"]):
        regions = tuple(region for region in sorted(types_by_region) if each in types_by_region[region])
        together.setdefault(regions, []).append(each)
    return {
        "made_by": ".ci/refresh_instance_types.py",
        "made_from": {name: metadata.version(name) for name in ("botocore", "cfn-lint")},
        "offers": [{"types": types, "regions": regions} for regions, types in together.items()],
    }


def render(content: dict[str, Any]) -> str:
    """The file's text: one line for each group of types, so that a refresh makes a readable difference."""
    head = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items() if key != "offers"]
    offers = ",\n".join(f"    {json.dumps(offer)}" for offer in content["offers"])
    return "{\n" + ",\n".join([*head, f'  "offers": [\n{offers}\n  ]']) + "\n}\n"


if __name__ == "__main__":
    DATA.write_text(render(make()))
