"""Initial weights: the layers' own initialisers, drawn from one seed, with every global generator left alone."""

import random
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import architecture, dense, same_bits

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._initial import preserved_python_random
from skmlbio.training._network import Network


class Hidden(keras.layers.Layer):
    """A layer whose initialiser is out of sight."""

    def build(self, shape):
        self.w = self.add_weight(name="w", shape=(shape[-1], 50), initializer="he_normal")
        self.offset = self.add_weight(name="offset", shape=(50,), initializer=lambda shape, dtype: np.arange(50.0))

    def call(self, x):
        return x @ self.w + self.offset


def one_layer(layer, *args, **options):
    x = keras.Input((12, 8), name="x")
    return architecture(keras.Model(x, layer(*args, **options)(x)))


def attention():
    x = keras.Input((12, 8), name="x")
    return architecture(keras.Model(x, keras.layers.MultiHeadAttention(4, 16, name="attention")(x, x)))


def embedding():
    x = keras.Input((12,), name="x", dtype="int32")
    return architecture(keras.Model(x, keras.layers.Embedding(300, 40)(x)))


def pretrained():
    x = keras.Input((4,), name="x")
    first, second = keras.layers.Dense(4, name="first"), keras.layers.Dense(4, name="second")
    model = keras.Model(x, second(first(x)))
    first.set_weights([np.diag([1.0, 2, 3, 4]), np.arange(4.0)])
    return architecture(model)


def draws(function, *, n_draws: int = 2, **arguments) -> tuple[Network, list[dict[str, np.ndarray]]]:
    """Draw weights twice, as dicts by the variables' paths."""
    network = Network(Blueprint(function, arguments))
    rng = np.random.default_rng(0)
    paths = [v.path for v in network.weights]
    return network, [dict(zip(paths, network.initial_weights(rng), strict=True)) for _ in range(n_draws)]


@pytest.mark.parametrize(
    ("initializer", "limit"), [("glorot_uniform", np.sqrt(6 / 208)), ("he_uniform", np.sqrt(6 / 8))]
)
def test_a_dense_kernel(initializer: str, limit: float) -> None:
    _, (first, second) = draws(one_layer, layer=keras.layers.Dense, units=200, kernel_initializer=initializer)
    (kernel,), (other,) = ([w for path, w in found.items() if path.endswith("kernel")] for found in (first, second))
    assert 0.98 * limit < np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
    assert abs(kernel.mean()) < 0.05 * limit
    assert not np.array_equal(kernel, other)
    assert kernel.dtype == np.float32


@pytest.mark.parametrize("layer", [keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN])
def test_recurrent_layers(layer: type) -> None:
    network, (first, second) = draws(one_layer, layer=layer, units=10)
    built = {v.path: v.numpy() for v in network.weights}
    for path, value in first.items():
        if path.endswith("recurrent_kernel"):
            np.testing.assert_allclose(value @ value.T, np.eye(10), atol=1e-5)
        if path.endswith("bias"):  # an LSTM begins with ones in the bias of its forget gate
            np.testing.assert_array_equal(value, built[path])
        else:
            assert not np.array_equal(value, second[path])
    assert [v.name for v in network.weights] == ["kernel", "recurrent_kernel", "bias"]
    assert built[network.weights[2].path].any() == (layer is keras.layers.LSTM)


def test_an_embedding() -> None:
    _, (first, second) = draws(embedding)
    ((path, table),) = first.items()
    assert np.abs(table).max() <= 0.05 and table.std() == pytest.approx(0.05 / np.sqrt(3), rel=0.05)
    assert not np.array_equal(table, second[path])


def test_attention_has_kernels_of_its_own_size_and_all_different() -> None:
    network, (first, second) = draws(attention)
    kernels = [path for path in first if path.endswith("kernel")]
    assert len(kernels) == 4
    built = {v.path: v.numpy() for v in network.weights}
    for path in kernels:
        assert first[path].std() == pytest.approx(built[path].std(), rel=0.2)
        assert not np.array_equal(first[path], second[path])
    query, key = (path for path in kernels if "query" in path or "key" in path)
    assert not np.array_equal(first[query], first[key])
    assert not any(value.any() for path, value in first.items() if path.endswith("bias"))


