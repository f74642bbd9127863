"""The commands on the page about the command line run, in the order in which they stand."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from skmlbio import load
from skmlbio.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "command_line.md"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all was run."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for language, code in re.findall(r"```(python|bash)\n(.*?)```", PAGE.read_text(), re.DOTALL):
            if language == "python":
                exec(compile(code, PAGE, "exec"), {})
                continue
            for line in code.splitlines():
                name, *arguments = shlex.split(line)
                assert (name, main(arguments)) == ("skmlbio", 0), line
    return folder


def test_the_page_writes_what_it_says(written: Path) -> None:
    probabilities = pd.read_csv(written / "probabilities.tsv.gz", sep="\t")
    assert probabilities.columns.tolist() == ["id", "class_0", "class_1", "class_2"] and len(probabilities) == 89
    assert pd.read_csv(written / "predicted.csv")["id"].tolist() == ["a1", "a2", "s1", "s2"] * 5
    assert (written / "new.fasta").read_text().count(">") == 5
    assert load(written / "gcn.skmlbio").classes_.tolist() == ["acid", "alcohol"]
    assert pd.read_parquet(written / "codes.parquet").shape == (89, 3)
