"""The README's examples run, in the order in which they stand."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def test_every_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    examples = list(re.finditer(r"```python\n(.*?)```", README.read_text(), re.DOTALL))
    assert examples
    names: dict[str, object] = {"__name__": "readme"}
    for example in examples:
        first_line = README.read_text()[: example.start(1)].count("\n")
        exec(compile("\n" * first_line + example[1], README, "exec"), names)  # errors point at the README's line
