"""The estimators of strings and graphs that `test_battery.py` tries, and what they take: a new one is one line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import eye_array
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.utils import get_tags

import skmlbio
from skmlbio.graphs import Graph, ensure_graphs, flat_batch
from skmlbio.images import Images, ensure_images

RANDOM = np.random.default_rng(0)
N_SAMPLES = 20
LABELS = np.arange(N_SAMPLES) % 2


# Kinds of input ------------------------------------------------------------------------------------------------------


class Inputs(NamedTuple):
    """What one kind of sample may be, and may not."""

    X: list  # of similar sizes, so that all fits share one compiled program
    unusual: list  # odd, and right
    wrong: dict[str, tuple[Any, str]]  # what is refused, and a part of the reason, as a regular expression
    served: Callable[[list], dict[str, Any]]  # samples as an exported network takes them


def some_string(length: int) -> str:
    return "".join(RANDOM.choice(list("ACGT"), length))


STRINGS = Inputs(
    X=[some_string(25 + i % 4) for i in range(N_SAMPLES)],
    unusual=["A", "acgt", "AcGt", "N", some_string(40), some_string(100), some_string(300)],
    wrong={
        "empty list": ([], "X is empty"),
        "None": (None, "X must be a list.*got NoneType"),
        "None inside": (["ACGT", None], "sequence 1 is missing"),
        "NaN in a column": (pd.Series(["ACGT", np.nan, "ACGT"]), "sequence 1 is missing"),
        "NaN in a frame": (pd.DataFrame({"read": ["ACGT", np.nan]}), "sequence 1 is missing"),
        "numbers": ([1, 2], "sequence 0 must be a string; got 1 of type int"),
        "matrix of numbers": (np.ones((3, 2)), r"X has shape \(3, 2\)"),
        "bytes": ([b"ACGT", b"ACGT"], "sequence 0 is bytes; decode it"),
        "bytes inside": (["ACGT", b"ACGT"], "sequence 1 is bytes"),
        "single string": ("ACGT", "X is a single str"),
        "single bytes": (b"ACGT", "X is a single bytes"),
        "list inside": (["ACGT", ["ACGT"]], "sequence 1 must be a string; got .* of type list"),
        "two columns": (np.array([["AC", "GT"]] * 3), r"X has shape \(3, 2\)"),
        "non-ASCII": (["ACGT", "ACĞT"], "sequence 1 has 'Ğ' at position 2, which is not an ASCII character"),
        "empty string": (["ACGT", ""], "sequence 1 is empty"),
        "unknown letter": (["ACGT", "ACJT"], "sequence 1 has 'J' at position 2, not in the dna alphabet"),
        "blank": (["ACGT", "AC GT"], "sequence 1 has ' ' at position 2"),
    },
    served=lambda strings: {"X": np.array(strings, object)},
)

# Two columns of strings are no mistake where there are tables of categories.
STRINGS_NOT_TABLES = STRINGS._replace(wrong={what: of for what, of in STRINGS.wrong.items() if what != "two columns"})


def some_graph(n_nodes: int, n_edges: int | None = None) -> Graph:
    n_edges = n_nodes if n_edges is None else n_edges
    return Graph(RANDOM.normal(size=(n_nodes, 2)), RANDOM.integers(0, n_nodes, (2, n_edges)), RANDOM.random(n_edges))


def joined(graphs: list[Graph]) -> dict[str, np.ndarray]:
    batch = flat_batch(ensure_graphs(graphs))._asdict()
    return {"node_features": batch.pop("features"), **batch}


GRAPHS = Inputs(
    X=[some_graph(5 + i % 4) for i in range(N_SAMPLES)],
    unusual=[
        some_graph(1, 0),
        some_graph(1, 1),  # its one edge leads back
        some_graph(6, 0),
        some_graph(9, 2),  # five nodes or more are isolated
        Graph([[1, 2], [3, 4]], [[0, 0, 0, 1], [1, 1, 1, 0]]),
        Graph([[1, 2], [3, 4]], [[0, 1, 1], [0, 1, 0]]),
        (np.eye(3, 2), eye_array(3, format="csr")),
        some_graph(40),
        some_graph(200),
    ],
    wrong={
        "empty list": ([], "the list of graphs is empty"),
        "None": (None, "expected a list of graphs, got a NoneType"),
        "None inside": ([some_graph(3), None], "graph 1: a NoneType is no graph"),
        "NaN in a column": ([some_graph(3), Graph([[1, 2], [3, np.nan]])], "graph 1: node 1 has nan as feature 1"),
        "infinite weight": ([Graph(np.ones((2, 2)), [[0], [1]], [np.inf])], r"graph 0: edge \(0, 1\) has.*weight inf"),
        "numbers": ([1, 2], "graph 0: a int is no graph"),
        "matrix of numbers": (np.ones((3, 2)), "expected a list of graphs, got a ndarray"),
        "bytes": ([some_graph(3), b"CCO"], "graph 1: a bytes is no graph"),
        "single string": ("CCO", "expected a list of graphs, got a str"),
        "single graph": (some_graph(3), "expected a list of graphs, got a Graph"),
        "no nodes": ([some_graph(3), Graph(np.ones((0, 2)))], "graph 1 has no nodes"),
        "mismatched widths": ([some_graph(3), Graph([[1, 2, 3]])], "graph 0 has 2 node features, graph 1 has 3"),
        "types beside features": ([some_graph(3), Graph(["C"])], "graph 0 has 2 node features, graph 1 has string"),
        "edge past the nodes": ([some_graph(3), Graph(np.ones((22, 2)), [[3], [40]])],
                                r"graph 1: edge \(3, 40\) points past its 22 nodes"),
        "negative node": ([Graph(np.ones((2, 2)), [[0], [-1]])], r"graph 0: edge \(0, -1\) has a negative node"),
        "adjacency of another size": ([(np.ones((2, 2)), np.ones((3, 3)))], "graph 0: .*but there are 2 nodes"),
    },
    served=joined,
)  # fmt: skip


ONE_GRAPH = Graph(
    RANDOM.normal(size=(24, 2)),  # the last two nodes are isolated
    np.concatenate([RANDOM.integers(0, 22, (2, 60)), [[5, 6, 7], [5, 7, 6]]], axis=1),
    RANDOM.random(63),
)
NODES = Inputs(
    X=list(range(N_SAMPLES)),
    unusual=[0, 0, 23, np.int8(22), np.uint64(21), 3, 0],
    wrong={
        "empty list": ([], "X is empty; at least one of the nodes is needed"),
        "None": (None, "X must be an array of nodes, got a NoneType"),
        "None inside": ([0, None], r"X\[1\] is None, but nodes go by their positions"),
        "NaN in a column": (pd.Series([0, np.nan]), r"X\[1\] is nan, but nodes go by their positions"),
        "fractions": ([0, 1.5], r"X\[1\] is 1.5, but nodes go by"),
        "truth": ([0, True], r"X\[1\] is True, but nodes go by"),
        "matrix of numbers": (np.ones((3, 2), int), r"X has shape \(3, 2\), but nodes come as an array of shape"),
        "single node": (3, "X must be an array of nodes, got a int"),
        "single string": ("TP53", "X must be an array of nodes, got a str"),
        "names": (["TP53", "MDM2"], r"X\[0\] is 'TP53', but nodes go by"),
        "past the graph": ([0, 24], r"X\[1\] is 24, but the graph has 24 nodes, numbered from 0"),
        "negative": ([0, -1], r"X\[1\] is -1, but the graph has 24 nodes"),
    },
    served=lambda nodes: {"nodes": np.array(nodes, np.int32)},
)

PAIRS = Inputs(
    X=[(int(u), int(v)) for u, v in ONE_GRAPH.edge_index[:, :N_SAMPLES].T],
    unusual=[(0, 0), (0, 1), (0, 1), (1, 0), (23, 22), (np.int8(3), np.uint64(9)), (7, 8)],
    wrong={
        "empty list": ([], "X is empty; at least one of the pairs of nodes is needed"),
        "None": (None, "X must be an array of pairs of nodes, got a NoneType"),
        "None inside": ([(0, 1), None], r"X\[1\] is None, which is no pair of nodes"),
        "NaN": (np.array([[0, 1], [0, np.nan]]), r"X\[1, 1\] is nan, but nodes go by their positions"),
        "single nodes": ([0, 1], r"X\[0\] is 0, which is no pair"),
        "three nodes": ([(0, 1), (0, 1, 2)], r"X\[1\] is \(0, 1, 2\), which is no pair"),
        "names": ([("TP53", "MDM2")] * 2, r"X\[0, 0\] is 'TP53', but nodes go by"),
        "past the graph": ([(0, 1), (0, 24)], r"X\[1, 1\] is 24, but the graph has 24 nodes"),
        "single string": ("TP53", "X must be an array of pairs of nodes, got a str"),
    },
    served=lambda pairs: {"pairs": np.array(pairs, np.int32)},
)

CELLS = Inputs(
    X=[(f"drug {i % 4}", i % 3) for i in range(N_SAMPLES)],
    unusual=[("drug 0", 0), ("drug 3", np.int8(2)), ["drug 1", 1], ("drug 2", np.uint64(2)), ("drug 0", 0)],
    wrong={
        "empty list": ([], "X is empty; at least one row is needed"),
        "None": (None, "X must be a table of categories, a row a sample, got a NoneType"),
        "None inside": ([("a", 1), None], r"X\[1\] is None, which is no row of categories"),
        "None in a row": ([("a", 1), ("a", None)], "column 1 of X is missing in row 1"),
        "NaN in a row": ([("a", 1), (np.nan, 1)], "column 0 of X is missing in row 1"),
        "fractions": ([("a", 1), ("a", 1.5)], "column 1 of X holds 1.5 in row 1, of type float"),
        "matrix of numbers": (np.ones((3, 2)), "column 0 of X holds 1.0 in row 0, of type float; categories are"),
        "single string": ("ab", "X must be a table of categories, a row a sample, got a str"),
        "strings": (["ab", "ab"], r"X\[0\] is 'ab', which is no row of categories"),
        "rows of other lengths": ([("a", 1), ("a", 1, 2)], r"X\[1\] has 3 categories, but X\[0\] has 2"),
        "strings beside numbers": ([("a", 1), ("a", "b")], "column 1 of X holds the string 'b' beside 1"),
        "bytes": ([("a", b"b")], "column 1 of X holds b'b' in row 0, of type bytes"),
    },
    served=lambda rows: {
        "column_0": np.array([row[0] for row in rows], object), "column_1": np.array([int(row[1]) for row in rows])
    },
)  # fmt: skip


def padded(images: list[np.ndarray]) -> dict[str, np.ndarray]:
    pixels = Images(ensure_images(images))
    size = tuple(pixels.sizes.max(axis=0))
    return {"X": pixels.take(slice(None), np.float64, size), "sizes": pixels.sizes.astype(np.int32)}


IMAGES = Inputs(
    X=[
        image[: 7 - i % 3, : 6 - i % 2]
        for i, image in enumerate(np.random.default_rng(0).integers(0, 2, (N_SAMPLES, 7, 6)))
    ],
    unusual=[np.ones((3, 3), bool), np.zeros((30, 5), np.uint8), np.eye(9, dtype=np.float32)[..., np.newaxis]],
    wrong={
        "empty list": ([], "X is empty; at least one image is needed"),
        "None": (None, "X must be an array or a list of images, got a NoneType"),
        "None inside": ([np.eye(5), None], "image 1 must be an array of numbers, got a NoneType"),
        "NaN": ([np.eye(5), np.full((4, 4), np.nan)], "image 1 has nan at row 0, column 0, channel 0"),
        "infinity": (np.where(np.eye(5), np.inf, np.ones((3, 5, 5))), "image 0 has inf at row 0, column 0"),
        "masked": ([np.eye(5), np.ma.masked_equal(np.eye(5), 1)], "image 1 is masked at row 0, column 0, channel 0"),
        "numbers": ([1, 2], r"image 0 has shape \(\), but must be of shape"),
        "matrix of numbers": (np.ones((3, 2)), r"X has shape \(3, 2\), but images come as an array of shape"),
        "rows": ([np.eye(5), np.ones(5)], r"image 1 has shape \(5,\), but must be of shape"),
        "rows of other lengths": ([np.eye(5), [[1, 0], [1]]], "image 1 is no array: its rows have different lengths"),
        "single string": ("cat.png", "X must be an array or a list of images, got a str"),
        "strings": (["cat.png"], "image 0 must be an array of numbers, got a str"),
        "letters": ([np.eye(5), np.array([["a"]])], "image 1 must be an array of numbers, got one of dtype <U1"),
        "no pixels": ([np.eye(5), np.ones((0, 5))], r"image 1 has shape \(0, 5, 1\): it has no pixels"),
        "mixed channels": ([np.eye(5), np.ones((5, 5, 3))], "image 1 has 3 channels, but .* 1; all images need"),
    },
    served=padded,
)

# Codes of one length are those of images of one size; reconstructions have channels where these have.
SAME_SIZE = IMAGES._replace(
    X=list(np.random.default_rng(0).integers(0, 2, (N_SAMPLES, 7, 6, 1))),
    unusual=[np.ones((7, 6, 1), bool), np.eye(7, 6, dtype=np.float32)[..., np.newaxis], np.zeros((7, 6, 1), np.int8)],
    wrong=IMAGES.wrong
    | {"another size": ([np.ones((7, 6)), np.ones((6, 7))], "image 1 is of 6 x 7|those of X differ")},
    served=lambda images: {"X": np.array(images, np.float64)},
)


# The estimators ------------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """An estimator, small and quick, and what it takes."""

    estimator: BaseEstimator
    inputs: Inputs
    tags: Sequence | Callable | None = None  # what residues are labelled with, "A" by the first; or from X to targets

    def new(self, **changes: Any) -> BaseEstimator:
        return clone(self.estimator).set_params(**{"epochs": 2, "random_state": 0, **changes})

    def other_target(self, samples: list) -> np.ndarray:
        """Those of residues, or `labels`."""
        if self.tags is not None:
            return self.tags_of(samples)
        return self.labels(len(samples))

    def labels(self, n_samples: int) -> np.ndarray:
        """Three classes, or two where no more are taken."""
        tags = get_tags(self.estimator).classifier_tags
        return np.arange(n_samples) % (3 if tags is None or tags.multi_class else 2)

    def target(self) -> np.ndarray:
        if self.tags is not None:
            return self.tags_of(self.inputs.X)
        return LABELS if is_classifier(self.estimator) else np.sin(np.arange(N_SAMPLES))

    def tags_of(self, strings: list) -> np.ndarray:
        """A label a residue: strings in an array of strings, or lists in an array of lists; or what is made of each."""
        if callable(self.tags):
            return np.array([self.tags(string) for string in strings], object)
        labels = np.empty(len(strings), object)
        labels[:] = [[self.tags[letter != "A"] for letter in string] for string in strings]
        return np.array(["".join(of_string) for of_string in labels]) if isinstance(self.tags, str) else labels


SMALL_ATTENTION = {"embedding_dim": 4, "n_heads": 2, "feed_forward_dim": 4, "kernel_width": 3}
SMALL_CNN = {"n_filters": 4, "kernel_width": 3}
CASES = {
    "attention": Case(skmlbio.AttentionClassifier("dna", **SMALL_ATTENTION), STRINGS),
    "attention regressor": Case(skmlbio.AttentionRegressor("dna", **SMALL_ATTENTION), STRINGS),
    "rnn": Case(skmlbio.RNNClassifier("dna", n_units=4, embedding_dim=4, kernel_width=3), STRINGS),
    "rnn regressor": Case(skmlbio.RNNRegressor("dna", n_units=4, kernel_width=None, cell="gru"), STRINGS),
    "cnn": Case(skmlbio.SequenceCNNClassifier("dna", n_layers=2, local_pooling="max", **SMALL_CNN), STRINGS),
    "cnn regressor": Case(
        skmlbio.SequenceCNNRegressor("dna", batch_normalization=True, reverse_complement="share", **SMALL_CNN), STRINGS
    ),
    "image auto-encoder": Case(skmlbio.ImageAutoEncoderTransformer(3, n_filters=(2, 4)), SAME_SIZE),
    "translator": Case(
        skmlbio.TransformerTranslator("dna", n_blocks=1, max_output_length=4, dropout=0.0, **SMALL_ATTENTION),
        STRINGS,
        lambda string: "ab" * (1 + len(string) % 2) + "ba" * (len(string) % 3),
    ),
    "tagger": Case(skmlbio.SequenceTagger("dna", n_layers=2, **SMALL_CNN), STRINGS, "ny"),
    "tagger of lists": Case(
        skmlbio.SequenceTagger("dna", body="rnn", n_units=4, embedding_dim=4, kernel_width=3, crf=True), STRINGS, (0, 1)
    ),
    "language model": Case(
        skmlbio.SequenceLanguageModel("dna", body="attention", embedding_dim=4, n_heads=2, feed_forward_dim=4), STRINGS
    ),
    "masked encoder": Case(skmlbio.MaskedSequenceEncoder("dna", **SMALL_ATTENTION), STRINGS),
    "embedding": Case(skmlbio.EmbeddingTransformer(4, alphabet="dna"), STRINGS_NOT_TABLES),
    "tensor": Case(skmlbio.TensorFactorizationRegressor(3, hidden_layer_sizes=(4,)), CELLS),
    "image cnn": Case(skmlbio.ImageCNNClassifier((4, 4), random_shift=0.1, random_noise=0.1), IMAGES),
    "image cnn regressor": Case(
        skmlbio.ImageCNNRegressor(4, block="inception", squeeze_excitation=True, pooling="max"), IMAGES
    ),
    "gcn": Case(skmlbio.GCNClassifier(hidden_layer_sizes=(4,), readout_layer_sizes=(4,)), GRAPHS),
    "gcn transformer": Case(skmlbio.GCNTransformer(3, hidden_layer_sizes=(4,)), GRAPHS),
    "gcn regressor": Case(
        skmlbio.GCNRegressor(hidden_layer_sizes=(4,), readout_layer_sizes=(4,), pooling="sum"), GRAPHS
    ),
    "node classifier": Case(skmlbio.GCNNodeClassifier(ONE_GRAPH, conv="gin", hidden_layer_sizes=(4,)), NODES),
    "links": Case(skmlbio.GCNLinkPredictor(ONE_GRAPH, n_components=2, conv="gin", hidden_layer_sizes=(4,)), PAIRS),
    "node regressor": Case(skmlbio.GCNNodeRegressor(ONE_GRAPH, conv="gin", hidden_layer_sizes=(4,)), NODES),
}


IGNORE_TARGETS = {"gcn transformer", "image auto-encoder", "language model", "masked encoder"}


# Parameters that are numbers -----------------------------------------------------------------------------------------

MATRIX = Inputs(X=list(RANDOM.normal(size=(N_SAMPLES, 4))), unusual=[], wrong={}, served=lambda rows: {"X": rows})
MATRIX_CASES = {
    "dense classifier": Case(skmlbio.DenseClassifier((4,)), MATRIX),
    "dense regressor": Case(skmlbio.DenseRegressor((4,)), MATRIX),
    "own classifier": Case(skmlbio.NetworkClassifier(), MATRIX),
    "own regressor": Case(skmlbio.NetworkRegressor(), MATRIX),
    "own transformer": Case(skmlbio.NetworkTransformer(), MATRIX),
    "auto-encoder": Case(skmlbio.AutoEncoderTransformer(hidden_layer_sizes=(4,)), MATRIX),
    "outlier detector": Case(skmlbio.AutoEncoderOutlierDetector(hidden_layer_sizes=(4,)), MATRIX),
    "gan": Case(skmlbio.GANSampler(hidden_layer_sizes=(4,)), MATRIX),
    "image vae": Case(skmlbio.ImageVAESampler(image_shape=(2, 2), n_filters=4), MATRIX),
    "vae": Case(skmlbio.VAESampler(hidden_layer_sizes=(4,)), MATRIX),
}

# A value for every parameter that can be one; all are exact in single precision.
NUMBERS: dict[str, Any] = {
    "case_sensitive": False,
    "activity_l1": 0.25,
    "attention_window": 4,
    "batch_normalization": True,
    "batch_size": 8,
    "beta": 0.5,
    "beam_width": 2,
    "bidirectional": True,
    "class_weight": {0: 2.0, 1: 1},
    "contamination": 0.25,
    "conditional": False,
    "critic_pace": 0.5,
    "encoder_learning_rate": 0.25,
    "freeze": 1,
    "rank": 2,
    "crf": False,
    "conv_params": {"hidden_units": 4, "learn_epsilon": True},
    "dilation": 1,
    "dropout": 0.25,
    "embedding_dim": 4,
    "epochs": 2,
    "feed_forward_dim": 4,
    "free_bits": 0.125,
    "gradient_penalty": 0.5,
    "hidden_layer_sizes": (4,),
    "kernel_size": 3,
    "kernel_width": 3,
    "kl_warm_up": 2,
    "l1": 0.25,
    "l2": 0.125,
    "label_smoothing": 0.125,
    "latent_dim": 2,
    "learning_rate": 0.0625,
    "length_penalty": 0.5,
    "max_output_length": 3,
    "masking_fraction": 0.25,
    "min_count": 1,
    "n_blocks": 1,
    "n_components": 4,
    "n_filters": 4,
    "n_heads": 2,
    "n_importance": 3,
    "n_layers": 1,
    "n_units": 4,
    "n_negative": 3,
    "network_params": {"hidden_layer_sizes": (4,)},
    "node_embedding_dim": 3,
    "noise_level": 0.25,
    "ordered": False,
    "optimizer": {"class_name": "Adam", "config": {"beta_1": 0.75, "clipvalue": 1.0, "amsgrad": True}},
    "patience": 2,
    "pool_size": 2,
    "pos_label": 0,
    "random_noise": 0.125,
    "random_rotation": 22.5,
    "random_scale": 0.125,
    "random_shift": 0.125,
    "random_state": 0,
    "readout_dropout": 0.25,
    "readout_layer_sizes": (4,),
    "residual": False,
    "spectral_normalization": True,
    "squeeze_excitation": True,
    "standardize": True,
    "subsample": 0.5,
    "tied_weights": True,
    "validation_fraction": 0.25,
    "variance": 0.5,
    "verbose": 0,
    "warm_start": False,
    "warm_up": 2,
    "weight_averaging": 0.5,
    "weight_decay": 0.5,
    "window": 2,
}

# Checks of scikit-learn that need no data.
CHECKS_WITHOUT_DATA = [
    "no_attributes_set_in_init",
    "parameters_default_constructible",
    "do_not_raise_errors_in_init_or_set_params",
    "get_params_invariance",
    "set_params",
    "estimator_cloneable",
    "estimator_repr",
    "valid_tag_types",
    "estimator_tags_renamed",
]
