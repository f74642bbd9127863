"""The tables of the page on exported models say what the models say of themselves."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from skmlbio import (
    AttentionClassifier,
    AutoEncoderOutlierDetector,
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    EmbeddingTransformer,
    GANSampler,
    GCNClassifier,
    ImageAutoEncoderTransformer,
    ImageCNNClassifier,
    MaskedSequenceEncoder,
    SequenceLanguageModel,
    SequenceTagger,
    VAESampler,
)
from skmlbio.graphs import Graph

PAGE = (Path(__file__).parents[1] / "docs" / "export.md").read_text()
SHORT = {"epochs": 1, "random_state": 0}
X = np.random.default_rng(0).normal(size=(12, 3))
Y = np.array(["a", "b"])[np.arange(12) % 2]
TABLE = pd.DataFrame({"cell": ["T", "B"] * 6, "donor": [1, 2, 3] * 4})
EDGES = [[0, 1], [1, 0]]
# Every other size is free.
SIZES = {
    "n_features": 3,
    "n_edge_features": 3,
    "n_components": 2,
    "n_classes": 2,
    "n_channels": 1,
    "n_letters": 4,
    "n_letters + 1": 5,
    "2": 2,
}


def with_edges(edge_features: Any) -> list[Graph]:
    return [Graph(np.ones((2, 3)), EDGES, edge_features=edge_features)] * 12


FITTED = {
    "a matrix": lambda: DenseClassifier(**SHORT).fit(X, Y),
    "a data frame": lambda: DenseRegressor(**SHORT).fit(pd.DataFrame(X, columns=["p", "q", "r"]), X[:, 0]),
    "strings": lambda: AttentionClassifier("dna", **SHORT).fit(["ACGT", "CA"] * 6, Y),
    "lists of tokens": lambda: AttentionClassifier(**SHORT).fit([["ATG", "GCC"], ["TAA"]] * 6, Y),
    "a language model": lambda: SequenceLanguageModel("dna", n_units=4, **SHORT).fit(["ACG", "CA"] * 6),
    "a language model of tokens": lambda: SequenceLanguageModel(n_units=4, **SHORT).fit([["A", "C", "G"], ["T"]] * 6),
    "a masked model": lambda: MaskedSequenceEncoder("dna", body="rnn", n_units=1, **SHORT).fit(["ACG", "CA"] * 6),
    "a table of categories": lambda: EmbeddingTransformer(1, **SHORT).fit(TABLE),
    "graphs with features": lambda: GCNClassifier(**SHORT).fit([Graph(np.ones((2, 3)), EDGES)] * 12, Y),
    "graphs with types": lambda: GCNClassifier(**SHORT).fit([Graph(["C", "O"], EDGES)] * 12, Y),
    "graphs with features of edges": lambda: GCNClassifier("gine", **SHORT).fit(with_edges(np.ones((2, 3))), Y),
    "graphs with types of edges": lambda: GCNClassifier("gine", **SHORT).fit(with_edges(["single", "single"]), Y),
    "outliers": lambda: AutoEncoderOutlierDetector(latent_dim=2, **SHORT).fit(X),
    "gaps": lambda: AutoEncoderTransformer(latent_dim=2, missing="mask", **SHORT).fit(X),
    "codes": lambda: AutoEncoderTransformer(latent_dim=2, **SHORT).fit(X),
    "labels of residues": lambda: SequenceTagger("dna", crf=True, **SHORT).fit(["ACG", "CA"] * 6, ["xyx", "yx"] * 6),
    "lists of labels": lambda: SequenceTagger("dna", **SHORT).fit(["ACG", "CA"] * 6, [["x", "y", "x"], ["y", "x"]] * 6),
    "nothing": lambda: VAESampler(latent_dim=2, **SHORT).fit(X),
    "counts with covariates": lambda: VAESampler(likelihood="poisson", **SHORT).fit((9 * X**2).round(), covariates=Y),
    "images": lambda: ImageCNNClassifier(2, n_blocks=1, **SHORT).fit(np.ones((12, 4, 4), np.uint16), Y),
    "images of several sizes": lambda: ImageAutoEncoderTransformer(None, n_filters=2, **SHORT).fit(
        [np.ones((4, 4), np.uint8), np.ones((4, 5), np.uint8)]
    ),
    "nothing else": lambda: GANSampler(latent_dim=2, **SHORT).fit(X),
}
EXAMPLES = {
    "classifiers": ["a matrix", "strings", "lists of tokens", "graphs with features", "graphs with types"],
    "regressors": ["a data frame"],
    "transformers": ["codes"],
    "`AutoEncoderOutlierDetector`": ["outliers"],
    "`AutoEncoderTransformer`": ["codes"],
    '`AutoEncoderTransformer` with `missing="mask"`': ["gaps"],
    "`ImageAutoEncoderTransformer`": ["images of several sizes"],
    "`EmbeddingTransformer`": ["a table of categories"],
    "`SequenceLanguageModel`": ["a language model", "a language model of tokens"],
    "`SequenceLanguageModel` of strings": ["a language model"],
    "`SequenceLanguageModel` of lists of tokens": ["a language model of tokens"],
    "`MaskedSequenceEncoder`": ["a masked model"],
    "`SequenceTagger` of strings": ["labels of residues"],
    "`SequenceTagger` of lists of labels": ["lists of labels"],
    "`VAESampler`": ["nothing"],
    "`VAESampler` of counts": ["counts with covariates"],
    "`GANSampler`": ["nothing else"],
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its own head."""
    table = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture(scope="module")
