"""The network of convolution: any length, no trace of the padding, both strands alike."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from string_networks import require_round_trips

from skmlbio.networks.sequence_cnn import sequence_cnn
from skmlbio.sequences import ensure_sequences, reverse_complement

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RANDOM = np.random.default_rng(0)
STRINGS = ["".join(RANDOM.choice(list("ACGTN"), length)) for length in (60, 57, 10, 1)]
SEQUENCES = ensure_sequences(STRINGS, alphabet="dna")
OPTIONS = [
    {},
    {"n_layers": 1, "positions": "none"},
    {"n_layers": 3, "dilation": 2, "residual": True, "batch_normalization": True, "pooling": "mean"},
    {"kernel_width": (3, 6), "n_layers": 2, "local_pooling": "max", "pool_size": 3, "pooling": "attention"},
    {"kernel_width": (4,), "n_layers": 2, "local_pooling": "mean", "reverse_complement": "share", "dropout": 0.0},
    {"kernel_width": (5, 2), "n_layers": 2, "batch_normalization": True, "pooling": "attention", "local_pooling": "max",
     "reverse_complement": "share"},
]  # fmt: skip
SHARING = [{"reverse_complement": "share"}, *OPTIONS[-2:], {"reverse_complement": "share", "pooling": "mean"}]


def make(**options):
    """A network for three classes whose weights, running moments too, differ from their start."""
    arguments = {
        "targets": {"n_outputs": 3, "kind": "multiclass", "sizes": (3,)},
        "n_filters": 8,
        "max_length": 50,
    } | options
    architecture = sequence_cnn({"vectors": SEQUENCES.alphabet.one_hot_vectors}, **arguments)
    random = np.random.default_rng(1)
    for weight in architecture.training.weights:
        if weight.name != "seed_generator_state":
            added = random.normal(scale=0.1, size=weight.shape)
            weight.assign(weight + (np.abs(added) if weight.name == "moving_variance" else added))
    return architecture


@pytest.mark.parametrize("options", OPTIONS)
def test_padding_changes_nothing(options: dict) -> None:
    architecture = make(**options)
    for head in ("decision_function", "predict_proba"):
        model = architecture.heads[head]
        short, long = (np.asarray(model(SEQUENCES.pad(length))) for length in (60, 101))
        assert short.shape == (4, 3) and short.std() > 0.01
        np.testing.assert_allclose(short, long, atol=1e-5)
        for row, length in enumerate(SEQUENCES.lengths):
            np.testing.assert_allclose(model(SEQUENCES[[row]].pad(length)), short[row : row + 1], atol=1e-5)


def test_padding_is_no_part_of_the_moments() -> None:
    """In training, too, where moments are those of the batch."""
    model = make(n_layers=2, batch_normalization=True, dropout=0.0).training
    weights, found = model.get_weights(), []
    for length in (60, 90):
        model.set_weights(weights)
        found.append([model(SEQUENCES.pad(length), training=True), *model.get_weights()])
    for short, long in zip(*found, strict=True):
        np.testing.assert_allclose(short, long, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("options", SHARING)
@pytest.mark.parametrize("length", [60, 77])
def test_both_strands_get_the_same_answer(options: dict, length: int) -> None:
    model = make(**options).training
    others = ensure_sequences(reverse_complement(STRINGS), alphabet="dna").pad(length)
    answers = np.asarray(model(SEQUENCES.pad(length)))
    np.testing.assert_allclose(model(others), answers, atol=1e-6 * np.abs(answers).max())
    alone = make(**{**options, "reverse_complement": "none"}).training
    assert np.abs(np.asarray(alone(SEQUENCES.pad(length))) - np.asarray(alone(others)))[:3].max() > 1e-3


@pytest.mark.parametrize("options", [OPTIONS[1], OPTIONS[-1]])
def test_gradients_reach_all_weights_with_and_without_xla(options: dict) -> None:
    model = make(**options).training
    variables = [weight.value for weight in model.trainable_variables]

    def gradients(tokens: tf.Tensor) -> list:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(tokens, training=False)))
        return [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]

    plain = tf.function(gradients)(tf.constant(SEQUENCES.pad(60)))
    compiled = tf.function(gradients, jit_compile=True)(tf.constant(SEQUENCES.pad(80)))
    for weight, one, other in zip(model.trainable_variables, plain, compiled, strict=True):
        assert np.isfinite(one).all() and np.abs(one).max() > 0, weight.path
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * np.abs(one).max(), err_msg=weight.path)


@pytest.mark.parametrize("both", [False, True])
def test_activations_are_those_of_the_first_layer(both: bool) -> None:
    architecture = make(kernel_width=(3, 6), positions="none", reverse_complement="share" if both else "none")
    tokens = SEQUENCES.pad(60)
    found = np.asarray(architecture.heads["activations"](tokens))
    strands = [tokens, ensure_sequences(reverse_complement(STRINGS), alphabet="dna").pad(60)][: 1 + both]
    x = np.concatenate([SEQUENCES.alphabet.one_hot_vectors[strand] for strand in strands], axis=1).astype("float32")
    assert found.shape == (4, 60 * (1 + both), 16)
    for number, width in enumerate((3, 6)):
        layer = architecture.training.get_layer(f"layer_0_convolution_{number}")
        kernel, bias = np.asarray(layer.letters) @ np.asarray(layer.kernel), np.asarray(layer.bias)
        window = sum(x[0, 20 + place] @ kernel[place] for place in range(width)) + bias
        at = 20 + (width - 1) // 2
        np.testing.assert_allclose(found[0, at, 8 * number :][:8], np.maximum(window, 0), atol=1e-5)


def test_the_network_behind_the_letters_is_a_network_of_its_own() -> None:
    """From the vectors of letters to the logits, as gradients with respect to letters need it."""
    model = make(**OPTIONS[-1]).training
    vectors, real = model.get_layer("letters").output
    behind = keras.Model([vectors, real], model.output)
    tokens = SEQUENCES.pad(60)
    given = [SEQUENCES.alphabet.one_hot_vectors[tokens].astype("float32"), tokens != 0]
    np.testing.assert_allclose(behind(given), model(tokens), atol=1e-6)


def test_tokens_have_vectors_that_are_learned() -> None:
    tokens = {"vectors": None, "n_tokens": 300, "token_dtype": "uint16"}
    targets = {"n_outputs": 2, "kind": "numbers"}
    architecture = sequence_cnn(tokens, targets, n_filters=4, embedding_dim=6, n_layers=2)
    numbers = RANDOM.integers(2, 300, (3, 12)).astype("uint16")
    numbers[1, 5:] = 0
    model = architecture.heads["predict"]
    np.testing.assert_allclose(model(numbers)[1:2], model(numbers[1:2, :5]), atol=1e-5)
    assert model(numbers).shape == (3, 2)
    assert architecture.training.get_layer("letters").embeddings.shape == (300, 6)


def test_half_precision_inside_single_outside() -> None:
    half, single = make(dtype="mixed_bfloat16", **OPTIONS[-1]), make(**OPTIONS[-1])
    half.training.set_weights(single.training.get_weights())
    answers = [np.asarray(it.heads["predict_proba"](SEQUENCES.pad(80))) for it in (half, single)]
    assert answers[0].dtype == np.float32
    np.testing.assert_allclose(*answers, atol=0.1)


@saves_variables
@pytest.mark.parametrize("options", OPTIONS[1:])
def test_keras_and_saved_model_round_trips(options: dict, tmp_path: Path) -> None:
    require_round_trips(make(**options).heads["predict_proba"], SEQUENCES, (60, 99), tmp_path)
