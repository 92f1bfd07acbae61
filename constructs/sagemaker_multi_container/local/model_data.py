"""What `/opt/ml/model` shows to a container: a directory, or an archive that is unpacked."""

from __future__ import annotations

import gzip
import sys
import tarfile
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from .errors import LocalEndpointError
from .plan import ContainerPlan

_BROKEN: Final = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)
_PACK: Final = "pack it: tar -czf model.tar.gz -C FOLDER ."


def unpack(container: ContainerPlan, folder: Path) -> Path | None:
    """The folder that a container sees as `/opt/ml/model`; None if it has no model data.

    A directory is used as it is, and nothing is written to it. An archive is unpacked. As SageMaker takes no other, it
    is a tar archive that gzip has compressed
    (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html).

    Args:
        container: The container.
        folder: Where an archive is unpacked. It is made if it is not there, and is not cleared if something fails.

    Raises:
        LocalEndpointError: If there is nothing to unpack, or no such archive, or one that would write or lead outside
            of the folder, or the folder cannot be written.
    """
    source = container.model_data
    if source is None:
        return None
    where = f"container {container.title}: its model data {str(source)!r}"
    if source.is_dir():
        return source.resolve()
    if not hasattr(tarfile, "data_filter"):
        what = f"cannot be unpacked safely by this Python, {sys.version.split()[0]}"
        raise LocalEndpointError(f"{where} {what}; use 3.11.4 or newer, or give a directory")
    try:
        archive = source.open("rb")
    except OSError as reason:
        fix = f"give another one with --model-data {container.title}=PATH"
        raise LocalEndpointError(f"{where} cannot be read: {_said(reason)}; {fix}") from reason
    with archive:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _extract(archive, folder)
        except tarfile.FilterError as reason:
            raise LocalEndpointError(f"{where} is not safe to unpack: {reason}; {_PACK}") from reason
        except _BROKEN as reason:
            what = f"is no whole .tar.gz archive, and SageMaker unpacks nothing else: {_said(reason)}"
            raise LocalEndpointError(f"{where} {what}; {_PACK}") from reason
        except OSError as reason:
            what = f"cannot be unpacked into {str(folder)!r}: {_said(reason)}"
            raise LocalEndpointError(f"{where} {what}; make room there") from reason
    return folder.resolve()


def _extract(archive: BinaryIO, folder: Path) -> None:
    """Unpack an archive, of which no member may end up, or lead, outside of the folder, nor be a device."""
    with gzip.open(archive) as content, tarfile.open(fileobj=content, mode="r:") as members:
        members.extractall(folder, filter="data")
        # Whether the content is whole stands at the end of the stream, after that of the archive.
        while content.read(1 << 20):
            pass


def _said(reason: Exception) -> str:
    text = str(getattr(reason, "strerror", None) or reason)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
