"""`mce local` with real images, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.local.plan import NamedImage
from tests.cli.test_local import TEMPLATE


def test_check_finds_nothing_in_images_that_keep_the_contract(image: NamedImage, tmp_path: Path) -> None:
    (tmp_path / "search.template.json").write_text(json.dumps(TEMPLATE))
    images = [f"--image={hostname}={image.name}" for hostname in ("ranker", "tagger")]

    checked = CliRunner().invoke(mce, ["local", str(tmp_path / "search.template.json"), "--check", *images])

    assert checked.exit_code == 0, checked.output
    assert checked.stdout.endswith("all 2 containers answer pings on their own ports\n")
    assert not [line for line in checked.stdout.splitlines() if line.startswith(("error", "warning", "info"))]


def test_an_image_that_cannot_be_pulled_is_said_once_and_nothing_is_started(image: NamedImage, tmp_path: Path) -> None:
    """In the engine's own words, on lines of their own."""
    (tmp_path / "search.template.json").write_text(json.dumps(TEMPLATE))
    images = [f"--image=ranker={image.name}", "--image=tagger=127.0.0.1:1/nobody:1"]

    refused = CliRunner().invoke(mce, ["local", str(tmp_path / "search.template.json"), "--port=0", *images])

    assert refused.exit_code == 2
    assert refused.output.count("the image 127.0.0.1:1/nobody:1 cannot be pulled") == 1
    assert "  fix: log in to its registry, or give --image tagger=REFERENCE\n" in refused.stdout
    assert "starting" not in refused.output
    assert "\\n" not in refused.output
