"""Bad files and bad command lines: one sentence each, and the exit code."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skmlbio
from skmlbio.cli import main


FIT = ["fit", "DenseClassifier", "--data", "rows.csv", "--target", "label", "--save", "model", "--set", "epochs=1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "'rows.csv' cannot be read as csv: No columns to parse from file"),
        ("a,label\n", "'rows.csv' holds no row."),
        ("a,b\n1,2\n", "'rows.csv' has no column 'label'; there are a, b."),
        ("a,labels\n1,2\n", "'rows.csv' has no column 'label'; did you mean labels? There are a, labels."),
        ("label\nx\n", "'rows.csv' has no column left to learn from, after label."),
        (
            "a,b,label\n1,2,x\n1,two,y\n3,NA,y\n",
            "'rows.csv', row 2, column 'b': 'two' is no number; --ignore leaves a column out.",
        ),
        (
            "a,b,label\n1,2,x\n1,NA,y\n,,y\n",
            "'rows.csv', row 2, column 'b': the value is missing (3 are, in 2 of 3 rows).",
        ),
        ("a,label\n1,x\n2,\n", "'rows.csv', row 2, column 'label': the value is missing (1 are, in 1 of 2 rows)."),
        (
            "a,label\n1,x,3\n2,y,4\n",
            "'rows.csv' cannot be read as csv: Length of header or names does not match length",
        ),
        ("a,label\n1,x\n2,y,4\n", "'rows.csv' cannot be read as csv: Error tokenizing data."),
    ],
)
def test_a_bad_table_is_told_by_row_and_column(content, message, error) -> None:
    Path("rows.csv").write_text(content)
    code, line = error(*FIT)
    assert code == 1 and line.startswith(message)
    assert not Path("model").exists()


def test_labels_are_the_text_of_the_file(tmp_path) -> None:
    (tmp_path / "rows.csv").write_text("a,label\n1,01\n2,NA\n3,01\n4,NA\n")
    arguments = ["fit", "DenseClassifier", "--data", str(tmp_path / "rows.csv"), "--target", "label", "--quiet"]
    assert main([*arguments, "--set", "epochs=1", "--save", str(tmp_path / "model")]) == 0
    assert skmlbio.load(tmp_path / "model").classes_.tolist() == ["01", "NA"]


def test_a_regressor_learns_numbers(error) -> None:
    Path("rows.csv").write_text("a,dose\n1,2\n2,much\n")
    code, line = error("fit", "DenseRegressor", "--data", "rows.csv", "--target", "dose", "--save", "model")
    assert (code, line[:62]) == (1, "'rows.csv', row 2, column 'dose': 'much' is no number; --ignor")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["DenseClasifier"], "there is no estimator 'DenseClasifier'; did you mean DenseClassifier"),
        (["GraphDisplay"], "there is no estimator 'GraphDisplay'; "),
        (["ImageCNNClassifier"], "ImageCNNClassifier takes images, which are in none of the files"),
        (["GCNNodeClassifier"], "GCNNodeClassifier takes nodes of one graph, which are in none of the files"),
        (["NetworkClassifier"], "NetworkClassifier takes a function that builds its network"),
        (
            ["DenseClassifier", "--set", "epoch=3"],
            "DenseClassifier has no parameter 'epoch'; did you mean epochs? There",
        ),
        (["DenseClassifier", "--set", "epochs"], "--set takes NAME=VALUE, such as epochs=20; got 'epochs'."),
        (["DenseClassifier"], "DenseClassifier learns from labels or numbers; --target names their column."),
        (
            ["AutoEncoderTransformer", "--labels", "l.csv"],
            "--labels is a table with the target; --target names its column.",
        ),
        (["RNNClassifier", "--scale"], "--scale is for numbers, and RNNClassifier takes strings."),
        (["MarkovChain", "--validation", "v.csv"], "MarkovChain does not watch a loss; leave --validation out."),
        (["MarkovChain", "--data", "rows.xlsx"], "the name of 'rows.xlsx' does not tell its format; it ends in one of"),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments, message, error) -> None:
    code, line = error("fit", "--data", "rows.csv", "--save", "model", *arguments)
    assert code == 2 and line.startswith(message)


def test_a_bad_value_is_told_by_the_estimator(error) -> None:
    Path("rows.csv").write_text("a,label\n1,x\n2,y\n")
    code, line = error(*FIT, "--set", "epochs=many")
    assert code == 1 and line.startswith("The 'epochs' parameter of DenseClassifier must be")


def test_missing_and_false_files(folder, error) -> None:
    model, data = folder / "classifier.skmlbio", folder / "flowers.csv"
    assert error(*FIT) == (1, "'rows.csv': No such file or directory.")
    assert error("predict", "none.skmlbio", "--data", data) == (1, "'none.skmlbio': No such file or directory.")
    assert error("predict", model, "--data", "none.csv") == (1, "'none.csv': No such file or directory.")
    code, line = error("inspect", data)
    assert code == 1 and "is no file that skmlbio.save has written" in line
    code, line = error("predict", model, "--data", data, "--format", "parquet")
    assert code == 1 and "flowers.csv' cannot be read as parquet: " in line
    Path("cut.csv.gz").write_bytes(gzip.compress(data.read_bytes())[:-20])
    code, line = error("predict", model, "--data", "cut.csv.gz")
    assert (code, line[:32]) == (1, "'cut.csv.gz' cannot be read as c")
    assert error("predict", model, "--data", data, "--output", "none/a.csv")[0] == 1
    code, line = error("predict", model, "--data", data, "--output", "a.xlsx")
    assert code == 2 and line.endswith("it ends in one of .csv .tsv .tab .parquet .pq .fasta .fa .fna .faa.")
    code, line = error("predict", model, "--data", data, "--output", "a.fasta")
    assert (code, line) == (2, "predict of DenseClassifier answers no strings for FASTA; name a table.")
    assert {path.name for path in Path().iterdir()} == {"cut.csv.gz"}


def test_columns_that_a_model_knows_and_a_file_lacks(folder, flowers, error) -> None:
    flowers.drop(columns=["sepal_width", "petal_width"]).to_csv("narrow.csv", index=False)
    code, line = error("predict", folder / "classifier.skmlbio", "--data", "narrow.csv")
    assert code == 1
    assert line.startswith("'narrow.csv' (2 of 4 columns are missing) has no column 'sepal_width'; did you mean")
    flowers.assign(petal_width=np.where(flowers["id"] == "003", np.nan, 1.0)).to_csv("gap.csv", index=False)
    code, line = error("predict", folder / "classifier.skmlbio", "--data", "gap.csv")
    assert (code, line) == (
        1, "'gap.csv', row 4, column 'petal_width': the value is missing (1 are, in 1 of 50 rows)."
    )  # fmt: skip


def test_what_a_model_has_not(folder, chain, error) -> None:
    code, line = error("sample", folder / "classifier.skmlbio")
    assert (code, line) == (2, "DenseClassifier has no sample; it has predict.")
    code, line = error("sample", chain, "--set", "lenght=3")
    assert code == 2 and line.startswith("sample of MarkovChain has no argument 'lenght'; did you mean length?")


def test_labels_are_joined_by_ids(error) -> None:
    Path("s.fasta").write_text(">a\nACGT\n>b\nAACC\n>c\nGGTT\n")
    arguments = ["fit", "MarkovClassifier", "--data", "s.fasta", "--labels", "l.csv", "--target", "kind", "--save", "m"]
    pd.DataFrame({"id": ["a", "c"], "kind": ["x", "y"]}).to_csv("l.csv", index=False)
    assert error(*arguments) == (1, "'l.csv' has no label of 'b', and 1 of 3 are missing.")
    pd.DataFrame({"id": ["a", "b", "b"], "kind": ["x", "y", "y"]}).to_csv("l.csv", index=False)
    assert error(*arguments) == (1, "'l.csv' has 'b' more than once in its column 'id'.")
    Path("s.csv").write_text("sequence\nACGT\n")
    code, line = error(*arguments, "--data", "s.csv")
    assert code == 2 and line.startswith("--labels are joined by the ids, and the samples have none")


@pytest.mark.parametrize(("library", "extra", "name"), [
    ("pandas", "cli", "a.csv"), ("pyarrow", "cli", "a.parquet"), ("anndata", "singlecell", "a.h5ad"),
    ("Bio.SeqIO.FastaIO", "fasta", "a.fasta"),
])  # fmt: skip
def test_a_missing_library_is_told_with_its_extra(library, extra, name, error, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    Path(name).write_bytes(b">a\nACGT\n")
    code, line = error("fit", "MarkovChain", "--data", name, "--save", "m")
    assert code == 1 and line.endswith(f'pip install "skmlbio[{extra}]"')
