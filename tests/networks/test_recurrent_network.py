"""The recurrent network: any length, no trace of the padding, all weights are trained."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from string_networks import require_round_trips

from skmlbio.networks.recurrent import recurrent_network
from skmlbio.sequences import ensure_sequences

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RANDOM = np.random.default_rng(0)
STRINGS = ["".join(RANDOM.choice(list("ACGTN"), length)) for length in (30, 27, 9, 1)]
SEQUENCES = ensure_sequences(STRINGS, alphabet="dna")
OPTIONS = [
    {},
    {"cell": "gru", "n_layers": 2, "pooling": "last"},
    {"cell": "simple", "kernel_width": None, "pooling": "mean", "bidirectional": False},
    {"pooling": "attention", "kernel_width": None, "n_layers": 2, "dropout": 0.0},
    {"pooling": "last", "bidirectional": False},
]


def make(**options):
    """A network for three classes whose weights differ from their start."""
    arguments = {"targets": {"n_outputs": 3, "kind": "multiclass", "sizes": (3,)}, "n_units": 8} | options
    architecture = recurrent_network({"vectors": SEQUENCES.alphabet.one_hot_vectors}, **arguments)
    random = np.random.default_rng(1)
    for weight in architecture.training.trainable_variables:
        weight.assign(weight + random.normal(scale=0.2, size=weight.shape))
    return architecture


@pytest.mark.parametrize("options", OPTIONS)
def test_padding_changes_nothing(options: dict) -> None:
    model = make(**options).heads["decision_function"]
    short, long = (np.asarray(model(SEQUENCES.pad(length))) for length in (30, 50))
    assert short.shape == (4, 3) and short.std() > 0.01
    np.testing.assert_allclose(short, long, atol=1e-5)
    for row, length in enumerate(SEQUENCES.lengths):
        np.testing.assert_allclose(model(SEQUENCES[[row]].pad(length)), short[row : row + 1], atol=1e-5)


@pytest.mark.parametrize("options", OPTIONS)
def test_gradients_reach_all_weights(options: dict) -> None:
    model = make(**options).training

    @tf.function
    def gradients(tokens: tf.Tensor) -> list:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(tokens, training=True)))
        return [tf.convert_to_tensor(g) for g in tape.gradient(loss, [w.value for w in model.trainable_variables])]

    for weight, gradient in zip(model.trainable_variables, gradients(SEQUENCES.pad(40)), strict=True):
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, weight.path


def test_the_last_states_are_those_of_both_ends() -> None:
    """Without convolution and with one layer, each direction's last state is told by the string alone."""
    model, tokens = make(pooling="last", kernel_width=None).training, SEQUENCES.pad(40)
    found = keras.Model(model.input, model.get_layer("both_0").output)(tokens)
    for row, length in enumerate(SEQUENCES.lengths):
        string, real = model.get_layer("letters")(tokens[row : row + 1, :length])
        forwards = model.get_layer("forwards_0")(string, real=real)[0]
        backwards = model.get_layer("backwards_0")(string, real=real)[0]
        np.testing.assert_allclose(found[row], np.concatenate([forwards, backwards]), atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_last_states_depend_on_every_residue(bidirectional: bool) -> None:
    model = make(pooling="last", kernel_width=None, bidirectional=bidirectional).training
    tokens = SEQUENCES[[2]].pad(12)
    answer = model(tokens)
    for place in range(9):
        changed = tokens.copy()
        changed[0, place] = 3 if tokens[0, place] == 2 else 2
        assert np.abs(model(changed) - answer).max() > 1e-4, place


def test_learned_vectors_of_tokens() -> None:
    tokens = {"vectors": None, "n_tokens": 50, "token_dtype": "uint16"}
    targets = {"n_outputs": 1, "kind": "numbers"}
    for kernel_width in (3, None):
        model = recurrent_network(tokens, targets, 4, embedding_dim=5, kernel_width=kernel_width).heads["predict"]
        assert model.get_layer("letters").output[0].shape == (None, None, 5)
        short, long = np.array([[7, 9, 49]], "uint16"), np.array([[7, 9, 49, 0, 0]], "uint16")
        np.testing.assert_allclose(model(short), model(long), atol=1e-6)


def test_half_precision_inside_single_outside() -> None:
    half, single = make(dtype="mixed_bfloat16"), make()
    half.training.set_weights(single.training.get_weights())
    answers = [np.asarray(it.heads["predict_proba"](SEQUENCES.pad(40))) for it in (half, single)]
    assert answers[0].dtype == np.float32
    np.testing.assert_allclose(*answers, atol=0.1)


@saves_variables
@pytest.mark.parametrize("options", OPTIONS)
def test_keras_and_saved_model_round_trips(options: dict, tmp_path: Path) -> None:
    require_round_trips(make(**options).heads["predict_proba"], SEQUENCES, (30, 49), tmp_path)
