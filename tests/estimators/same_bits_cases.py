"""The fits of `test_same_bits.py`: every estimator with every choice, over enough work that all cores are busy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from own_networks import convolving_network, recurrent_network, residual_network
from scipy.sparse import random_array
from sklearn.base import BaseEstimator, clone

import skmlbio
from skmlbio.graphs import Graph

RANDOM = np.random.default_rng(0)


def some_strings(lengths: np.ndarray, letters: str = "ACDEFGHIKLMNPQRSTVWY") -> list[str]:
    return ["".join(RANDOM.choice(list(letters), n)) for n in lengths]


def some_graph(n_nodes: int) -> Graph:
    return Graph(RANDOM.normal(size=(n_nodes, 32)), RANDOM.integers(0, n_nodes, (2, 3 * n_nodes)))


PEPTIDES = some_strings(np.r_[RANDOM.integers(5, 50, 215), RANDOM.integers(51, 208, 25)])
PROTEINS = some_strings(np.full(32, 200))
STRANDS = some_strings(np.full(64, 200), "ACGT")
GRAPHS = [some_graph(n) for n in RANDOM.integers(10, 61, 200)]
LARGE_GRAPHS = [some_graph(n) for n in RANDOM.integers(400, 600, 32)]
NODES = np.arange(4000)
ONE_GRAPH = Graph(
    random_array((5000, 200), density=0.05, rng=RANDOM, format="csr"), RANDOM.integers(0, 5000, (2, 20000))
)
LINKS = ONE_GRAPH.edge_index.T
ROWS = RANDOM.normal(size=(1500, 60))
COUNTS = np.random.default_rng(1).negative_binomial(2, 0.2, size=(1500, 60))
TABLE = RANDOM.integers(0, 30, (3000, 6)).astype(object)
SERIES = RANDOM.normal(size=(64, 60, 8))
IMAGES = np.random.default_rng(2).normal(size=(128, 28, 28)).astype("float32")
UNEQUAL_IMAGES = [image[: 28 - 5 * (i % 3), : 28 - i % 4] for i, image in enumerate(IMAGES)]


def with_edge_features(graph: Graph) -> Graph:
    return Graph(graph.features, graph.edge_index, edge_features=RANDOM.normal(size=(graph.n_edges, 8)))


class Case(NamedTuple):
    """An estimator, and the samples that it is fitted on."""

    estimator: BaseEstimator
    X: Any

    def fit(self) -> BaseEstimator:
        """Fit a copy to labels that mean nothing."""
        y = np.arange(len(self.X)) % 2
        if isinstance(self.estimator, skmlbio.SequenceTagger):
            y = ["".join("xy?"[ord(letter) % 3] for letter in string) for string in self.X]
        if isinstance(self.estimator, skmlbio.TransformerTranslator):
            y = [string[-9:] for string in self.X]
        return clone(self.estimator).fit(self.X, y)


def case(estimator: Callable, X: Any, *arguments: Any, **parameters: Any) -> Case:
    return Case(estimator(*arguments, **{"epochs": 2, "random_state": 0, **parameters}), X)


SMALL = {"embedding_dim": 32, "feed_forward_dim": 64}
TWO = {"hidden_layer_sizes": (64, 64)}
WIDE = {"hidden_layer_sizes": (256,), "batch_size": 128}
CASES = {
    "attention of peptides": case(skmlbio.AttentionClassifier, PEPTIDES, epochs=3),
    "attention, pre": case(
        skmlbio.AttentionClassifier, PROTEINS, norm="pre", pooling="mean", positions="sinusoidal", **SMALL
    ),
    "attention, post": case(
        skmlbio.AttentionClassifier, PROTEINS, norm="post", pooling="attention", positions="none", **SMALL
    ),
    "attention regressor": case(skmlbio.AttentionRegressor, PROTEINS, **SMALL),
    "lstm": case(skmlbio.RNNClassifier, PEPTIDES),
    "gru": case(skmlbio.RNNRegressor, PEPTIDES, cell="gru", pooling="last", n_layers=2, kernel_width=None),
    "simple recurrence": case(skmlbio.RNNClassifier, PROTEINS, cell="simple", pooling="attention"),
    "convolution of peptides": case(skmlbio.SequenceCNNClassifier, PEPTIDES, epochs=3),
    "convolution, deep": case(
        skmlbio.SequenceCNNClassifier,
        PROTEINS,
        n_filters=32,
        kernel_width=(3, 6),
        n_layers=3,
        dilation=2,
        residual=True,
        batch_normalization=True,
        local_pooling="mean",
        pooling="attention",
    ),
    "convolution, both strands": case(
        skmlbio.SequenceCNNRegressor, STRANDS, reverse_complement="share", local_pooling="max", pooling="mean"
    ),
    "images": case(skmlbio.ImageCNNClassifier, IMAGES, random_rotation=20, random_flip="both", batch_size=64),
    "image auto-encoder": case(skmlbio.ImageAutoEncoderTransformer, IMAGES, noise="holes", dropout=0.1, batch_size=64),
    "image vae": case(skmlbio.ImageVAESampler, IMAGES, n_importance=3, batch_size=64),
    "images, residual": case(
        skmlbio.ImageCNNRegressor, IMAGES, n_blocks=2, block="residual", squeeze_excitation=True, batch_size=64
    ),
    "images of many sizes": case(
        skmlbio.ImageCNNClassifier, UNEQUAL_IMAGES, block="inception", local_pooling="mean", pooling="max"
    ),
    "tagger of peptides": case(skmlbio.SequenceTagger, PEPTIDES, batch_normalization=True),
    "tagger, chain": case(skmlbio.SequenceTagger, PROTEINS, body="attention", n_layers=1, crf=True, **SMALL),
    "language model": case(skmlbio.SequenceLanguageModel, PEPTIDES, n_units=32, n_layers=2),
    "language model, attention": case(skmlbio.SequenceLanguageModel, PROTEINS, body="attention", n_layers=2, **SMALL),
    "masked encoder": case(skmlbio.MaskedSequenceEncoder, PEPTIDES, **SMALL),
    "masked encoder, convolution": case(skmlbio.MaskedSequenceEncoder, PROTEINS, body="convolution", pooling="max"),
    "embedding": case(skmlbio.EmbeddingTransformer, PEPTIDES, objective="skip-gram"),
    "embedding, ordered tokens": case(
        skmlbio.EmbeddingTransformer, [list(s) for s in PEPTIDES], objective="skip-gram", ordered=True, window=20
    ),
    "embedding of a table": case(skmlbio.EmbeddingTransformer, TABLE, dropout=0.2, **TWO),
    "embedding of classes": case(skmlbio.EmbeddingTransformer, PROTEINS, hidden_layer_sizes=(32,), dropout=0.2),
    "tensor": case(skmlbio.TensorFactorizationRegressor, TABLE, dropout=0.2, **TWO),
    "tensor, concatenated": case(
        skmlbio.TensorFactorizationRegressor, TABLE, range(1, 7), interaction="concatenate", **TWO
    ),
    "attention, windowed": case(
        skmlbio.AttentionClassifier, PROTEINS, positions="rotary", pooling="class_token", attention_window=16, **SMALL
    ),
    "translator": case(skmlbio.TransformerTranslator, PEPTIDES, max_output_length=12, beam_width=2),
    "translator, recurrent": case(
        skmlbio.TransformerTranslator,
        PEPTIDES,
        architecture="rnn_attention",
        n_blocks=1,
        max_output_length=12,
        epochs=1,
    ),
    "gin": case(skmlbio.GCNClassifier, GRAPHS, conv="gin"),
    "gcn": case(skmlbio.GCNClassifier, GRAPHS, conv="gcn", pooling="attention", residual=True, **TWO),
    "gat": case(skmlbio.GCNClassifier, GRAPHS, conv="gat"),
    "sage": case(
        skmlbio.GCNClassifier, GRAPHS, conv="sage", batch_normalization=False, pooling="mean", dropout=0.2, **TWO
    ),
    "tag": case(skmlbio.GCNClassifier, GRAPHS, conv="tag", pooling="sum", **TWO),
    "arma": case(skmlbio.GCNClassifier, GRAPHS, conv="arma", pooling="max", batch_normalization=False, **TWO),
    "gat of edges": case(skmlbio.GCNClassifier, LARGE_GRAPHS, conv="gat", batch_size=8, **TWO),
    "gin of edges": case(skmlbio.GCNClassifier, LARGE_GRAPHS, conv="gin", batch_size=8, **TWO),
    "gine": case(skmlbio.GCNClassifier, [*map(with_edge_features, GRAPHS)], conv="gine", **TWO),
    "gated of edges": case(
        skmlbio.GCNClassifier, [*map(with_edge_features, LARGE_GRAPHS)], conv="gated", batch_size=8, **TWO
    ),
    "graph auto-encoder": case(skmlbio.GCNTransformer, GRAPHS, **TWO),
    "gin regressor": case(skmlbio.GCNRegressor, GRAPHS, pooling=("sum", "mean"), **TWO),
    "nodes, gcn": case(skmlbio.GCNNodeClassifier, NODES, ONE_GRAPH),
    "nodes, gat": case(skmlbio.GCNNodeClassifier, NODES, ONE_GRAPH, conv="gat", residual=True, **TWO),
    "nodes, gin regressor": case(skmlbio.GCNNodeRegressor, NODES, ONE_GRAPH, conv="gin", **TWO),
    "links": case(skmlbio.GCNLinkPredictor, LINKS, ONE_GRAPH),
    "dense classifier": case(skmlbio.DenseClassifier, ROWS, dropout=0.3, **WIDE),
    "dense regressor": case(skmlbio.DenseRegressor, ROWS, dropout=0.3, **WIDE),
    "auto-encoder": case(skmlbio.AutoEncoderTransformer, ROWS, noise="gaussian", dropout=0.2, **WIDE),
    "auto-encoder, tied": case(skmlbio.AutoEncoderTransformer, ROWS, noise="masking", tied_weights=True, **WIDE),
    "outlier detector": case(skmlbio.AutoEncoderOutlierDetector, ROWS, variant="denoising", **WIDE),
    "gan": case(skmlbio.GANSampler, ROWS, dropout=0.2, **WIDE),
    "gan, hinge": case(skmlbio.GANSampler, ROWS, loss="hinge", spectral_normalization=True, critic_pace=2.0, **WIDE),
    "gan, wasserstein": case(skmlbio.GANSampler, ROWS, loss="wasserstein", activation="silu", **WIDE),
    "vae": case(skmlbio.VAESampler, ROWS, n_importance=5, **WIDE),
    "vae of counts": case(
        skmlbio.VAESampler, COUNTS, n_importance=5, likelihood="zero_inflated_negative_binomial", dropout=0.2, **WIDE
    ),
    "own, residual": case(skmlbio.NetworkClassifier, ROWS, residual_network, batch_size=128),
    "own, recurrent": case(skmlbio.NetworkRegressor, SERIES, recurrent_network, batch_size=32),
    "own, convolving": case(skmlbio.NetworkClassifier, SERIES, convolving_network, batch_size=32),
    "own transformer": case(skmlbio.NetworkTransformer, ROWS, batch_size=128),
}


def digest(*arrays: Any) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[:16]


def answers(estimator: BaseEstimator, X: Any) -> str:
    """The bits of what a fitted estimator says of samples, and of those that it draws."""
    verbs = ["predict_proba", "predict", "transform", "score_samples"]
    if isinstance(estimator, skmlbio.TransformerTranslator):
        return digest(estimator.predict(X), estimator.score_samples(X, X))
    drawn = [estimator.sample(100)] if hasattr(estimator, "sample") else []
    found = [getattr(estimator, verb)(X) for verb in verbs if hasattr(estimator, verb)]
    return digest(*(np.hstack([np.ravel(one) for one in of_verb]) for of_verb in found), *drawn)


def bits(estimator: BaseEstimator, X: Any) -> dict[str, str]:
    """The bits of all that a fit has learned."""
    return {
        "history": digest(*estimator.history_.values()),
        "weights": digest(*estimator.weights_),
        "answers": answers(estimator, X),
    }
