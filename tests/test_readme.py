"""The examples in the README, and in the pages that show code of ours, run in the order in which they stand."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


# Keras' own, where it writes a model.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("page", ["README.md", "docs/coming_from.md"])
def test_every_example_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / page).read_text()
    examples = list(re.finditer(r"```python\n(.*?)```", text, re.DOTALL))  # other libraries' code is marked "py"
    assert examples
    module = ModuleType("page")  # where pickle looks for the functions of the page
    monkeypatch.setitem(sys.modules, "page", module)
    for example in examples:
        first_line = text[: example.start(1)].count("\n")
        padded = "\n" * first_line + example[1]  # so that errors point at the page's line
        exec(compile(padded, ROOT / page, "exec"), module.__dict__)
