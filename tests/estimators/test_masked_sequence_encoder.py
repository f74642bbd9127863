"""Vectors of strings learned by guessing hidden letters."""

import re
import signal
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmlbio import AttentionClassifier, MarkovClassifier, MaskedSequenceEncoder
from skmlbio.sequences import FastaFile
from skmlbio.training import _batches
from skmlbio.training._loop import _Fit

CYCLES = [("ACG" * 9)[i : i + 12 + i % 3] for i in range(12)] + [("TTA" * 9)[i : i + 12 + i % 3] for i in range(12)]
SMALL = {"embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8, "n_layers": 1, "random_state": 0}
SMALL_CLASSIFIER = {"embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8}
BODIES = {
    "convolution": ({"body": "convolution", "n_filters": 6}, 6),
    "rnn": ({"body": "rnn", "n_units": 5}, 10),
}


def encoder(**changes) -> MaskedSequenceEncoder:
    return MaskedSequenceEncoder(**{"alphabet": "dna", "epochs": 1, **SMALL, **changes})


@pytest.fixture(scope="module")
def learned() -> MaskedSequenceEncoder:
    return encoder(epochs=80, learning_rate=0.03, masking_fraction=0.2).fit(CYCLES)


@pytest.mark.parametrize("body", BODIES)
def test_vectors_of_strings_are_those_of_their_residues(body: str) -> None:
    changes, width = BODIES[body]
    fitted = encoder(pooling="max", **changes).fit(CYCLES)
    strings = ["ACGTA", "N", *CYCLES]
    vectors, of_residues = fitted.transform(strings), fitted.transform_residues(strings)
    assert vectors.shape == (26, width) and vectors.dtype == np.float32
    assert [found.shape for found in of_residues] == [(len(string), width) for string in strings]
    np.testing.assert_allclose(vectors, [found.max(axis=0) for found in of_residues], atol=1e-5)
    assert fitted.get_feature_names_out()[-1] == f"maskedsequenceencoder{width - 1}"


def test_hidden_letters_are_guessed_by_those_around(learned) -> None:
    strings = ["ACGACNACGACG", "TTANTATNATTA", "ACG"]
    found = learned.predict_masked(strings)
    assert [p.shape for p in found] == [(1, 4), (2, 4), (0, 4)]
    assert [p.argmax(axis=1).tolist() for p in found] == [[2], [3, 3], []]
    proba = learned.predict_proba(strings)
    np.testing.assert_array_equal(found[1], proba[1][[3, 7]])
    np.testing.assert_allclose(np.concatenate(proba).sum(axis=1), 1, atol=1e-5)
    assert learned.perplexity(CYCLES) < 1.5
    assert learned.perplexity(CYCLES) < learned.perplexity(["AGTCCTGATACT"] * 3)


def test_unknown_characters_are_guessed_where_they_are_accepted(learned) -> None:
    with pytest.raises(ValueError, match=r"sequence 0 has '\?' at position 5, .*unknown='mask' would accept it"):
        learned.predict_masked(["ACGAC?ACG"])
    lenient = encoder(unknown="mask").fit(CYCLES)
    np.testing.assert_array_equal(lenient.predict_masked(["ACG?"])[0], lenient.predict_masked(["acgN"])[0])


def test_the_score_is_the_mean_log_probability_of_hidden_letters(learned) -> None:
    """Strings of one length, so that all are hidden by one draw."""
    strings = ["ACGACGACNG", "TTATTATTNN", "ACGTTAACGR"]
    tokens = learned._samples(strings).sequences.pad()
    masked = learned._masked(tokens, np.random.default_rng(learned._mask_seed))
    assert masked.sum(axis=1).tolist() == [2, 2, 2] and not masked[0, 8] and not masked[2, 9]
    hidden = [
        "".join("N" if m else c for c, m in zip(s, row, strict=True)) for s, row in zip(strings, masked, strict=True)
    ]
    proba = learned.predict_proba(hidden)
    log_p = np.array(
        [[np.log(proba[i][j, "ACGT".index(strings[i][j])]) for j in np.flatnonzero(masked[i])] for i in range(3)]
    )
    assert learned.score(strings) == pytest.approx(log_p.mean(), abs=1e-4)
    assert learned.score(strings, sample_weight=[1, 0, 3]) == pytest.approx(
        np.average(log_p.mean(axis=1), weights=[1, 0, 3]), abs=1e-4
    )
    assert learned.score(strings) == learned.score(strings)
    assert learned.perplexity(strings) == pytest.approx(np.exp(-learned.score(strings)))


def test_a_short_string_has_one_hidden_letter_and_one_of_codes_has_none(learned) -> None:
    masked = learned._masked(learned._samples(["A", "N", "CR"]).sequences.pad(), np.random.default_rng(0))
    assert masked.tolist() == [[True, False], [False, False], [True, False]]
    with pytest.raises(ValueError, match="X has no letter to hide: all of its characters are unknown, or codes"):
        learned.score(["NN", "R"])
    with pytest.raises(ValueError, match="X has no letter to hide"):
        MaskedSequenceEncoder("dna", n_layers=1, embedding_dim=8, epochs=1).fit(["N", "NN"] * 4)


def test_the_loss_is_that_of_letters_and_validation_draws_the_same_ones() -> None:
    """A network that learns nothing has one validation loss, about that of the score."""
    fitted = encoder(epochs=3, learning_rate=1e-12, dropout=0.0, weight_averaging=0.0).fit(CYCLES, X_val=CYCLES * 20)
    losses = fitted.history_["val_loss"]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5) and losses[0] == pytest.approx(losses[2], abs=1e-5)
    assert len(set(np.round(fitted.history_["loss"], 4))) == 3
    assert losses[0] == pytest.approx(-fitted.score(CYCLES * 20), rel=0.1)


def test_strings_of_codes_alone_teach_nothing() -> None:
    given = [*CYCLES, "NNNNNNNNNNNN", "RYN"]
    fitted = encoder(epochs=2).fit(given)
    assert np.isfinite(fitted.transform(given)).all() and np.isfinite(fitted.history_["loss"]).all()


def test_labels_are_ignored_in_a_pipeline_and_a_search_takes_the_score() -> None:
    y = np.repeat(["a", "t"], 12)
    pipeline = make_pipeline(encoder(epochs=5, learning_rate=0.02), LogisticRegression()).fit(CYCLES, y)
    assert pipeline.score(CYCLES, y) > 0.9
    alone = encoder(epochs=5, learning_rate=0.02).fit(CYCLES)
    np.testing.assert_array_equal(pipeline[0].transform(CYCLES), alone.transform(CYCLES))
    search = GridSearchCV(encoder(), {"pooling": ["mean", "max"]}, cv=2).fit(CYCLES)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_lists_of_tokens_are_strings_of_many_letters() -> None:
    words = [["the", "cat", "sat", "down"], ["the", "dog", "sat", "down"], ["the", "emu", "sat"]] * 4
    fitted = encoder(alphabet="auto", unknown="mask", min_count=5, epochs=60, learning_rate=0.03).fit(words)
    assert fitted.vocabulary_.tokens == ("down", "sat", "the")
    (found,) = fitted.predict_masked([["the", "yak", "?", "down"]])
    assert found.shape == (2, 3) and found[1].argmax() == 1
    assert np.isfinite(fitted.score(words))


# Files that need not fit into memory ----------------------------------------------------------------------------------


@pytest.fixture
def fasta(tmp_path, monkeypatch) -> FastaFile:
    """Read in blocks that hold a few of its sequences."""
    monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**8)
    monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**8)
    monkeypatch.setattr(_batches, "_BYTES_TAKEN_AT_ONCE", 2**6)
    path = tmp_path / "some.fasta"
    path.write_text("".join(f">s\n{string[:7]}\n{string[7:]}\n" for string in CYCLES))
    return FastaFile(path)


