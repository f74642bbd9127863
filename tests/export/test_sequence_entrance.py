"""Strings and lists of tokens into an exported network: none at all, too."""

from pathlib import Path

import numpy as np
import pytest

from skmlbio import AttentionClassifier, RNNClassifier, SequenceCNNClassifier
from skmlbio.export._sequence_entrance import number_entrance
from skmlbio.sequences import ensure_sequences

STRINGS = ["ACGTACGT", "TTTTACGG", "GATTACA", "CCGTA"]
TOKENS = [["ATG", "GCC", "TAA"], ["ATG", "TAA"], ["GCC"], ["TAA", "GCC"]]
SMALL = {"epochs": 1, "embedding_dim": 4, "kernel_width": 3, "random_state": 0}
ATTENTION = {**SMALL, "n_heads": 2, "feed_forward_dim": 4}
NETWORKS = {
    "window": AttentionClassifier(attention_window=2, pooling="class_token", **ATTENTION),
    "rnn": RNNClassifier(n_units=4, cell="gru", pooling="last", **SMALL),
    "cnn": SequenceCNNClassifier(n_filters=4, local_pooling="max", batch_normalization=True, **SMALL),
}


@pytest.mark.parametrize("X", [STRINGS, TOKENS], ids=["strings", "tokens"])
@pytest.mark.parametrize("name", NETWORKS)
def test_no_sequences_get_no_answers(name: str, X: list, tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    classifier = NETWORKS[name].fit(X, [0, 1, 0, 1])
    classifier.export_saved_model(tmp_path / "served")
    signature = tf.saved_model.load(str(tmp_path / "served")).signatures["predict_proba"]
    rectangle = [sequence + [""] * (3 - len(sequence)) for sequence in X] if X is TOKENS else X
    expected = classifier.predict_proba(X)
    np.testing.assert_allclose(signature(X=tf.constant(rectangle))["predict_proba"], expected, atol=1e-5)
    for width in (0, 3):
        none = tf.constant([], tf.string, (0, width) if X is TOKENS else (0,))
        assert signature(X=none)["predict_proba"].shape == (0, 2)


@pytest.mark.parametrize("X", [STRINGS, TOKENS], ids=["strings", "tokens"])
def test_numbers_that_stand_for_nothing_stop_a_call(X: list) -> None:
    tf = pytest.importorskip("tensorflow")
    alphabet = ensure_sequences(X, alphabet="learned").alphabet
    strict, masked = (number_entrance(alphabet, unknown).encode for unknown in ("error", "mask"))
    last = alphabet.n_tokens - 1
    (tokens,) = strict(tf.constant([[2, last], [3, 0]]))
    assert tokens.numpy().tolist() == [[2, last], [3, 0]] and tokens.dtype == alphabet.dtype
    assert masked(tf.constant([[1, 2]]))[0].numpy().tolist() == [[1, 2]]
    for numbers, message in (
        ([[2, last + 1]], f"a number stands for nothing in .*: 0 is padding, and {last} the last"),
        ([[2, -1]], "a number stands for nothing"),
        ([[2, 2], [0, 0]], "a sequence is empty; each needs one number"),
        ([[0, 2]], "a sequence has a number after 0; only its end is padded"),
        ([[2, 1]], "a sequence has the number 1, of what is not in"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            strict(tf.constant(numbers))
