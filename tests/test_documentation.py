"""The documentation builds without a warning and lists every public name."""

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import skmlbio

ROOT = Path(__file__).parents[1]


def public_names() -> set[str]:
    """`skmlbio.Name` for the names of the package, `skmlbio.room.name` for what only a sub-package offers."""
    names = {f"skmlbio.{name}" for name in skmlbio.__all__}
    for room, module in inspect.getmembers(skmlbio, inspect.ismodule):
        offered = set(getattr(module, "__all__", [])) - set(skmlbio.__all__)
        names |= {f"skmlbio.{room}.{name}" for name in offered}
    return names


def listed_names() -> set[str]:
    """The names in the autosummary tables of the API page, each with the module that is current there."""
    names, module = set(), ""
    for line in (ROOT / "docs" / "api.rst").read_text().splitlines():
        if found := re.fullmatch(r"\.\. currentmodule:: (\S+)", line):
            module = found[1]
        elif found := re.fullmatch(r"   ([A-Za-z_]\w*)", line):
            names.add(f"{module}.{found[1]}")
    return names


def test_api_page_lists_every_public_name_and_no_other() -> None:
    assert listed_names() == public_names()


def test_documentation_builds_without_warnings(tmp_path: Path) -> None:
    # Built from a copy, because autosummary writes its pages beside the sources.
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("_build", "generated"))
    shutil.copytree(ROOT / "examples", tmp_path / "examples")  # shown by a page
    for name in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    options = ["-W", "--keep-going", "-q", "-D", "plot_gallery=0"]  # other tests run the scripts of the lecture
    command = [sys.executable, "-m", "sphinx", *options, tmp_path / "docs", tmp_path / "html"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "html" / "generated" / "skmlbio.AutoEncoderTransformer.html").exists()
