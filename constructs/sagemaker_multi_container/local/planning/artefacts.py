"""Where the model data of containers is on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...rules import Unknown
from ...rules.description import known, text
from .declared import DeclaredContainer
from .findings import Findings, phrase


def model_data_of(container: DeclaredContainer, findings: Findings, *, is_needed: bool) -> Path | None:
    """The staged file with the container's model data. None if there is none, or a problem.

    Args:
        container: The container.
        findings: Is told of model data that is not in the assembly.
        is_needed: Whether that is a problem. It is none of a process, which may have its own.
    """
    url, source = _url_and_source(container)
    if url is None and source is None and container.properties.get("ModelPackageName") is None:
        return None
    path, reason = _staged(container, url, source)
    if path is None and is_needed:
        option = container.option
        fix = f"give --model-data {option}=PATH, a directory or an archive; --model-data {option}= to run without"
        findings.problem(container.where, reason, fix)
    return path


def _url_and_source(container: DeclaredContainer) -> tuple[Any, Any]:
    """The address of the model data in S3, and what is said of it there, if that is said."""
    source = container.properties.get("ModelDataSource")
    if not isinstance(source, dict):
        return container.properties.get("ModelDataUrl"), source
    inner = source.get("S3DataSource")
    return (inner.get("S3Uri"), inner) if isinstance(inner, dict) else (None, source)


def _staged(container: DeclaredContainer, url: Any, source: Any) -> tuple[Path | None, str]:
    """The staged file, or why there is none."""
    if not isinstance(url, str | Unknown):
        package = container.properties.get("ModelPackageName")
        whence = "only known at deployment" if package is None else f"in {phrase('the model package', package)}"
        return None, f"its model data is {whence}"
    what = phrase("its model data", url)
    asset = container.model.template.assets.files.get(known(url).rpartition("/")[2])
    if asset is None:
        return None, f"{what} is not in the assembly"
    if asset.packaging == "zip":
        return None, f"{what} would be uploaded as a zip archive, and SageMaker unpacks .tar.gz only"
    if text(source, "CompressionType") == "None":
        return None, f"{what} is one object that SageMaker does not unpack, which is not done here"
    path = asset.path.resolve()
    return (path, "") if path.exists() else (None, f"{what} is not where the assembly says, {str(path)!r}")
