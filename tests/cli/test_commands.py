"""What each command does with files."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import skmlbio
from skmlbio.cli import main
from skmlbio.sequences import KmerCounter

PROMOTERS = "".join(
    f">s{i} label={'TATA box' if i % 2 else 'none'} organism=Homo sapiens\n{'CG' * (i + 3)}{'TATAAT' * 3 * (i % 2)}\n"
    for i in range(16)
)
MOLECULES = [f"{'C' * (i + 1)}{'O' if i % 2 else 'C(=O)O'}" for i in range(16)]


def printed(capsys: pytest.CaptureFixture, *arguments: str | Path) -> pd.DataFrame:
    """The table that a command prints, with ids as text."""
    assert main([*map(str, arguments)]) == 0
    return pd.read_csv(io.StringIO(capsys.readouterr().out), dtype={"id": str})


def test_predictions_stand_beside_their_ids(folder, flowers, capsys) -> None:
    table = printed(capsys, "predict", folder / "classifier.skmlbio", "--data", folder / "flowers.csv")
    assert table.columns.tolist() == ["id", "prediction"]
    assert table["id"].tolist() == flowers["id"].tolist()
    assert np.mean(table["prediction"].to_numpy() == flowers["label"].to_numpy()) > 0.9


def test_probabilities_are_those_of_the_model_in_python(folder, flowers, numbers, capsys) -> None:
    model = skmlbio.load(folder / "classifier.skmlbio")
    table = printed(capsys, "predict", folder / "classifier.skmlbio", "--data", folder / "flowers.csv", "--proba")
    assert table.columns.tolist() == ["id", *model.classes_]
    np.testing.assert_allclose(table[model.classes_], model.predict_proba(flowers.iloc[:, 1:5]), rtol=1e-6)
    assert model[0].mean_ == pytest.approx(numbers.mean(axis=0))


def test_columns_are_found_by_their_names(folder, flowers, tmp_path, capsys) -> None:
    in_order = printed(capsys, "predict", folder / "classifier.skmlbio", "--data", folder / "flowers.csv", "--proba")
    flowers[flowers.columns[::-1]].assign(more="text").to_csv(tmp_path / "turned.tsv", sep="\t", index=False)
    turned = printed(capsys, "predict", folder / "classifier.skmlbio", "--data", tmp_path / "turned.tsv", "--proba")
    pd.testing.assert_frame_equal(in_order, turned)


def test_what_is_saved_is_the_estimator_as_it_was_asked_for(folder) -> None:
    classifier = skmlbio.load(folder / "classifier.skmlbio")[-1]
    assert (classifier.epochs, classifier.random_state, classifier.verbose) == (40, 0, 0)
    assert len(classifier.history_["loss"]) == 40


def test_a_sampler_makes_codes_and_rows(folder, flowers, capsys) -> None:
    model = folder / "sampler.skmlbio"
    codes = printed(capsys, "transform", model, "--data", folder / "flowers.csv", "--ignore", "label")
    assert codes.columns.tolist() == ["id", "vaesampler0", "vaesampler1"] and len(codes) == len(flowers)
    drawn = [printed(capsys, "sample", model, "-n", "4", "--random-state", seed) for seed in ("0", "0", "1")]
    assert drawn[0].columns.tolist() == ["row", *flowers.columns[1:5]] and len(drawn[0]) == 4
    pd.testing.assert_frame_equal(drawn[0], drawn[1])
    assert not drawn[0].equals(drawn[2])


def test_strings_are_sampled_to_csv_and_fasta(chain, tmp_path, capsys) -> None:
    arguments = ["sample", chain, "-n", "3", "--random-state", "0", "--set", "length=12"]
    table = printed(capsys, *arguments)
    assert table["sequence"].str.fullmatch("[ACGT]{12}").all()
    assert main([*map(str, arguments), "--output", str(tmp_path / "new.fa")]) == 0
    records = skmlbio.sequences.read_fasta(tmp_path / "new.fa")
    assert (records.ids, records.sequences) == (["1", "2", "3"], table["sequence"].tolist())


@pytest.fixture(scope="module")
def promoters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a FASTA file, and a model of its strings, which has seen others to validate on."""
    path = tmp_path_factory.mktemp("promoters")
    (path / "promoters.fasta").write_text(PROMOTERS)
    settings = ["--set", "epochs=30", "--set", "random_state=0", "--set", "learning_rate=0.01"]
    data = ["--data", str(path / "promoters.fasta"), "--validation", str(path / "promoters.fasta")]
    arguments = [*data, "--target", "label", *settings, "--save", str(path / "cnn.skmlbio")]
    assert main(["fit", "SequenceCNNClassifier", *arguments]) == 0
    return path


