"""What `/opt/ml/model` shows: directories as they are, archives unpacked, and nothing that is neither."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.model_data import unpack
from sagemaker_multi_container.local.plan import ContainerPlan, NamedImage

PACK = "; pack it: tar -czf model.tar.gz -C FOLDER ."
NO_ARCHIVE = "is no whole .tar.gz archive, and SageMaker unpacks nothing else: "


def container(model_data: Path | None) -> ContainerPlan:
    """A container with that model data."""
    return ContainerPlan(hostname="ranker", workload=NamedImage(name="ranker"), model_data=model_data)


def archive(*members: tuple[str, bytes | str]) -> bytes:
    """An archive of files; of one whose content is text, a symbolic link to that."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as written:
        for name, inside in members:
            member = tarfile.TarInfo(name)
            if isinstance(inside, str):
                member.type, member.linkname = tarfile.SYMTYPE, inside
                written.addfile(member)
            else:
                member.size = len(inside)
                written.addfile(member, io.BytesIO(inside))
    return content.getvalue()


Refused = Callable[[bytes], str]


@pytest.fixture(name="refused")
def _refused(tmp_path: Path) -> Refused:
    """What is said of a file with that content, after which file it is."""

    def refused(content: bytes) -> str:
        file = tmp_path / "Model.tar.gz"
        file.write_bytes(content)
        with pytest.raises(LocalEndpointError) as found:
            unpack(container(file), tmp_path / "unpacked")
        (problem,) = found.value.problems
        return problem.removeprefix(f"container ranker: its model data {str(file)!r} ")

    return refused


def test_without_model_data_there_is_nothing(tmp_path: Path) -> None:
    assert unpack(container(None), tmp_path / "unpacked") is None
    assert not (tmp_path / "unpacked").exists()


def test_a_directory_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "artefacts").mkdir()
    monkeypatch.chdir(tmp_path)

    assert unpack(container(Path("artefacts")), tmp_path / "unpacked") == tmp_path / "artefacts"
    assert not (tmp_path / "unpacked").exists()


def test_an_archive_is_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "model.tar.gz"
    file.write_bytes(archive(("code/serve.py", b"print()"), ("weights", b"1 2 3"), ("latest", "weights")))
    folder = unpack(container(file), tmp_path / "made" / "here")

    assert folder == tmp_path / "made" / "here"
    assert (folder / "code" / "serve.py").read_bytes() == b"print()"
    assert (folder / "latest").read_bytes() == b"1 2 3"


def test_an_archive_of_nothing_is_an_archive(tmp_path: Path) -> None:
    """Some deploy one for a container that fetches its model itself."""
    file = tmp_path / "model.tar.gz"
    file.write_bytes(archive())
    folder = unpack(container(file), tmp_path / "unpacked")

    assert folder is not None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty file", id="an empty file"),
        pytest.param(b"weights", "not a gzipped file (b'we')", id="something else"),
        pytest.param(gzip.compress(b"weights" * 1000), "invalid header", id="a compressed file"),
        pytest.param(gzip.decompress(archive(("a", b"1"))), r"not a gzipped file (b'a\x00')", id="not compressed"),
        pytest.param(
            archive(("a", os.urandom(50_000)))[:20_000],
            "compressed file ended before the end-of-stream marker was reached",
            id="cut off",
        ),
    ],
)
def test_what_is_no_archive_is_refused(refused: Refused, content: bytes, reason: str) -> None:
    assert refused(content) == f"{NO_ARCHIVE}{reason}{PACK}"


def test_a_damaged_archive_is_refused(refused: Refused) -> None:
    """Also where only the checksum at its end tells."""
    content = bytearray(archive(("a", os.urandom(50_000)), ("b", b"1")))
    content[-6] ^= 0xFF

    assert refused(bytes(content)).startswith(f"{NO_ARCHIVE}CRC check failed")


@pytest.mark.parametrize("member", ["../outside", "inner/../../outside"])
def test_nothing_is_written_outside_of_the_folder(refused: Refused, tmp_path: Path, member: str) -> None:
    problem = refused(archive(("inner/a", b"1"), (member, b"1")))

    assert problem.startswith(f"is not safe to unpack: '{member}' would be extracted to ")
    assert problem.endswith(PACK)
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside"])
def test_nothing_leads_outside_of_the_folder(refused: Refused, target: str) -> None:
    assert refused(archive(("link", target))).startswith("is not safe to unpack: 'link'")


def test_devices_are_refused(refused: Refused) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as written:
        device = tarfile.TarInfo("null")
        device.type, device.devmajor, device.devminor = tarfile.CHRTYPE, 1, 3
        written.addfile(device)

    assert refused(content.getvalue()) == f"is not safe to unpack: 'null' is a special file{PACK}"


def test_absolute_names_end_up_in_the_folder(tmp_path: Path) -> None:
    """As tar has it."""
    file = tmp_path / "model.tar.gz"
    file.write_bytes(archive(("/etc/weights", b"1")))
    folder = unpack(container(file), tmp_path / "unpacked")

    assert folder is not None
    assert (folder / "etc" / "weights").read_bytes() == b"1"


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "missing"

    with pytest.raises(LocalEndpointError) as found:
        unpack(container(file), tmp_path / "unpacked")

    assert str(found.value) == (
        f"container ranker: its model data {str(file)!r} cannot be read: no such file or directory; give another one "
        "with --model-data ranker=PATH"
    )


def test_a_folder_that_takes_no_more_is_said(tmp_path: Path) -> None:
    """In a process of its own, which may write no file above some size."""
    file = tmp_path / "model.tar.gz"
    file.write_bytes(archive(("weights", os.urandom(200_000))))
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from sagemaker_multi_container.local.errors import LocalEndpointError\n"
        "from sagemaker_multi_container.local.model_data import unpack\n"
        "from sagemaker_multi_container.local.plan import ContainerPlan, NamedImage\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "container = ContainerPlan(hostname='r', workload=NamedImage(name='r'), model_data=Path(sys.argv[1]))\n"
        "try:\n"
        "    unpack(container, Path(sys.argv[2]))\n"
        "except LocalEndpointError as refused:\n"
        "    print(refused)\n"
    )
    folder = tmp_path / "unpacked"
    printed = subprocess.run(
        [sys.executable, "-c", program, file, folder], capture_output=True, text=True, check=True
    ).stdout

    what = f"its model data {str(file)!r} cannot be unpacked into {str(folder)!r}: file too large"
    assert printed == f"container r: {what}; make room there\n"


def test_a_python_that_cannot_unpack_safely_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 learned it in 3.11.4."""
    monkeypatch.delattr(tarfile, "data_filter")
    file = tmp_path / "model.tar.gz"
    file.write_bytes(archive(("weights", b"1")))

    with pytest.raises(
        LocalEndpointError, match=r"cannot be unpacked safely by this Python, 3\..*use 3\.11\.4 or newer"
    ):
        unpack(container(file), tmp_path / "unpacked")
