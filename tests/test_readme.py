"""The examples in the README, and in the pages that show code of ours, run in the order in which they stand."""

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


PAGES: dict[str, dict[str, Any]] = {  # and what they get from code that is not run here
    "README.md": {},
    "docs/coming_from.md": {},
    "docs/datasets.md": {},
    "docs/export.md": {},
    "docs/inputs.md": {"adata": cells()},
    "docs/larger.md": {},
}


# Keras' own, where it writes a model.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("page", PAGES)
def test_every_example_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / page).read_text()
    examples = list(re.finditer(r"```python\n(.*?)```", text, re.DOTALL))  # other libraries' code is marked "py"
    assert examples
    module = ModuleType("page")  # where pickle looks for the functions of the page
    module.__dict__.update(PAGES[page])
    monkeypatch.setitem(sys.modules, "page", module)
    for example in examples:
        first_line = text[: example.start(1)].count("\n")
        padded = "\n" * first_line + example[1]  # so that errors point at the page's line
        exec(compile(padded, ROOT / page, "exec"), module.__dict__)
    plt.close("all")