def test_labels_stand_in_headers_of_fasta(promoters, capsys) -> None:
    table = printed(capsys, "predict", promoters / "cnn.skmlbio", "--data", promoters / "promoters.fasta")
    assert table["id"].tolist() == [f"s{i}" for i in range(16)]
    assert table["prediction"].tolist() == ["none", "TATA box"] * 8


def test_a_loss_is_watched_on_other_samples(promoters) -> None:
    history = skmlbio.load(promoters / "cnn.skmlbio").history_
    assert len(history["val_loss"]) == len(history["loss"]) == 30


def test_strings_may_stand_in_a_column(promoters, tmp_path, capsys) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "mass": [1, 2], "promoter": ["CGCGCGCG", "CGCGTATAATTATAATTATAAT"]})
    table.to_parquet(tmp_path / "table.parquet")
    arguments = ["predict", promoters / "cnn.skmlbio", "--data", tmp_path / "table.parquet"]
    assert printed(capsys, *arguments, "--columns", "promoter")["prediction"].tolist() == ["none", "TATA box"]
    assert main([*map(str, arguments)]) == 2
    assert "takes one column of strings; --columns names it, among mass, promoter." in capsys.readouterr().err


@pytest.mark.parametrize(
    "steps", [[KmerCounter(2), LogisticRegression()], ["passthrough", skmlbio.MarkovClassifier(1)]], ids=repr
)
def test_a_pipeline_of_strings_is_asked(steps, tmp_path, capsys) -> None:
    (tmp_path / "strings.fasta").write_text(PROMOTERS)
    strings, labels = ["CGCGCG", "ATTATAAT"] * 4, ["none", "TATA box"] * 4
    skmlbio.save(make_pipeline(*steps).fit(strings, labels), tmp_path / "pipeline.skmlbio")
    table = printed(capsys, "predict", tmp_path / "pipeline.skmlbio", "--data", tmp_path / "strings.fasta")
    assert table["prediction"].tolist()[:2] == ["none", "TATA box"]