def test_separable_convolutions() -> None:
    _, (first, second) = draws(one_layer, layer=keras.layers.SeparableConv1D, filters=6, kernel_size=3)
    for path, value in first.items():
        assert np.array_equal(value, second[path]) == path.endswith("bias")


def test_a_layer_whose_initialiser_is_out_of_sight() -> None:
    _, (first, second) = draws(one_layer, layer=Hidden)
    w, offset = first.values()
    assert w.std() == pytest.approx(np.sqrt(2 / 8), rel=0.15)
    assert not np.array_equal(w, next(iter(second.values())))
    np.testing.assert_array_equal(offset, np.arange(50))
    _, (again, _) = draws(one_layer, layer=Hidden)
    assert same_bits(list(first.values()), list(again.values()))


def test_weights_that_the_network_function_sets_are_kept() -> None:
    _, found = draws(pretrained)
    for values in found:
        np.testing.assert_array_equal(values["first/kernel"], np.diag([1, 2, 3, 4]))
        np.testing.assert_array_equal(values["first/bias"], np.arange(4))
    assert not np.array_equal(found[0]["second/kernel"], found[1]["second/kernel"])


@pytest.mark.parametrize(
    "arguments", [{"layer": keras.layers.LSTM, "units": 3}, {"layer": Hidden}], ids=["lstm", "own"]
)
def test_the_seed_alone_decides(arguments: dict) -> None:
    networks = [Network(Blueprint(one_layer, arguments)) for _ in range(2)]

    def drawn(network, seed):
        return network.initial_weights(np.random.default_rng(seed))

    assert same_bits(drawn(networks[0], 3), drawn(networks[1], 3))
    assert not same_bits(drawn(networks[0], 3), drawn(networks[0], 4))


def test_known_weights_take_the_place_of_drawn_ones() -> None:
    network = Network(Blueprint(dense, {"units": 2}))
    known = {"hidden/kernel": np.ones((3, 2))}
    values = network.initial_weights(np.random.default_rng(0), known)
    without = network.initial_weights(np.random.default_rng(0))
    assert values[0].dtype == np.float32 and values[0].all()
    assert same_bits(values[1:], without[1:])


def test_no_global_generator_is_read_or_changed() -> None:
    def numbers():
        legacy = np.random.rand()  # noqa: NPY002 (the global generators are meant)
        return random.random(), legacy, float(tf.random.uniform(())), float(keras.random.uniform(()))

    keras.utils.set_random_seed(1)
    expected = numbers()
    _, one = draws(one_layer, layer=Hidden)
    keras.utils.set_random_seed(1)
    _, other = draws(one_layer, layer=Hidden)
    assert numbers() == expected
    assert all(same_bits(list(a.values()), list(b.values())) for a, b in zip(one, other, strict=True))


def test_threads_that_build_do_not_draw_from_each_other() -> None:
    network = Network(Blueprint(one_layer, {"layer": Hidden}))
    alone = [network.initial_weights(np.random.default_rng(seed)) for seed in range(4)]
    together = {}

    def draw(seed):
        together[seed] = network.initial_weights(np.random.default_rng(seed))

    before = random.getstate()
    threads = [threading.Thread(target=draw, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(same_bits(alone[seed], together[seed]) for seed in range(4))
    assert random.getstate() == before


def test_python_s_generator_is_given_back_even_after_an_error() -> None:
    before = random.getstate()
    with pytest.raises(ZeroDivisionError), preserved_python_random(3):
        random.random()
        raise ZeroDivisionError
    assert random.getstate() == before
    with preserved_python_random(3):
        first = random.random()
    with preserved_python_random(3):
        assert random.random() == first
