"""What the wheel and the source archive hold."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

import skmlbio

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("distribution")
    leave = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "quickstart_output")
    shutil.copytree(ROOT, folder / "source", ignore=leave)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, folder / "source"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_wheel_is_the_package_and_nothing_else(archives: Path) -> None:
    (wheel,) = archives.glob("*.whl")
    files = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = [*(ROOT / "skmlbio").rglob("*.py"), *(ROOT / "skmlbio").rglob("*.pyi")]
    assert files == {path.relative_to(ROOT).as_posix() for path in sources} | {"skmlbio/py.typed"}


def test_wheel_says_what_it_needs(archives: Path) -> None:
    (wheel,) = archives.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        folder = f"skmlbio-{skmlbio.__version__}.dist-info"
        metadata = message_from_bytes(archive.read(f"{folder}/METADATA"))
        assert f"{folder}/licenses/LICENSE" in archive.namelist()
    assert metadata["Version"] == skmlbio.__version__
    assert set(metadata["Requires-Python"].split(",")) == {">=3.11", "<3.14"}
    needed = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    assert any(line.startswith("tensorflow") for line in needed)
    assert not any(line.startswith(("torch", "matplotlib")) for line in needed)


def test_source_archive_holds_no_data_sets(archives: Path) -> None:
    (source,) = archives.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        files = [Path(*Path(member.name).parts[1:]) for member in archive.getmembers() if member.isfile()]
    assert {Path("skmlbio/py.typed"), Path("LICENSE"), Path("README.md"), Path("tests/conftest.py")} <= set(files)
    assert {path.suffix for path in files if path.parts[0] == "tests"} <= {".c", ".html", ".py", ".skmlbio"}


@pytest.mark.skipif(not os.environ.get("CI"), reason="a developer may test an editable installation")
def test_continuous_integration_tests_the_installed_package() -> None:
    assert Path(skmlbio.__file__).parent != ROOT / "skmlbio"
