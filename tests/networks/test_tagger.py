"""The tagger: a label a residue, no trace of the padding, all weights are trained."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.networks.tagger import chain_loss, sequence_tagger
from skmlbio.sequences import ensure_sequences
from skmlbio.training._losses import tagging

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RANDOM = np.random.default_rng(0)
SEQUENCES = ensure_sequences(["".join(RANDOM.choice(list("ACGTN"), n)) for n in (20, 9, 1)], alphabet="dna")
REAL = np.arange(20) < SEQUENCES.lengths[:, np.newaxis]
LABELS = np.where(REAL, RANDOM.integers(-1, 3, REAL.shape), -1).astype(np.int32)
CONVOLUTION = {"n_layers": 2, "n_filters": 6, "kernel_width": 3, "dilation": 2, "batch_normalization": False}
RNN = {"n_layers": 2, "n_units": 5, "cell": "gru", "kernel_width": 3}
ATTENTION = {"n_layers": 1, "n_heads": 2, "feed_forward_dim": 8, "kernel_width": 3, "attention_window": 4}
OPTIONS = [
    {"body": "convolution", **CONVOLUTION},
    {"body": "convolution", "crf": True, **CONVOLUTION},
    {"body": "rnn", "crf": True, **RNN},
    {"body": "attention", **ATTENTION},
]


def make(**options):
    """A network whose weights differ from their start."""
    architecture = sequence_tagger({"vectors": SEQUENCES.alphabet.one_hot_vectors}, 3, embedding_dim=8, **options)
    random = np.random.default_rng(1)
    for weight in architecture.training.trainable_variables:
        weight.assign(weight + random.normal(scale=0.2, size=weight.shape))
    return architecture


@pytest.mark.parametrize("options", OPTIONS)
def test_padding_changes_nothing(options: dict) -> None:
    heads = make(**options).heads
    for name, head in heads.items():
        answers, longer = head(SEQUENCES.pad()).numpy(), head(SEQUENCES.pad(33)).numpy()
        np.testing.assert_allclose(longer[:, :20][REAL], answers[REAL], atol=1e-5, err_msg=name)
    probabilities = heads["predict_proba"](SEQUENCES.pad()).numpy()
    np.testing.assert_allclose(probabilities[REAL].sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("options", OPTIONS)
def test_gradients_reach_all_weights(options: dict) -> None:
    model, loss = make(**options).training, chain_loss if options.get("crf") else tagging

    @tf.function
    def gradients(tokens: tf.Tensor) -> list:
        with tf.GradientTape() as tape:
            losses = loss(model(tokens, training=True), tokens, (tf.constant(LABELS),), {})
        return [tf.convert_to_tensor(g) for g in tape.gradient(losses, [w.value for w in model.trainable_variables])]

    for weight, gradient in zip(model.trainable_variables, gradients(SEQUENCES.pad()), strict=True):
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, weight.path


def test_without_transitions_a_chain_costs_what_its_labels_cost_one_by_one() -> None:
    scores, tokens = tf.constant(RANDOM.normal(size=(3, 20, 3))), tf.constant(SEQUENCES.pad())
    outputs = {"scores": scores, "transitions": tf.zeros((3, 3), tf.float64)}
    outputs |= {"first": tf.zeros(3, tf.float64), "last": tf.zeros(3, tf.float64)}
    targets = (tf.constant(LABELS),)
    np.testing.assert_allclose(chain_loss(outputs, tokens, targets, {}), tagging(scores, tokens, targets, {}))


@saves_variables
def test_saved_and_read_again(tmp_path: Path) -> None:
    model = make(**OPTIONS[1]).heads["predict_proba"]
    model.save(tmp_path / "tagger.keras")
    read = keras.saving.load_model(tmp_path / "tagger.keras")
    np.testing.assert_allclose(read(SEQUENCES.pad()), model(SEQUENCES.pad()), atol=1e-6)
