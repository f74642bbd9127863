"""The documentation builds without a warning, its pages hold together, and every public name says what it does."""

import ast
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import pytest
from PIL import Image
from site_check import Site, look_at
from sklearn.base import BaseEstimator

import skmlbio
from skmlbio.base._docstrings import sections

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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess]:
    """The site, built once, and what Sphinx says to it."""
    folder = tmp_path_factory.mktemp("site")
    # Built from a copy, because autosummary writes its pages beside the sources.
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("_build", "generated"))
    shutil.copytree(ROOT / "examples", folder / "examples")  # shown by a page
    for name in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder)
    options = ["-W", "--keep-going", "-q", "-D", "plot_gallery=0"]  # other tests run the scripts of the lecture
    command = [sys.executable, "-m", "sphinx", *options, folder / "docs", folder / "html"]
    return folder / "html", subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_documentation_builds_without_warnings(built) -> None:
    html, done = built
    assert done.returncode == 0, done.stdout + done.stderr
    assert (html / "generated" / "skmlbio.AutoEncoderTransformer.html").exists()


def test_no_link_within_the_site_is_broken(built) -> None:
    assert Site(built[0]).broken_links() == []


def test_names_of_the_library_are_links(built) -> None:
    """Where a text refers to a public class or function, or a page of Markdown names a class."""
    pages = {path.name: path.read_text() for path in built[0].rglob("*.html")}
    lost = set()
    for page, text in pages.items():
        beside_links = re.sub(r'<a class="reference.*?</a>', "", text, flags=re.DOTALL)
        names = re.findall(r'<code class="xref py[^>]*><span class="pre">(skmlbio\.[\w.]+)', beside_links)
        lost |= {(page, name) for name in names}
    assert lost == set()
    assert 'href="generated/skmlbio.VAESampler.html#skmlbio.VAESampler"' in pages["which.html"]


def test_pages_in_a_browser_as_narrow_as_a_telephone(built, tmp_path: Path) -> None:
    """They load, pictures are there and not blank, nothing is wider than the page, and the console has no error."""
    if not (browser := shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("Chromium is not installed")
    html, _ = built
    of_sphinx = {"genindex.html", "search.html"}
    pages = [path for path in sorted(html.rglob("*.html")) if path.name not in of_sphinx]
    of_names = [path for path in pages if path.parent.name in ("generated", "backreferences")]  # all alike
    looked_at = [path for path in pages if path not in of_names] + of_names[::12]
    looked_at = [path.relative_to(html).as_posix() for path in looked_at]
    assert look_at(browser, html, looked_at, tmp_path / "profile") == ({}, [])


def test_what_is_wrong_with_a_site_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<h1 id="a">A</h1><a href="#there">1</a><a href="b.html">2</a><img src="c.png">')
    assert Site(tmp_path).broken_links() == ["a.html: #there", "a.html: b.html", "a.html: c.png"]
    if browser := shutil.which("chromium") or shutil.which("google-chrome"):
        Image.new("RGB", (40, 40), "white").save(tmp_path / "blank.png")
        wide = '<h1>B</h1><p class="content" style="width: 500px"><img src="blank.png"><img src="c.png"></p>'
        (tmp_path / "b.html").write_text(f"{wide}<script>nothing()</script>")
        wrong, errors = look_at(browser, tmp_path, ["b.html"], tmp_path / "profile")
        found = "; ".join(wrong["b.html"])
        for expected in ("blank.png is blank", "c.png is not there", "pixels wide", "not light and dark"):
            assert expected in found
        assert any("nothing is not defined" in error for error in errors)


# Docstrings ----------------------------------------------------------------------------------------------------------


PUBLIC = {name: attrgetter(name.removeprefix("skmlbio."))(skmlbio) for name in sorted(public_names())}
# What one class made of these looks like is shown by `with_parameters`.
BASES = {"NetworkEstimator", "ClassifierBase", "RegressorBase", "TransformerBase", "MatrixInput"}


def methods(cls: type) -> dict[str, Callable]:
    """Return the public methods of an estimator or a display that are ours; those of layers are called by Keras."""
    if not issubclass(cls, BaseEstimator) and not cls.__name__.endswith("Display"):
        return {}
    found = {name: inspect.unwrap(method) for name, method in inspect.getmembers(cls, callable) if name[0] != "_"}
    return {name: method for name, method in found.items() if method.__module__.startswith("skmlbio.")}


def statements(function: Callable, kind: type[ast.stmt]) -> list[ast.stmt]:
    """Return statements of a function, such as those that raise."""
    source = inspect.getsource(function)
    tree = ast.parse(f"if True:\n{source}" if source[0] == " " else source)
    return [node for node in ast.walk(tree) if isinstance(node, kind)]


def lacking(function: Callable, found: dict[str, str]) -> set[str]:
    """Return the sections that a function ought to have and has not."""
    returned = [node.value for node in statements(function, ast.Return)]
    raised = [node.exc for node in statements(function, ast.Raise)]
    returns = any(value is not None and not isinstance(value, ast.Constant) for value in returned)
    wanted = {"Returns"} if returns and "Yields" not in found else set()
    wanted |= {"Raises"} if any(raised) else set()
    return wanted - found.keys()


def undocumented(function: Callable, found: dict[str, str]) -> set[str]:
    """Return the arguments that no entry of a docstring names."""
    text = found.get("Parameters", "") + found.get("Attributes", "")
    entries = ",".join(line.partition(" : ")[0] for line in text.splitlines() if line[:1].strip())
    documented = {name.strip(" *") for name in entries.split(",")}
    return inspect.signature(function).parameters.keys() - {"self", "args", "kwargs"} - documented


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_says_what_it_takes_and_answers(name: str) -> None:
    thing = PUBLIC[name]
    found = sections(thing.__doc__)
    assert found[""].strip()
    assert ">>>" in found.get("Examples", "") or thing.__name__ in BASES
    if thing.__name__ not in BASES:
        assert undocumented(thing, found) == set()
    functions = methods(thing) if inspect.isclass(thing) else {name: thing}
    for function in functions.values():
        of_function = sections(function.__doc__)
        assert lacking(function, of_function) == set(), function
        assert undocumented(function, of_function) == set(), function


def test_what_a_docstring_lacks_is_noticed() -> None:
    found = sections(lacking.__doc__)
    assert lacking(lacking, found) == {"Returns"}
    assert undocumented(lacking, found) == {"function", "found"}
    assert lacking(PUBLIC["skmlbio.sequences.get_alphabet"], {}) == {"Returns", "Raises"}