def test_a_file_teaches_the_same_bits_as_a_list(fasta, learned) -> None:
    settings = {"alphabet": "auto", "batch_size": 4, "epochs": 2, "validation_fraction": 0.25}
    of_list, of_file = (encoder(**settings).fit(X) for X in (CYCLES, fasta))
    assert of_list.alphabet_ == of_file.alphabet_ and of_list.history_ == of_file.history_
    assert all(np.array_equal(a, b) for a, b in zip(of_list.weights_, of_file.weights_, strict=True))
    np.testing.assert_array_equal(learned.transform(fasta), learned.transform(CYCLES))
    assert learned.score(fasta) == learned.score(CYCLES)
    assert len(learned.predict_masked(fasta)) == len(learned.transform_residues(fasta)) == 24


@pytest.mark.parametrize(
    "other", [AttentionClassifier("dna", epochs=1, random_state=0, **SMALL_CLASSIFIER), MarkovClassifier()]
)
def test_other_estimators_take_files_as_well(other, fasta) -> None:
    y = np.repeat([0, 1], 12)
    of_list, of_file = (clone(other).fit(X, y) for X in (CYCLES, fasta))
    np.testing.assert_array_equal(of_file.predict_proba(fasta), of_list.predict_proba(CYCLES))
    if hasattr(other, "attributions"):
        (found,), (expected,) = (of_list.attributions(X) for X in (fasta[:1], CYCLES[:1]))
        np.testing.assert_array_equal(found, expected)


