"""A container image of this machine's own Python with the model server, built without any registry.

What an image needs to run Python is the interpreter, the standard library, and the shared libraries that `ldd` names;
they are copied to the paths that they have here.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from embedded_aws import model_server

ACCEPTS_PORT: Final = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"
"""The label that SageMaker demands of containers of a multi-container endpoint."""

SERVER: Final = "/opt/program/model_server.py"

_UNUSED: Final = shutil.ignore_patterns(
    *("__pycache__", "site-packages", "test", "tests", "idlelib", "turtledemo", "tkinter", "lib2to3", "ensurepip"),
    *("config-*", "_tkinter*", "_test*", "_ctypes_test*", "xx*", "*.a"),
)


def interpreter() -> Path:
    """The Python that runs this, not that of its virtual environment."""
    return Path(sys.executable).resolve()


def version() -> str:
    """What changes whenever the image would."""
    parts = [Path(__file__).read_bytes(), Path(model_server.__file__).read_bytes(), sys.version.encode()]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def write_context(folder: Path) -> None:
    """Write what an image is built from: a Dockerfile and the files of the image.

    Raises:
        OSError: If this machine has no `ldd`.
    """
    root = folder / "root"
    library = Path(sysconfig.get_path("stdlib")).resolve()
    shutil.copytree(library, _within(root, library), ignore=_UNUSED, symlinks=True)
    extensions = list(_within(root, library).glob("lib-dynload/*.so"))
    _copy([interpreter()], root)
    _copy(_shared_libraries([interpreter(), *extensions]), root)
    program = _within(root, Path(SERVER))
    program.parent.mkdir(parents=True)
    shutil.copy(model_server.__file__, program)
    (root / "tmp").mkdir()
    (folder / "Dockerfile").write_text(
        "FROM scratch\n"
        "COPY root /\n"
        f'LABEL {ACCEPTS_PORT}="true"\n'
        "ENV PYTHONDONTWRITEBYTECODE=1\n"
        f'ENTRYPOINT ["{interpreter()}", "-S", "{SERVER}"]\n'
    )


def _copy(files: Iterable[Path], root: Path) -> None:
    for file in files:
        target = _within(root, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def _within(root: Path, path: Path) -> Path:
    return root / path.relative_to(path.anchor)


def _shared_libraries(programs: Iterable[Path]) -> set[Path]:
    listed = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout  # noqa: S607
    return {Path(path) for path in re.findall(r"(?:=>\s|^\s)(/\S+) \(0x", listed, re.MULTILINE)}
