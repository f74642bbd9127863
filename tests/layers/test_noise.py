"""Layers that draw: how much, from which seed, and only in training."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers import noise
from skmlbio.layers.noise import Dropout, GaussianNoise, MaskingNoise

LAYERS = [Dropout, GaussianNoise, MaskingNoise]
ONES = np.ones((200, 100), "float32")
# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_happens_outside_training_or_without_noise(layer: type) -> None:
    np.testing.assert_array_equal(layer(0.4)(ONES), ONES)
    np.testing.assert_array_equal(layer(0.4)(ONES, training=False), ONES)
    np.testing.assert_array_equal(layer(0.0)(ONES, training=True), ONES)


@pytest.mark.parametrize("amount", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_masking_keeps_the_values(amount: float) -> None:
    dropped = Dropout(amount, seed=1)(ONES, training=True).numpy()
    masked = MaskingNoise(amount, seed=1)(ONES, training=True).numpy()
    assert dropped.mean() == pytest.approx(1.0, abs=0.05)
    assert (dropped == 0).mean() == pytest.approx(amount, abs=0.02)
    np.testing.assert_allclose(dropped[dropped > 0], 1 / (1 - amount), rtol=1e-4)
    np.testing.assert_array_equal(masked, dropped > 0)


@pytest.mark.parametrize("shape", [(300, 7, 31), (4000, 1), (65_000,), (150, 20, 22)])
def test_decisions_are_made_with_their_probability_and_independently(shape) -> None:
    seed = keras.random.SeedGenerator(3)
    drawn = np.stack([noise.decisions(tf.zeros(shape), 0.3, seed) for _ in range(4)])
    assert drawn.shape == (4, *shape) and set(np.unique(drawn)) == {0.0, 1.0}
    assert drawn.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / drawn.size))
    flat = drawn.reshape(-1)
    for lag in (1, 2, shape[-1]):  # neighbours come from one random integer
        assert abs(np.corrcoef(flat[lag:], flat[:-lag])[0, 1]) < 4 / np.sqrt(flat.size)


@pytest.mark.parametrize("shape", [(5,), (40, 7, 31)])
def test_decisions_are_the_same_under_xla(shape: tuple[int, ...]) -> None:
    def drawn(state: tf.Tensor) -> tf.Tensor:
        return noise.decisions(tf.zeros(shape), 0.3, SimpleNamespace(next=lambda: state))

    state = tf.constant([2**31 - 2, 3], tf.int64)
    np.testing.assert_array_equal(drawn(state), tf.function(drawn, jit_compile=True)(state))


@pytest.mark.parametrize("probability", [1e-9, 1 - 1e-9])
def test_a_decision_is_never_certain(probability: float) -> None:
    drawn = noise.decisions(tf.zeros((1000, 2000)), probability, keras.random.SeedGenerator(0)).numpy()
    assert 0 < drawn.sum() < drawn.size


def test_gaussian_noise_has_the_deviation_asked_for() -> None:
    added = GaussianNoise(0.3, seed=1)(ONES, training=True).numpy() - 1
    assert added.mean() == pytest.approx(0, abs=0.01) and added.std() == pytest.approx(0.3, rel=0.02)
    assert np.abs(np.corrcoef(added[:, :20].T) - np.eye(20)).max() < 0.35


@pytest.mark.parametrize("layer", LAYERS)
def test_every_call_draws_anew_and_the_seed_decides(layer: type) -> None:
    one, same, other = layer(0.5, seed=1), layer(0.5, seed=1), layer(0.5, seed=2)
    first, second = (one(ONES, training=True).numpy() for _ in range(2))
    np.testing.assert_array_equal(same(ONES, training=True), first)
    assert (first != second).mean() > 0.4
    assert (other(ONES, training=True).numpy() != first).mean() > 0.4


def test_numbers_are_normal_and_take_any_seed() -> None:
    seed = keras.random.SeedGenerator(2**31 - 2)
    seed.state.assign(np.array([2**32 - 1, 2**32 - 1], "uint32"))
    numbers = noise.normal((50_000,), seed).numpy()
    assert abs(numbers.mean()) < 0.02 and abs(numbers.std() - 1) < 0.02 and abs((numbers**3).mean()) < 0.05


@pytest.mark.parametrize("layer", LAYERS)
def test_xla_draws_as_much_and_the_same_every_time(layer: type) -> None:
    def draw():
        made = layer(0.5, seed=3)
        function = tf.function(lambda x: made(x, training=True), jit_compile=True)
        return [function(tf.constant(ONES)).numpy() for _ in range(2)]

    (first, second), plain = draw(), layer(0.5, seed=3)(ONES, training=True).numpy()
    np.testing.assert_array_equal(draw(), [first, second])
    assert (first != second).mean() > 0.4
    np.testing.assert_allclose([first.mean(), first.std()], [plain.mean(), plain.std()], atol=0.03)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16", "float64"])
@pytest.mark.parametrize("layer", LAYERS)
def test_precisions(layer: type, dtype: str) -> None:
    made = layer(0.5, seed=0, dtype=dtype)
    y = made(ONES, training=True)
    assert y.dtype == made.compute_dtype and np.isfinite(np.asarray(y, "float32")).all()


def test_gradients_pass_where_numbers_are_kept() -> None:
    x = tf.constant(ONES)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = Dropout(0.75, seed=0)(x, training=True)
    np.testing.assert_array_equal(tape.gradient(y, x), np.where(y.numpy() > 0, 4.0, 0.0))


@saves_variables
@pytest.mark.parametrize("layer", LAYERS)
def test_saved_and_read_again(layer: type, tmp_path) -> None:
    x = keras.Input((100,))
    keras.Model(x, layer(0.3, seed=5, name="noise")(x)).save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").get_layer("noise")
    assert type(again) is layer and (again.amount, again.seed) == (0.3, 5)
    np.testing.assert_array_equal(again(ONES, training=True), layer(0.3, seed=5)(ONES, training=True))
