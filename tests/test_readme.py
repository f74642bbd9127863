"""The examples in the README, and in the pages that show code of ours, run in the order in which they stand.

A section of a page needs nothing of another one, so that it can be tried alone.
"""

import ast
import builtins
import doctest
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

ROOT = Path(__file__).parents[1]


class AnnData(SimpleNamespace):
    """What the page on inputs has of an AnnData; anndata itself wants an older pandas than the tests do."""

    __module__ = "anndata.stand_in"


def cells() -> AnnData:
    """Counts of 20 genes in 90 cells of three types."""
    random = np.random.default_rng(0)
    cell_types = np.array(["B cell", "T cell", "monocyte"])[np.arange(90) % 3]
    counts = random.poisson(1 + 4 * (np.arange(20) % 3 == np.arange(90)[:, None] % 3))
    obs = pd.DataFrame({"cell_type": pd.Categorical(cell_types, ["T cell", "B cell", "monocyte"])})
    var = pd.DataFrame(index=[f"gene {i}" for i in range(20)])
    return AnnData(layers={"counts": sparse.csr_matrix(counts)}, obs=obs, var=var, obsm={})


GIVEN: dict[str, dict[str, Any]] = {"inputs.md": {"adata": cells()}}  # what pages get from code that is not run here
ELSEWHERE = {"command_line.md"}  # run by another test
CODE = re.compile(r"```(python|pycon)\n(.*?)```", re.DOTALL)  # other libraries' code is marked "py"
GOING_ON = "all blocks go on from this one"  # pages that say so are read from their beginning
FRAGMENTS = {"coming_from.md", "larger.md"}  # of which "py" blocks are no whole programs
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = [page for page in PAGES if CODE.search(page.read_text()) and page.name not in ELSEWHERE]


def test_links_of_the_readme_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGES[0].read_text())
    assert len(links) > 20
    assert [link for link in links if not (ROOT / link).exists()] == []


def run_doctest(page: Path, code: str, first_line: int, names: dict[str, Any]) -> None:
    """Run what stands there as in a Python console; what it prints is what the page says."""
    test = doctest.DocTestParser().get_doctest(code, names, page.name, str(page), first_line)
    test.globs = names  # the parser's is a copy
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    runner.run(test, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)


def test_a_wrong_answer_in_a_console_is_noticed() -> None:
    with pytest.raises(AssertionError, match=r"Got:\s+2"):
        run_doctest(ROOT / "README.md", ">>> 1 + 1\n3\n", 0, {})


# Keras' own, where it writes a model.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.read_text()
    module = ModuleType("page")  # where pickle looks for the functions of the page
    module.__dict__.update(GIVEN.get(page.name, {}))
    monkeypatch.setitem(sys.modules, "page", module)
    for example in CODE.finditer(text):
        first_line = text[: example.start(2)].count("\n")
        if example[1] == "pycon":
            run_doctest(page, example[2], first_line, module.__dict__)
            continue
        padded = "\n" * first_line + example[2]  # so that errors point at the page's line
        exec(compile(padded, page, "exec"), module.__dict__)
    plt.close("all")


def names_missing(text: str, known: set[str], kinds: str) -> set[str]:
    """Return what blocks of a text load and neither they nor any before define; what they define is known then."""
    missing = set()
    for kind, code in re.findall(rf"```({kinds})\n(.*?)```", text, re.DOTALL):
        if kind == "pycon":
            code = "".join(example.source for example in doctest.DocTestParser().get_examples(code))
        loaded = set()
        for node in ast.walk(ast.parse(code)):
            match node:
                case ast.alias(name=name, asname=asname):
                    known.add((asname or name).partition(".")[0])
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                    known.add(name)
                case ast.Name(id=name, ctx=context):
                    (loaded if isinstance(context, ast.Load) else known).add(name)
        missing |= loaded - known
    return missing


def test_a_name_that_nothing_defines_is_noticed() -> None:
    text = "```python\nimport a.b\nX = [i for i in a]\n```\n```py\ndef f(x): return x + y\n```\n"
    text += "```pycon\n>>> print(X, f)\n```"
    assert names_missing(text, {"print"}, "python|pycon|py") == {"y"}
    assert names_missing(text, {"print"}, "python|pycon") == {"f"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_section_can_be_tried_alone(page: Path) -> None:
    kinds = "python|pycon" if page.name in FRAGMENTS else "python|pycon|py"
    beginning, *sections = re.split(r"^(?=## )", page.read_text(), flags=re.MULTILINE)
    known = set(dir(builtins))
    missing = {"the beginning": names_missing(beginning, known, kinds)}
    if GOING_ON not in beginning.lower().replace("\n", " "):
        known = set(dir(builtins))
    missing |= {section.partition("\n")[0]: names_missing(section, set(known), kinds) for section in sections}
    assert {section: names for section, names in missing.items() if names} == {}