KILLED = """
import os, signal, sys
from skmlbio import MaskedSequenceEncoder
from skmlbio.sequences import FastaFile
from skmlbio.training import _checkpoint

_checkpoint._SECONDS_BETWEEN, _checkpoint._LEAST_SHARE_OF_TRAINING = 0.0, 0
write, left = _checkpoint.Checkpoint.write, [2]

def write_and_die(self, state):
    write(self, state)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

_checkpoint.Checkpoint.write = write_and_die
MaskedSequenceEncoder(checkpoint=sys.argv[2], **{settings!r}).fit(FastaFile(sys.argv[1]))
"""


def test_a_killed_fit_of_a_file_is_taken_up_with_the_same_bits(fasta, tmp_path, monkeypatch) -> None:
    settings = {**SMALL, "batch_size": 4, "epochs": 4, "validation_fraction": 0.25}
    program = KILLED.format(settings=settings)
    command = [sys.executable, "-c", program, fasta.path, tmp_path / "kept"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    begun_at, go_on = [], _Fit.go_on
    monkeypatch.setattr(_Fit, "go_on", lambda self, state: begun_at.append(state["n_done"]) or go_on(self, state))
    resumed = MaskedSequenceEncoder(checkpoint=tmp_path / "kept", **settings).fit(fasta)
    assert begun_at == [2]
    whole = MaskedSequenceEncoder(**settings).fit(CYCLES)
    assert resumed.history_ == whole.history_ and resumed.score(CYCLES) == whole.score(CYCLES)
    assert all(np.array_equal(a, b) for a, b in zip(resumed.weights_, whole.weights_, strict=True))


def test_progress_shows_the_time_left(fasta, capsys) -> None:
    encoder(epochs=2, verbose=1).fit(fasta)
    said = capsys.readouterr().err
    assert "MaskedSequenceEncoder: " in said and "loss=" in said and re.search(r"\d\d:\d\d<\d\d:\d\d", said)


def test_half_precision() -> None:
    fitted = encoder(dtype="mixed_bfloat16").fit(CYCLES)
    assert fitted.transform(CYCLES).dtype == "float32"
    assert np.isfinite(fitted.score(CYCLES)) and np.isfinite(fitted.transform_residues(["ACG"])[0]).all()


def test_an_exported_encoder_takes_raw_strings(learned, tmp_path) -> None:
    learned.export_saved_model(tmp_path / "served")
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    given = tf.constant(["ACGACG", "tta"])
    found = signatures["serving_default"](X=given)["transform"]
    np.testing.assert_allclose(found, learned.transform(["ACGACG", "TTA"]), atol=1e-5)
    residues = signatures["transform_residues"](X=given)["transform_residues"].numpy()
    assert residues.shape == (2, 6, 8) and not residues[1, 3:].any()
    np.testing.assert_allclose(residues[1, :3], learned.transform_residues(["TTA"])[0], atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"masking_fraction": 0.0}, "'masking_fraction' parameter .* must be a float in the range"),
        ({"masking_fraction": 1.0}, "'masking_fraction' parameter"),
        ({"pooling": "sum"}, "'pooling' parameter"),
        ({"embedding_dim": 6}, "with body='attention', embedding_dim must be a multiple of 4"),
    ],
)
def test_wrong_parameters(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encoder(**changes).fit(CYCLES)
