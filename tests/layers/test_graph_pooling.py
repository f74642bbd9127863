"""From nodes to graphs."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from skmlbio.graphs import Graph, dense_batch, ensure_graphs, flat_batch
from skmlbio.layers.graph_convolution import GraphConvolution
from skmlbio.layers.graph_pooling import GraphPooling, pool_dense, pool_flat

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
POOLINGS = ["mean", "sum", "max", "attention"]
KERNEL = np.array([[0.7], [-0.4]], "float32")
# Negative throughout, so that a padded zero would win under "max".
SAMPLES = ensure_graphs([Graph(-1 - np.random.default_rng(n).random((n, 2))) for n in (4, 1, 3)])


def expected(pooling: str) -> np.ndarray:
    rows = []
    for place in range(len(SAMPLES)):
        x = SAMPLES[[place]].features
        shares = np.exp(x @ KERNEL) / np.exp(x @ KERNEL).sum()
        rows.append({"mean": x.mean(0), "sum": x.sum(0), "max": x.max(0), "attention": (shares * x).sum(0)}[pooling])
    return np.array([*rows, [0, 0]])


@pytest.mark.parametrize("fill", [0.0, 1e6, 1e30, np.inf, np.nan])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_both_forms_against_numpy_whatever_stands_in_padded_nodes(pooling: str, fill: float) -> None:
    dense, flat = dense_batch(SAMPLES, 6, 4), flat_batch(SAMPLES, 12)
    of_dense = pool_dense(np.where(dense.mask[..., None], dense.features, fill), dense.mask, pooling, KERNEL)
    x = np.where(flat.graph_index[:, None] >= 0, flat.features, fill)
    of_flat = pool_flat(x, flat.graph_index, 4, pooling, KERNEL)
    if np.isfinite(fill) or pooling in ("max", "attention"):  # dense means and sums are products with 0
        np.testing.assert_allclose(of_dense, expected(pooling), atol=1e-5)
    np.testing.assert_allclose(of_flat, expected(pooling), atol=1e-5)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_number_of_graphs_is_found_when_not_given(pooling: str) -> None:
    flat = flat_batch(SAMPLES)
    found = pool_flat(flat.features, flat.graph_index, None, pooling, KERNEL)
    np.testing.assert_allclose(found, expected(pooling)[:3], atol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_gradients_are_finite_and_agree(pooling: str, jit_compile: bool) -> None:
    dense, flat = dense_batch(SAMPLES, 6, 4), flat_batch(SAMPLES, 12)

    @tf.function(jit_compile=jit_compile)
    def gradient(pool: object, x: tf.Tensor, membership: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(tf.square(pool(x, membership)))
        return tape.gradient(total, x)

    of_dense = gradient(lambda x, mask: pool_dense(x, mask, pooling, KERNEL), *map(tf.constant, dense[::2]))
    of_flat = gradient(lambda x, index: pool_flat(x, index, 4, pooling, KERNEL), *map(tf.constant, flat[::3]))
    assert np.abs(of_flat).max() > 0.1
    np.testing.assert_allclose(of_dense.numpy()[dense.mask], of_flat.numpy()[flat.graph_index >= 0], atol=1e-5)
    assert not of_dense.numpy()[~dense.mask].any()


@pytest.mark.parametrize("pooling", POOLINGS)
@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(8)), seed=st.integers(0, 99))
def test_permutation_invariance(pooling: str, order: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    x, graph_index = random.normal(size=(8, 2)).astype("float32"), random.integers(-1, 3, 8)
    one = pool_flat(x, graph_index, 3, pooling, KERNEL)
    other = pool_flat(x[order], graph_index[order], 3, pooling, KERNEL)
    np.testing.assert_allclose(one, other, atol=1e-5)


@saves_variables
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("form", ["dense", "flat"])
def test_layer_and_its_file(pooling: str, form: str, tmp_path: Path) -> None:
    dense, flat = dense_batch(SAMPLES, 6, 4), flat_batch(SAMPLES, 12)
    given = [dense.features, dense.mask] if form == "dense" else [flat.features, flat.graph_index]
    inputs = [keras.Input(batch_shape=(None, *array.shape[1:]), dtype=str(array.dtype)) for array in given]
    layer = GraphPooling(pooling, n_graphs=None if form == "dense" else 4)
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None if form == "dense" else 4, 2)
    layer.set_weights([KERNEL] if pooling == "attention" else [])
    np.testing.assert_allclose(model(given), expected(pooling), atol=1e-5)
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.saving.load_model(tmp_path / "model.keras")(given), model(given), atol=1e-6)


def test_a_mask_given_to_a_layer_before_is_left_behind() -> None:
    dense = dense_batch(SAMPLES, 6, 4)
    features, mask = keras.Input((6, 2)), keras.Input((6,), dtype="bool")
    adjacency = keras.Input((6, 6))
    normalize = keras.layers.BatchNormalization()
    x = GraphConvolution(2)([normalize(features, mask=mask), adjacency])
    x = keras.layers.BatchNormalization()(x, mask=mask)
    model = keras.Model([features, adjacency, mask], GraphPooling()([x, mask]))
    assert model(list(dense), training=True).shape == (4, 2)
    # The moving mean has moved towards the mean over real nodes only.
    np.testing.assert_allclose(normalize.moving_mean, 0.01 * SAMPLES.features.mean(axis=0), rtol=1e-2)


def test_half_precision_stays_finite() -> None:
    dense = dense_batch(SAMPLES, 6, 4)
    for pooling in POOLINGS:
        layer = GraphPooling(pooling, dtype="mixed_float16")
        assert np.isfinite(layer([dense.features, dense.mask])).all()


def test_unknown_pooling_is_refused() -> None:
    with pytest.raises(ValueError, match="pooling must be 'mean', 'sum', 'max' or 'attention', not 'median'"):
        GraphPooling("median")