def signatures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    found = {}
    for name, fit in FITTED.items():
        folder = tmp_path_factory.mktemp("exported")
        fit().export_saved_model(folder)
        found[name] = tf.saved_model.load(str(folder)).signatures
    return found


def is_said(spec: tf.TensorSpec, shape: str, dtype: str) -> bool:
    """Whether a specification is the first shape and one of the types that a row names."""
    names = [name for name in re.match(r"\(([^)]*)\)", shape)[1].split(",") if name]
    expected = [SIZES.get(name.strip()) for name in names]
    usual = dtype.partition(" (")[0]  # in brackets stands what other parameters make of it
    return spec.shape.as_list() == expected and spec.dtype.name in usual


@pytest.mark.parametrize("row", rows("What signatures take"), ids=lambda row: " ".join(row[:2]))
def test_inputs_are_those_of_the_table(row: list[str], signatures: dict) -> None:
    kind, name, shape, dtype = row
    fitted, _, of = kind.partition(", ")
    of = re.sub("`|for |signatures that end in ", "", of) or "serving_default"
    of = f"predict{of}" if of in ("_matrix", "_tokens") else of
    inputs = [
        found[of].structured_input_signature[1]
        for other, found in signatures.items()
        if other == fitted or (fitted == "graphs" and other.startswith("graphs"))
    ]
    assert inputs
    for specs in inputs:
        named = list(specs.values()) if "by its name" in name else [specs[name.split("`")[1]]]
        assert all(is_said(spec, shape, dtype) for spec in named), specs


@pytest.mark.parametrize("row", rows("What they answer"), ids=lambda row: " ".join(row[:2]))
def test_outputs_are_those_of_the_table(row: list[str], signatures: dict) -> None:
    estimators, name, shape, dtype = row
    name = name.strip("`")
    shape = "(batch, n_features)" if shape == "that of X" else shape
    for example in [example for kind in estimators.split(", ") for example in EXAMPLES[kind]]:
        output = signatures[example][name].structured_outputs[name.removesuffix("_tokens")]
        assert is_said(output, shape, dtype)


def test_no_signature_is_left_out(signatures: dict) -> None:
    listed = {row[1].strip("`") for row in rows("What they answer")}
    for found in signatures.values():
        assert {name.removesuffix("_matrix").removesuffix("_tokens") for name in found} <= listed | {"serving_default"}


def test_columns_of_a_table_are_named_and_typed_as_the_page_says(tmp_path: Path) -> None:
    frame = TABLE.assign(alive=[True, False, False] * 4)
    array = TABLE[["cell", "cell"]].to_numpy()
    for name, table, expected in (
        ("frame", frame, {"cell": "string", "donor": "int64", "alive": "int64"}),
        ("array", array, {"column_0": "string", "column_1": "string"}),
    ):
        EmbeddingTransformer(1, **SHORT).fit(table).export_saved_model(tmp_path / name)
        inputs = tf.saved_model.load(str(tmp_path / name)).signatures["transform"].structured_input_signature[1]
        assert {column: spec.dtype.name for column, spec in inputs.items()} == expected
