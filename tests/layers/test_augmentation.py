"""Changes at random: which samples, how, from which seed, and only in training."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers import RandomFlip, RandomReverseComplement, RandomTransform
from skmlbio.sequences import ensure_sequences, get_alphabet, reverse_complement
from skmlbio.sequences._reverse_complement import _complement_tokens

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.normal(size=(1001, 3, 4, 2)).astype("float32")
PARTNERS = [0, 4, 3, 2, 1]
LENGTHS = RANDOM.integers(0, 12, size=1001)
TOKENS = np.where(np.arange(11) < LENGTHS[:, None], RANDOM.integers(1, 5, size=(1001, 11)), 0).astype("uint8")
LAYERS = [(RandomFlip, {"axes": (1, 2)}, IMAGES), (RandomReverseComplement, {"complement": PARTNERS}, TOKENS)]
both = pytest.mark.parametrize(("layer", "options", "x"), LAYERS, ids=lambda value: getattr(value, "__name__", ""))
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@both
def test_nothing_happens_outside_training_or_with_probability_zero(layer, options, x) -> None:
    np.testing.assert_array_equal(layer(**options)(x), x)
    np.testing.assert_array_equal(layer(**options)(x, training=False), x)
    np.testing.assert_array_equal(layer(**options, probability=0.0)(x, training=True), x)


@both
@pytest.mark.parametrize("jit", [False, True])
def test_the_seed_decides_and_every_call_draws_anew(layer, options, x, jit: bool) -> None:
    def drawn(seed: int) -> list[np.ndarray]:
        made = layer(**options, seed=seed)
        function = tf.function(lambda x: made(x, training=True), jit_compile=jit, autograph=False)
        return [function(tf.constant(x)).numpy() for _ in range(2)]

    first, second = drawn(1)
    assert first.dtype == x.dtype and first.shape == x.shape
    np.testing.assert_array_equal(drawn(1), [first, second])
    assert (first != second).any() and (drawn(2)[0] != first).any()


@pytest.mark.parametrize("jit", [False, True])
def test_each_axis_of_each_image_is_flipped_by_a_decision_of_its_own(jit: bool) -> None:
    layer = RandomFlip((1, 2), probability=0.3, seed=0)
    flipped = tf.function(lambda x: layer(x, training=True), jit_compile=jit, autograph=False)(IMAGES).numpy()
    ways = [IMAGES, IMAGES[:, ::-1], IMAGES[:, :, ::-1], IMAGES[:, ::-1, ::-1]]
    shares = [(flipped == way).all(axis=(1, 2, 3)).mean() for way in ways]
    np.testing.assert_allclose(shares, [0.49, 0.21, 0.21, 0.09], atol=0.05)
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
@pytest.mark.parametrize("jit", [False, True])
def test_a_strand_is_turned_within_its_length(dtype: str, jit: bool) -> None:
    layer = RandomReverseComplement(PARTNERS, seed=0)
    tokens = TOKENS.astype(dtype)
    turned = tf.function(lambda x: layer(x, training=True), jit_compile=jit, autograph=False)(tokens).numpy()
    expected = np.zeros_like(tokens)
    for row, length in enumerate(LENGTHS):
        expected[row, :length] = np.array(PARTNERS)[tokens[row, :length]][::-1]
    changed = (turned == expected).all(axis=1)
    assert (changed | (turned == tokens).all(axis=1)).all()
    long = LENGTHS > 4  # the shorter ones may be their own reverse complements
    assert changed[long].mean() == pytest.approx(0.5, abs=0.07)


def test_the_partners_may_be_those_of_an_alphabet() -> None:
    dna, strings = get_alphabet("dna"), ["ACGTTA", "GATTRC"]
    layer = RandomReverseComplement(_complement_tokens(dna), probability=1.0)
    tokens, expected = (
        ensure_sequences(x, alphabet=dna).tokens.reshape(2, 6) for x in (strings, reverse_complement(strings))
    )
    np.testing.assert_array_equal(layer(tokens, training=True), expected)


def test_gradients_pass_with_the_numbers() -> None:
    x = tf.constant(IMAGES[:50])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = RandomFlip((1,), seed=0)(x, training=True)
        loss = tf.reduce_sum(y**3)
    np.testing.assert_allclose(tape.gradient(loss, x), 3 * x**2, rtol=1e-6)


@pytest.mark.parametrize("axis", [0, 4, -1])
def test_an_axis_that_samples_do_not_have_is_refused(axis: int) -> None:
    with pytest.raises(ValueError, match=rf"axis {axis} of samples of shape \(1001, 3, 4, 2\); axes are from 1 to 3"):
        RandomFlip((1, axis))(IMAGES)


def test_a_base_does_not_know_how() -> None:
    with pytest.raises(NotImplementedError, match="RandomTransform must say how samples are changed"):
        RandomTransform()(IMAGES, training=True)


@saves_variables
@both
def test_saved_and_read_again(layer, options, x, tmp_path) -> None:
    inputs = keras.Input(x.shape[1:], dtype=x.dtype.name)
    keras.Model(inputs, layer(**options, probability=0.3, seed=5, name="change")(inputs)).save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").get_layer("change")
    assert type(again) is layer
    expected = layer(**options, probability=0.3, seed=5)(x, training=True)
    np.testing.assert_array_equal(again(x, training=True), expected)
