"""The masked model: no trace of the padding nor of what is hidden, and all weights are trained."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.networks.masked_model import masked_model
from skmlbio.sequences import ensure_sequences
from skmlbio.training._losses import masking

RANDOM = np.random.default_rng(0)
SEQUENCES = ensure_sequences(["".join(RANDOM.choice(list("ACGTN"), n)) for n in (20, 9, 1)], alphabet="dna")
TOKENS = SEQUENCES.pad()
REAL = np.arange(20) < SEQUENCES.lengths[:, np.newaxis]
BODIES = {
    "convolution": {"n_layers": 2, "n_filters": 6, "kernel_width": 3, "dilation": 1, "batch_normalization": False},
    "rnn": {"n_layers": 1, "n_units": 5, "cell": "gru", "kernel_width": 3},
    "attention": {"n_layers": 1, "n_heads": 2, "feed_forward_dim": 8, "kernel_width": 3, "attention_window": None},
}
WIDTHS = {"convolution": 6, "rnn": 10, "attention": 8}
LETTERS = {"vectors": SEQUENCES.alphabet.one_hot_vectors}
WORDS = {"vectors": None, "n_tokens": 6, "token_dtype": "uint8"}
each_body = pytest.mark.parametrize("body", BODIES)


def make(body: str, tokens: dict = LETTERS, **options):
    """A network whose weights differ from their start."""
    architecture = masked_model(tokens, body=body, embedding_dim=8, **options, **BODIES[body])
    random = np.random.default_rng(1)
    for weight in architecture.training.trainable_variables:
        weight.assign(weight + random.normal(scale=0.2, size=weight.shape))
    return architecture


@each_body
def test_padding_changes_nothing(body: str) -> None:
    heads = make(body).heads
    for name in ("features", "predict_proba", "scores"):
        answers, longer = heads[name](TOKENS).numpy(), heads[name](SEQUENCES.pad(33)).numpy()
        np.testing.assert_allclose(longer[:, :20][REAL], answers[REAL], atol=1e-5, err_msg=name)
    np.testing.assert_allclose(heads["transform"](SEQUENCES.pad(33)), heads["transform"](TOKENS), atol=1e-5)
    assert heads["features"](TOKENS).shape == (3, 20, WIDTHS[body])
    np.testing.assert_allclose(heads["predict_proba"](TOKENS), keras.ops.softmax(heads["scores"](TOKENS)), atol=1e-6)


@each_body
@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_a_string_has_the_mean_or_the_greatest_of_its_residues(body: str, pooling: str) -> None:
    heads = make(body, pooling=pooling).heads
    features = heads["features"](TOKENS).numpy()
    expected = [getattr(np, pooling)(row[real], axis=0) for row, real in zip(features, REAL, strict=True)]
    np.testing.assert_allclose(heads["transform"](TOKENS), expected, atol=1e-5)


@each_body
@pytest.mark.parametrize("tokens", [LETTERS, WORDS], ids=["letters", "words"])
def test_a_hidden_letter_leaves_no_trace_and_gradients_reach_all_weights(body: str, tokens: dict) -> None:
    model = make(body, tokens, masking_fraction=0.5).training
    given = np.minimum(TOKENS, 5)

    @tf.function
    def gradients() -> list:
        with tf.GradientTape() as tape:
            losses = masking(model(given, training=True), given, (), {"n_wanted": tf.constant(2.0)})
        return [tf.convert_to_tensor(g) for g in tape.gradient(losses, [w.value for w in model.trainable_variables])]

    for weight, gradient in zip(model.trainable_variables, gradients(), strict=True):
        assert np.abs(gradient.numpy()).max() > 0, weight.path
    found = model(given)
    wanted, scores = found["wanted"].numpy(), found["scores"].numpy()
    read = model.get_layer("masking")(given)[0].numpy()
    row, place = np.argwhere((wanted >= 0) & (read == 1))[0]
    other = given.copy()
    other[row, place] = 2 + (given[row, place] - 1) % 4
    np.testing.assert_array_equal(model(other)["scores"].numpy(), scores)
    assert model(other)["wanted"][row, place] != wanted[row, place]


def test_the_loss_is_the_mean_over_letters_to_be_guessed() -> None:
    scores, wanted = RANDOM.normal(size=(3, 5, 4)), np.full((3, 5), -1, np.int32)
    wanted[0, [1, 3]], wanted[2, 4] = (2, 0), 1
    log_p = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    found = masking({"scores": scores, "wanted": wanted}, None, (), {"n_wanted": tf.constant(1.0, tf.float64)}).numpy()
    assert found == pytest.approx([-log_p[0, 1, 2] - log_p[0, 3, 0], 0, -log_p[2, 4, 1]])


@pytest.mark.parametrize("dtype", ["float64", "mixed_bfloat16"])
def test_answers_are_double_where_the_network_is(dtype: str) -> None:
    heads = make("convolution", dtype=dtype).heads
    expected = "float64" if dtype == "float64" else "float32"
    assert {heads[name].output.dtype for name in ("transform", "predict_proba", "scores")} == {expected}
