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


@pytest.mark.parametrize(
    ("content", "arguments", "code", "message"),
    [
        ("a,b,a,label\n1,2,3,x\n", [], 1, "'rows.csv' cannot be read as csv: it has the column 'a' more than once"),
        ("a,label\n1,x\n", ["--ignore", "b"], 1, "'rows.csv' has no column to --ignore 'b'; there are a, label."),
        ("a,label\n1,x\n", ["--columns", "a", "a"], 2, "--columns names the column 'a' more than once."),
        ("a,label\n1,x\n", ["--columns", "a", "label"], 2, "--columns names the column 'label', which is the target."),
        (
            "a,label\n1,x\n",
            ["--columns", "a", "--ignore", "a"],
            2,
            "--columns names the column 'a', and --ignore leaves it out.",
        ),
        (
            "a,label\n1,x\n",
            ["--validation", "v.csv", "--set", "validation_fraction=0.5"],
            2,
            "--validation names samples to watch the loss on; leave validation_fraction out of --set.",
        ),
    ],
)
def test_columns_that_do_not_go_together(content, arguments, code, message, error) -> None:
    Path("rows.csv").write_text(content)
    assert error(*FIT, *arguments) == (code, message)


def test_columns_without_names_may_be_several(error) -> None:
    Path("rows.csv").write_text("a,,,label\n1,2,3,x\n")
    assert (
        error(*FIT, "--columns", "b")[1] == "'rows.csv' has no column 'b'; there are a, Unnamed: 1, Unnamed: 2, label."
    )


def test_a_row_that_the_estimator_refuses_is_counted_from_1(chain, error) -> None:
    Path("good.fasta").write_text(">a\nACGT\n>b\nACCT\n")
    Path("bad.fasta").write_text(">a\nACGT\n>b\nAC-T\n")
    arguments = ["fit", "MarkovChain", "--set", "alphabet=dna", "--save", "m", "--data"]
    code, line = error(*arguments, "bad.fasta")
    assert code == 1 and line.startswith("'bad.fasta': row 2 has '-' at position 2, not in the dna alphabet")
    code, line = error("fit", "SequenceLanguageModel", *arguments[2:], "good.fasta", "--validation", "bad.fasta")
    assert code == 1 and line.startswith("'bad.fasta': row 2 has '-' at position 2, not in the dna alphabet")


def test_headers_of_fasta_that_say_nothing_or_two_things(error) -> None:
    arguments = ["fit", "MarkovClassifier", "--data", "s.fasta", "--target", "label", "--save", "m"]
    Path("s.fasta").write_text(">a label=x\nACGT\n>b label= mass=3\nAACC\n")
    assert error(*arguments) == (1, "'s.fasta', row 2, column 'label': the value is missing (1 are, in 1 of 2 rows).")
    Path("s.fasta").write_text(">a label=x\nACGT\n>b label=x label=y\nAACC\n")
    message = "'s.fasta' cannot be read as fasta: the header of 'b' has label= more than once"
    assert error(*arguments) == (1, message)


def test_tables_of_pandas_with_an_index(error, capsys) -> None:
    table = pd.DataFrame({"sequence": ["ACGT", "AACC"]}, index=pd.Index(["s1", "s2"], name="id"))
    table.to_parquet("s.parquet")
    skmlbio.save(skmlbio.MarkovClassifier(1, alphabet="dna").fit(["ACGT", "AACC"], ["x", "y"]), "m.skmlbio")
    assert main(["predict", "m.skmlbio", "--data", "s.parquet", "--quiet"]) == 0
    assert capsys.readouterr().out == "id,prediction\ns1,x\ns2,y\n"
    table.assign(id=1).to_parquet("s.parquet")
    message = "'s.parquet' cannot be read as parquet: it has the column 'id' more than once"
    assert error("predict", "m.skmlbio", "--data", "s.parquet") == (1, message)
    table.set_axis(pd.MultiIndex.from_tuples([("a", "b")]), axis=1).to_parquet("s.parquet")
    message = "'s.parquet' cannot be read as parquet: its columns have names of several levels; give each one name"
    assert error("predict", "m.skmlbio", "--data", "s.parquet") == (1, message)


def test_answers_in_the_column_of_the_ids(error) -> None:
    Path("s.csv").write_text("id,sequence,prediction\n1,ACGT,2\n")
    skmlbio.save(skmlbio.MarkovClassifier(1, alphabet="dna").fit(["ACGT", "AACC"], ["id", "y"]), "m.skmlbio")
    for more, name in ((["--proba"], "id"), (["--id", "prediction"], "prediction")):
        message = f"the answers have a column {name!r}, as the ids have; --id names another for these."
        assert error("predict", "m.skmlbio", "--data", "s.csv", *more) == (2, message)


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


def test_columns_that_a_model_needs_are_not_ignored(folder, error) -> None:
    arguments = ["predict", folder / "classifier.skmlbio", "--data", folder / "flowers.csv"]
    message = "the model needs the column 'sepal_width', and --ignore leaves it out."
    assert error(*arguments, "--ignore", "sepal_width") == (2, message)
    code, line = error(*arguments, "--columns", "sepal_width")
    assert code == 1 and line.endswith("yet now missing: - petal_length - petal_width - sepal_length")


def test_what_a_model_has_not(folder, chain, error) -> None:
    code, line = error("sample", folder / "classifier.skmlbio")
    assert (code, line) == (2, "DenseClassifier has no sample; it has predict.")
    code, line = error("sample", chain, "--set", "lenght=3")
    assert code == 2 and line.startswith("sample of MarkovChain has no argument 'lenght'; did you mean length?")
    code, line = error("sample", chain, "--set", "n_samples=3")
    assert (code, line) == (2, "n_samples is given by --n-samples; leave it out of --set.")
    code, line = error("sample", chain, "--random-state", "0", "--set", "random_state=3")
    assert (code, line) == (2, "random_state is given by --random-state; leave it out of --set.")
    Path("m.smi").write_text("CCO a\n")
    skmlbio.save(skmlbio.MoleculeGraphTransformer().fit(["CCO"]), "graphs.skmlbio")
    code, line = error("transform", "graphs.skmlbio", "--data", "m.smi")
    assert (code, line) == (1, "the answer is a list of Graph, which no table holds; ask in Python.")


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
