"""The network of attention: any length, no trace of the padding, its heads."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from string_networks import require_round_trips

from skmlbio.networks.attention import attention_network
from skmlbio.sequences import ensure_sequences

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RANDOM = np.random.default_rng(0)
STRINGS = ["".join(RANDOM.choice(list("ACGTN"), length)) for length in (60, 57, 9, 1)]
SEQUENCES = ensure_sequences(STRINGS, alphabet="dna")
OPTIONS = [
    {},
    {"kernel_width": None, "positions": "none", "n_blocks": 2},
    {"kernel_width": 4, "positions": "sinusoidal", "pooling": "mean", "norm": "post"},
    {"pooling": "attention", "dropout": 0.0, "n_heads": 1},
    {"positions": "rotary", "pooling": "class_token", "norm": "post"},
    {"positions": "rotary", "pooling": "class_token", "attention_window": 4},
]


def make(**options):
    """A network for three classes whose weights are random numbers, always the same."""
    arguments = {"targets": {"n_outputs": 3, "kind": "multiclass", "sizes": (3,)}, "max_length": 60} | options
    architecture = attention_network({"vectors": SEQUENCES.alphabet.one_hot_vectors}, **arguments)
    random = np.random.default_rng(1)
    for weight in architecture.training.trainable_variables:
        weight.assign(random.normal(scale=0.3, size=weight.shape))
    return architecture


@pytest.mark.parametrize("options", OPTIONS)
def test_padding_changes_nothing(options: dict) -> None:
    architecture = make(**options)
    for head in ("decision_function", "predict_proba"):
        model = architecture.heads[head]
        short, long = (np.asarray(model(SEQUENCES.pad(length))) for length in (60, 100))
        assert short.shape == (4, 3) and short.std() > 0.1
        np.testing.assert_allclose(short, long, atol=1e-5)
        for row, length in enumerate(SEQUENCES.lengths):
            np.testing.assert_allclose(model(SEQUENCES[[row]].pad(length)), short[row : row + 1], atol=1e-5)


@pytest.mark.parametrize("options", OPTIONS)
def test_attention_maps_have_rows_of_sum_1_over_residues(options: dict) -> None:
    maps = make(**options).heads["attention_maps"](SEQUENCES.pad(64))
    assert list(maps) == [f"block_{i}" for i in range(options.get("n_blocks", 1))]
    n_tokens = int(options.get("pooling") == "class_token")
    for found in maps.values():
        assert found.shape == (4, options.get("n_heads", 4), n_tokens + 64, n_tokens + 64)
        for row, length in enumerate(n_tokens + SEQUENCES.lengths):
            of_string = np.asarray(found)[row, :, :length]
            np.testing.assert_allclose(of_string[..., :length].sum(axis=-1), 1, atol=1e-5)
            assert not of_string[..., length:].any()


def test_a_window_as_long_as_the_strings_changes_nothing() -> None:
    options = {"positions": "rotary", "pooling": "class_token", "n_blocks": 2}
    networks = [make(**options, attention_window=window).training for window in (None, 100, 4)]
    for network in networks[1:]:
        network.set_weights(networks[0].get_weights())
    full, wide, narrow = (np.asarray(network(SEQUENCES.pad(100))) for network in networks)
    np.testing.assert_allclose(wide, full, atol=1e-5)
    assert np.abs(narrow - full).max() > 1e-3


@pytest.mark.parametrize(("pooling", "reached"), [("max", range(89, 112)), ("class_token", range(120))])
def test_each_block_reaches_a_window_further_and_a_class_token_everywhere(pooling: str, reached: range) -> None:
    tokens = np.tile(SEQUENCES[[0]].pad(60), (2, 2))
    tokens[1, 100] = 2 if tokens[0, 100] != 2 else 3  # one residue differs, three by the convolution
    network = make(kernel_width=3, attention_window=5, n_blocks=2, pooling=pooling).training
    inside = np.asarray(keras.Model(network.input, network.get_layer("norm").output)(tokens))
    differences = np.abs(inside[0] - inside[1]).max(axis=-1)[int(pooling == "class_token") :]
    assert np.flatnonzero(differences > 1e-6).tolist() == list(reached)


def test_maps_of_a_second_block_are_of_what_the_first_one_gives() -> None:
    architecture, tokens = make(n_blocks=2), SEQUENCES.pad()
    model = architecture.training
    embedded = keras.Model(model.input, model.get_layer("embedding_dropout").output)(tokens)
    inside = model.get_layer("block_0")(embedded, real=tokens != 0)
    _, expected = model.get_layer("block_1")(inside, real=tokens != 0, return_maps=True)
    np.testing.assert_allclose(architecture.heads["attention_maps"](tokens)["block_1"], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "matters"),
    [
        ({"positions": "none", "kernel_width": None}, False),
        ({"positions": "none", "kernel_width": 3}, True),
        ({"positions": "sinusoidal", "kernel_width": None}, True),
        ({"positions": "learned", "kernel_width": None}, True),
        ({"positions": "rotary", "kernel_width": None}, True),
        ({"positions": "none", "kernel_width": None, "pooling": "class_token"}, False),
    ],
)
def test_order_matters_by_positions_or_by_convolution(options: dict, matters: bool) -> None:
    model, tokens = make(**options).training, SEQUENCES[[0]].pad()
    difference = np.abs(model(tokens) - model(tokens[:, RANDOM.permutation(60)])).max()
    assert difference > 1e-3 if matters else difference < 1e-5


@pytest.mark.parametrize("options", OPTIONS)
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
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4, err_msg=weight.path)


def test_binary_labels_have_one_logit() -> None:
    architecture = make(targets={"n_outputs": 1, "kind": "binary", "sizes": (2,)})
    logits = np.asarray(architecture.heads["decision_function"](SEQUENCES.pad()))
    probabilities = architecture.heads["predict_proba"](SEQUENCES.pad())
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), atol=1e-6)


def test_half_precision_inside_single_outside() -> None:
    half, single = make(dtype="mixed_bfloat16"), make()
    half.training.set_weights(single.training.get_weights())
    answers = [np.asarray(it.heads["predict_proba"](SEQUENCES.pad(80))) for it in (half, single)]
    assert answers[0].dtype == np.float32
    np.testing.assert_allclose(*answers, atol=0.1)


@saves_variables
@pytest.mark.parametrize("options", OPTIONS)
def test_keras_and_saved_model_round_trips(options: dict, tmp_path: Path) -> None:
    require_round_trips(make(**options).heads["predict_proba"], SEQUENCES, (60, 99), tmp_path)


def test_unknown_positions_are_refused() -> None:
    with pytest.raises(ValueError, match="positions must be 'sinusoidal', 'learned', 'rotary' or 'none', not 'spiral'"):
        make(positions="spiral")