def test_a_model_knows_the_column_of_its_strings(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    table = pd.DataFrame({"id": ["a", "b"], "promoter": ["CGCGCG", "TATATA"], "sequence": ["TATATA", "CGCGCG"]})
    table.assign(label=["x", "y"]).to_csv("table.csv", index=False)
    Path("strings.fasta").write_text(">c\nTATATA\n")
    table.drop(columns="promoter").to_csv("other.csv", index=False)
    fit = ["fit", "MarkovClassifier", "--data", "table.csv", "--target", "label", "--columns", "promoter"]
    assert main([*fit, "--save", "m"]) == 0
    assert printed(capsys, "predict", "m", "--data", "table.csv")["prediction"].tolist() == ["x", "y"]
    assert printed(capsys, "predict", "m", "--data", "strings.fasta")["prediction"].tolist() == ["y"]
    swapped = printed(capsys, "predict", "m", "--data", "table.csv", "--columns", "sequence")
    assert swapped["prediction"].tolist() == ["y", "x"]
    assert main(["predict", "m", "--data", "other.csv"]) == 1
    assert "'other.csv' has no column 'promoter'; there are id, sequence." in capsys.readouterr().err
    assert main(["inspect", "m"]) == 0 and "column: promoter" in capsys.readouterr().out.splitlines()


def test_labels_of_residues_are_written_as_fasta(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folds.fasta").write_text("".join(f">s{i} label=HHEE\nAVGL\n" for i in range(4)))
    arguments = ["--data", "folds.fasta", "--target", "label", "--set", "epochs=1", "--save", "tagger"]
    assert main(["fit", "SequenceTagger", *arguments, "--quiet"]) == 0
    assert main(["predict", "tagger", "--data", "folds.fasta", "--output", "predicted.fasta", "--quiet"]) == 0
    records = skmlbio.sequences.read_fasta("predicted.fasta")
    assert records.ids == ["s0", "s1", "s2", "s3"]
    assert records.sequences == skmlbio.load("tagger").predict(["AVGL"] * 4)


def test_a_column_that_is_called_as_the_numbers_of_samples(tmp_path, capsys) -> None:
    sampler = skmlbio.VAESampler(1, epochs=1, random_state=0).fit(pd.DataFrame({"row": [1.0, 2.0], "a": [3.0, 1.0]}))
    skmlbio.save(sampler, tmp_path / "sampler")
    drawn = printed(capsys, "sample", tmp_path / "sampler", "-n", "2", "--random-state", "0")
    assert drawn.columns.tolist() == ["row", "a"]
    np.testing.assert_allclose(drawn, sampler.sample(2, random_state=0), rtol=1e-6)


def test_molecules_become_graphs(tmp_path, capsys) -> None:
    (tmp_path / "molecules.smi").write_text("".join(f"{text} molecule {i}\n" for i, text in enumerate(MOLECULES)))
    labels = pd.DataFrame({"id": [f"molecule {i}" for i in range(16)], "mass": [len(text) for text in MOLECULES]})
    labels[::-1].to_csv(tmp_path / "masses.csv", index=False)
    data = ["--data", str(tmp_path / "molecules.smi")]
    learned = ["--labels", str(tmp_path / "masses.csv"), "--target", "mass", "--set", "edge_features=order"]
    learned += ["--set", "epochs=60", "--set", "random_state=0", "--set", "learning_rate=0.01"]
    assert main(["fit", "GCNRegressor", *data, *learned, "--save", str(tmp_path / "gcn.skmlbio")]) == 0
    model = skmlbio.load(tmp_path / "gcn.skmlbio")
    assert model[0].edge_features == "order" and model[-1].epochs == 60
    capsys.readouterr()
    table = printed(capsys, "predict", tmp_path / "gcn.skmlbio", *data)
    assert table["id"].tolist() == labels["id"].tolist()
    assert np.corrcoef(table["prediction"], labels["mass"])[0, 1] > 0.8


def test_answers_are_written_as_the_name_of_the_file_says(folder, tmp_path, capsys) -> None:
    arguments = ["predict", str(folder / "classifier.skmlbio"), "--data", str(folder / "flowers.csv"), "--output"]
    for name in ("a.csv", "a.tsv.gz", "a.parquet"):
        assert main([*arguments, str(tmp_path / name)]) == 0
    assert capsys.readouterr().out == ""
    tables = [
        pd.read_csv(tmp_path / "a.csv", dtype=str),
        pd.read_csv(tmp_path / "a.tsv.gz", sep="\t", dtype=str),
        pd.read_parquet(tmp_path / "a.parquet"),
    ]
    for table in tables:
        assert table.to_numpy().tolist() == tables[0].to_numpy().tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.parquet", "a.tsv.gz"]


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_a_saved_model_is_exported(folder, tmp_path, capsys) -> None:
    arguments = ["export", str(folder / "classifier.skmlbio"), "--output", str(tmp_path / "served")]
    assert main(arguments) == 0
    assert (tmp_path / "served" / "saved_model.pb").exists()
    assert main(arguments) == 1
    assert "served' exists already; --overwrite replaces it." in capsys.readouterr().err
    assert main([*arguments, "--overwrite"]) == 0


def test_a_file_is_told_without_being_run(folder, capsys) -> None:
    assert main(["inspect", str(folder / "classifier.skmlbio"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["estimator"] == "Pipeline" and told["classes"] == ["setosa", "versicolor", "virginica"]
    assert told["feature_names"] == ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    assert told["versions"]["skmlbio"] == skmlbio.__version__
    scaler, classifier = told["steps"]
    assert scaler["estimator"] == "StandardScaler" and scaler["parameters"]["with_mean"] is True
    assert classifier["parameters"]["epochs"] == 40 and classifier["parameters"]["class_weight"] is None
    network = skmlbio.load(folder / "classifier.skmlbio")[-1].model_
    assert classifier["n_weights"] == network.count_params()
    assert main(["inspect", str(folder / "classifier.skmlbio")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "classes: setosa, versicolor, virginica" in lines and "    epochs: 40" in lines


def test_cells_of_an_h5ad_file(tmp_path, monkeypatch, capsys) -> None:
    rng = np.random.default_rng(0)
    kinds = np.array(["B cell", "T cell"])[np.arange(40) % 2]
    counts = rng.poisson(1 + 6 * (np.arange(6) % 2 == np.arange(40)[:, None] % 2)).astype(np.float32)
    obs = pd.DataFrame({"cell_type": pd.Categorical(kinds)}, index=[f"cell{i}" for i in range(40)])
    var = pd.DataFrame(index=[f"gene{i}" for i in range(6)])
    anndata = pytest.importorskip("anndata", reason="anndata wants an older pandas than the tests")
    anndata.AnnData(counts, obs, var).write_h5ad(tmp_path / "cells.h5ad")
    anndata.AnnData(counts, obs, var)[:, ::-1].copy().write_h5ad(tmp_path / "turned.h5ad")
    settings = ["--set", "epochs=20", "--set", "random_state=0"]
    for name, more in (("plain", []), ("scaled", ["--scale"])):
        arguments = ["--data", str(tmp_path / "cells.h5ad"), "--target", "cell_type", *settings, *more]
        assert main(["fit", "DenseClassifier", *arguments, "--save", str(tmp_path / name)]) == 0
        capsys.readouterr()
        table = printed(capsys, "predict", tmp_path / name, "--data", tmp_path / "cells.h5ad")
        turned = printed(capsys, "predict", tmp_path / name, "--data", tmp_path / "turned.h5ad")
        assert table["id"].tolist() == obs.index.tolist()
        assert np.mean(table["prediction"] == kinds) > 0.9 and table.equals(turned)
