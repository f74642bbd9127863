"""The network of one large graph."""

import pytest

from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.networks.node_network import node_codes, node_network

CLASSES = {"n_outputs": 3, "kind": "multiclass", "sizes": (3,)}


@pytest.mark.parametrize("conv", CONVOLUTIONS)
def test_every_convolution_takes_dense_and_sparse_features(conv: str) -> None:
    for sparse, names in ((False, ["features"]), (True, ["feature_places", "feature_values"])):
        built = node_network(CLASSES, n_features=5, conv=conv, hidden_layer_sizes=(8,), sparse=sparse)
        assert [tensor.name for tensor in built.training.inputs] == ["nodes", *names, "edges", "edge_weight", "n_nodes"]
        assert built.training.output_shape == (None, 3) and list(built.heads) == ["predict_proba", "decision_function"]


def test_it_drops_entries_of_sparse_features_and_what_convolutions_give() -> None:
    network = node_network(CLASSES, n_features=5, hidden_layer_sizes=(8, 8), sparse=True).training
    assert [layer.name for layer in network.layers if "dropout" in layer.name] == [
        "feature_dropout", "layer_0_dropout", "layer_1_dropout"
    ]  # fmt: skip
    assert not any(
        "dropout" in layer.name for layer in node_network(CLASSES, n_features=5, dropout=0.0).training.layers
    )


def test_types_get_vectors() -> None:
    inputs, codes = node_codes(4, n_features=1, n_types=3, node_embedding_dim=2)
    assert [tensor.name for tensor in inputs] == ["node_types", "edges", "edge_weight", "n_nodes"]
    assert codes.shape == (None, 4)
