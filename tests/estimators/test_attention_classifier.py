"""AttentionClassifier: learning, alphabets, lengths and buckets, attention maps, raw strings in a SavedModel.

What holds for every estimator of strings is in `test_battery.py`.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from sklearn.model_selection import KFold, cross_val_score
from sklearn.utils import get_tags

from skmlbio import AttentionClassifier
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData, choose_bucket_lengths
from skmlbio.sequences import Alphabet, TokenEncoder, ensure_sequences, get_alphabet
from skmlbio.training import clear_programs, program_info

SMALL = {"embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8, "kernel_width": 3, "epochs": 2, "random_state": 0}


def random_strings(lengths: object, seed: int = 0, letters: str = "ACGT") -> list[str]:
    random = np.random.default_rng(seed)
    return ["".join(random.choice(list(letters), length)) for length in lengths]


def with_motif(n_strings: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Half of the strings have the motif GATTACA somewhere."""
    random = np.random.default_rng(seed)
    y = np.array(["none", "motif"])[np.arange(n_strings) % 2]
    strings = random_strings(random.integers(20, 41, n_strings), seed)
    for i in np.flatnonzero(y == "motif"):
        at = random.integers(0, len(strings[i]) - 7)
        strings[i] = strings[i][:at] + "GATTACA" + strings[i][at + 7 :]
    return strings, y


X = random_strings(np.arange(20, 41))
Y = np.arange(len(X)) % 2


@pytest.fixture(scope="module")
def fitted() -> AttentionClassifier:
    return AttentionClassifier("dna", n_blocks=2, unknown="mask", **SMALL).fit(X, Y)


# Learning ------------------------------------------------------------------------------------------------------------


def test_defaults_find_a_motif_wherever_it_stands() -> None:
    classifier = AttentionClassifier("dna", epochs=30, random_state=0).fit(*with_motif(300, seed=0))
    assert classifier.score(*with_motif(200, seed=1)) > 0.9
    assert classifier.history_["loss"][-1] < 0.5 * classifier.history_["loss"][0]


@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "rotary", "none"])
def test_positions_tell_the_ends_of_a_string_apart(positions: str) -> None:
    """Only the place of the T tells the classes apart; without positions, nothing does."""
    strings = ["A" * i + "T" + "A" * (23 - i) for i in range(24)] * 4
    y = np.tile(np.arange(24) >= 12, 4)
    options = {"kernel_width": None, "pooling": "mean", "dropout": 0.0, "learning_rate": 1e-2, "epochs": 60}
    classifier = AttentionClassifier("dna", positions=positions, **{**SMALL, **options}).fit(strings, y)
    score = classifier.score(strings, y)
    assert score == 0.5 if positions == "none" else score > 0.9


def test_splice_sites(data_file: Callable) -> None:
    """One split, some of the steps; `tests/benchmarks/bench_sequence_accuracy.py` has the whole."""
    rows = np.loadtxt(data_file("uci_splice/splice.data.gz"), str, delimiter=",")
    strings, y = np.char.strip(rows[:, 2]), np.char.strip(rows[:, 0])
    order = np.random.default_rng(0).permutation(len(y))
    train, test = order[:2400], order[2400:]
    classifier = AttentionClassifier("dna", epochs=5, random_state=0).fit(strings[train], y[train])
    assert classifier.score(strings[test], y[test]) > 0.92


# Alphabets -----------------------------------------------------------------------------------------------------------


def test_the_learned_alphabet_stays_what_it_was() -> None:
    classifier = AttentionClassifier("learned", **SMALL).fit(["HPPH", "PHPHP", "HHP"], ["a", "b", "a"])
    assert (classifier.alphabet_.name, classifier.alphabet_.letters) == ("learned", "HP")
    with pytest.raises(ValueError, match="sequence 1 has 'X' at position 2, not in the learned alphabet HP"):
        classifier.predict(["HP", "HPX"])
    classifier = AttentionClassifier("learned", **SMALL).partial_fit(["HPPH", "PHPHP"], ["a", "b"])
    with pytest.raises(ValueError, match="sequence 0 has 'Q' at position 1, not in the learned alphabet HP"):
        classifier.partial_fit(["PQ"], ["a"])
    classifier.set_params(alphabet="dna").partial_fit(["PPPH"], ["a"])
    assert classifier.alphabet_.letters == "HP"


def test_a_code_that_only_one_fold_has_stops_no_cross_validation() -> None:
    strings = [*X[:-2], "ACGTRYACGT", "NNACGT"]
    scores = cross_val_score(AttentionClassifier(**SMALL), strings, Y, cv=KFold(5), error_score="raise")
    assert len(scores) == 5
    classifier = AttentionClassifier(**SMALL).fit(X, Y)
    assert classifier.alphabet_ is get_alphabet("dna")
    with pytest.raises(ValueError, match="sequence 1 has 'E' at position 2, not in the dna alphabet"):
        classifier.predict(["ACR", "ACE"])


def test_every_fold_of_the_splice_sites_understands_the_others(data_file: Callable) -> None:
    strings = np.char.strip(np.loadtxt(data_file("uci_splice/splice.data.gz"), str, delimiter=",")[:, 2])
    n_codes = 0
    for train, test in KFold(5).split(strings):
        encoder = TokenEncoder().fit(strings[train])
        assert encoder.alphabet_ is get_alphabet("dna")
        n_codes += np.count_nonzero(encoder.transform(strings[test]) > 5)
    assert n_codes == len("".join(strings).translate(str.maketrans("", "", "ACGT"))) > 0


@pytest.mark.parametrize("alphabet", ["auto", "learned", "dna"])
def test_soft_masked_strings_are_those_in_upper_case(alphabet: str) -> None:
    masked = [string[:9] + string[9:].lower() for string in X]
    classifier = AttentionClassifier(alphabet, **SMALL).fit(masked, Y)
    assert classifier.alphabet_.letters == "ACGT"
    upper = AttentionClassifier(alphabet, **SMALL).fit(X, Y)
    assert np.array_equal(classifier.predict_proba(masked), upper.predict_proba(X))
    keeping = AttentionClassifier(alphabet, case_sensitive=True, **SMALL).fit(masked, Y)
    assert keeping.alphabet_.letters == "ACGTacgt"
    assert not np.array_equal(keeping.predict_proba(masked), keeping.predict_proba(X))


def test_an_unknown_character_may_be_any_letter(fitted: AttentionClassifier) -> None:
    assert np.array_equal(fitted.predict_proba(["ACG-T!"]), fitted.predict_proba(["acgNtn"]))
    strict = AttentionClassifier("dna", **SMALL)
    with pytest.raises(ValueError, match="sequence 2 has '-' at position 1, not in the dna alphabet"):
        strict.fit(["ACGT", "TTT", "A-C"], [0, 1, 0])


def test_an_alphabet_of_ones_own() -> None:
    gapped = Alphabet("gapped dna", "ACGT-")
    classifier = AttentionClassifier(gapped, **SMALL).fit(["AC-GT", "--ACG"], [0, 1])
    assert classifier.alphabet_ is gapped and classifier.predict(["A--C"]).shape == (1,)


# Lengths -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        (range(60, 101), [104]),  # close to each other
        ([60], [60]),
        (range(1, 20), [20]),
        ([*range(20, 41)] * 10 + [180] * 9 + [1000], [64, 192, 1024]),
        ([3, 50, 700, 900, 12_000, 13_000, 90_000], [16384, 90112]),
    ],
)
def test_bucket_lengths(lengths: object, expected: list[int]) -> None:
    chosen = choose_bucket_lengths(np.array(lengths), SequenceCost(n_maps=4))
    assert chosen[-1] == expected[-1] and len(chosen) <= 4
    assert chosen.tolist() == expected


def test_work_that_goes_by_the_length_wants_fewer_buckets_and_larger_batches() -> None:
    lengths, linear, square = np.array([96] * 50 + [150] * 50), SequenceCost(width=8), SequenceCost(n_maps=1)
    assert linear.entries(100) == 800 and square.entries(100) == 10_000
    assert len(choose_bucket_lengths(lengths, linear)) == 1 < len(choose_bucket_lengths(lengths, square))
    strings = ensure_sequences(random_strings([1000] * 9))
    sizes = [
        SequenceData(strings, np.array([1024]), cost, max_entries=2**21).buckets()[0].batch_size(32)
        for cost in (linear, square)
    ]
    assert sizes == [16, 2]


def test_work_within_a_window_goes_by_the_length_of_long_strings() -> None:
    full, windowed = SequenceCost(n_maps=4), SequenceCost(n_maps=4, n_keys=300)
    assert windowed.entries(200) == full.entries(200) and windowed.entries(8000) == 4 * 8000 * 300
    np.testing.assert_array_equal(windowed.work(np.array([100, 1000])), [100 * 164, 1000 * 364])
    lengths = np.array([1200] * 50 + [2000] * 50)
    assert len(choose_bucket_lengths(lengths, windowed)) == 1 < len(choose_bucket_lengths(lengths, full))
    classifier = AttentionClassifier("dna", attention_window=16, **SMALL).fit(X, Y)
    bucket = classifier._samples(random_strings([2000] * 9)).to_predict().buckets()[0]
    assert bucket.max_batch_size == 2**22 // (2 * 2048 * 64)


def test_every_string_is_in_the_smallest_bucket_that_holds_it() -> None:
    lengths = [3, 32, 33, 64, 65, 128, 129, 300]
    data = SequenceData(ensure_sequences(random_strings(lengths)), np.array([32, 64]), SequenceCost(n_maps=2))
    found = {bucket.take(bucket.rows)[0].shape[1]: bucket.rows.tolist() for bucket in data.buckets()}
    assert found == {32: [0, 1], 64: [2, 3], 128: [4, 5], 256: [6], 512: [7]}


def test_long_strings_go_a_few_at_a_time() -> None:
    data = SequenceData(
        ensure_sequences(random_strings([1000] * 9 + [5000])), np.array([1024, 5120]), SequenceCost(n_maps=4)
    )
    sizes = [bucket.batch_size(32) for bucket in data.buckets()]
    assert sizes == [8, 1]
    for bucket in data.to_predict().buckets():
        assert bucket.batch_size(None) * 4 * bucket.take(bucket.rows)[0].shape[1] ** 2 <= max(2**22, 4 * 5120**2)


def test_no_batch_causes_a_new_trace() -> None:
    """Training and prediction are traced once, whatever the lengths and the folds."""
    lengths = np.r_[np.arange(8, 33).repeat(3), np.arange(100, 121), [300] * 9]
    strings, y = random_strings(lengths), np.arange(len(lengths)) % 2
    classifier = AttentionClassifier("dna", **SMALL)
    clear_programs()
    classifier.fit(strings, y)
    assert classifier.bucket_lengths_.tolist() == [32, 128, 320]
    assert program_info().n_traces == 1
    classifier.fit(strings[::-1], y[::-1])
    cross_val_score(classifier, strings, y, cv=KFold(3, shuffle=True, random_state=0))
    classifier.partial_fit(strings[::3], y[::3])
    classifier.predict(strings + random_strings([1, 77, 500]))
    assert program_info() == program_info()._replace(n_networks=1, n_trainers=1, n_traces=1)


def test_a_string_is_predicted_alike_in_every_company(fitted: AttentionClassifier) -> None:
    strings = random_strings([1, 2, 7, 20, 30, 41, 64, 150, 400], seed=2)
    together = fitted.predict_proba(strings)
    alone = np.concatenate([fitted.predict_proba([string]) for string in strings])
    assert together.std(axis=0).min() > 1e-4
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_training_goes_on_with_longer_strings() -> None:
    classifier = AttentionClassifier("dna", **SMALL).partial_fit(X, Y)
    assert classifier.bucket_lengths_.tolist() == [40]
    classifier.partial_fit(random_strings([100, 10]), [0, 1])
    assert classifier.n_iter_ == 2 and classifier.bucket_lengths_.tolist() == [40]


# Attention maps ------------------------------------------------------------------------------------------------------


def test_attention_maps_have_no_padding(fitted: AttentionClassifier) -> None:
    strings = random_strings([5, 40, 1, 150, 20], seed=3)
    maps = fitted.attention_maps(strings)
    for string, found in zip(strings, maps, strict=True):
        assert found.shape == (2, 2, len(string), len(string)) and found.dtype == np.float32
        np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)
        np.testing.assert_allclose(found, fitted.attention_maps([string])[0], atol=1e-5)
    assert np.abs(maps[1][0] - maps[1][1]).max() > 1e-3  # blocks differ,
    assert np.abs(maps[1][:, 0] - maps[1][:, 1]).max() > 1e-3  # and heads


def test_attention_maps_come_in_batches_of_limited_size(monkeypatch: pytest.MonkeyPatch, fitted) -> None:
    expected = fitted.attention_maps(X)
    monkeypatch.setattr("skmlbio.estimators._sequence_data._ENTRIES_OF_A_PREDICTION_BATCH", 2 * 40**2 * 3)
    data = SequenceData(ensure_sequences(X), np.array([40]), SequenceCost(n_maps=2)).to_predict()
    assert max(map(len, data.batches())) <= 7
    for found, whole in zip(fitted.attention_maps(X), expected, strict=True):
        np.testing.assert_allclose(found, whole, atol=1e-5)


def test_strings_longer_than_any_in_training(fitted) -> None:
    """Learned positions go on with the last one; the answer depends on the residues all the same."""
    longest = "ACGT" * (fitted.max_length_ // 4 + 1)
    longer = [longest + tail for tail in ("AAAAAAAA", "CCCCCCCC", "A" * 300)]
    answers = fitted.predict_proba(longer)
    assert np.isfinite(answers).all() and np.ptp(answers[:, 0]) > 1e-6
    maps = fitted.attention_maps(longer)
    assert [m.shape[-1] for m in maps] == [len(string) for string in longer]


@pytest.mark.parametrize("window", [2**31 - 1, 2**32 + 1, 2**63])
def test_a_window_wider_than_all_strings_is_none(window: int) -> None:
    whole = AttentionClassifier("dna", **SMALL).fit(X, Y)
    windowed = AttentionClassifier("dna", attention_window=window, **SMALL).fit(X, Y)
    np.testing.assert_allclose(windowed.predict_proba(X), whole.predict_proba(X), atol=1e-4)
    for found, expected in zip(windowed.attention_maps(X[:2]), whole.attention_maps(X[:2]), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_maps_within_a_window_are_zero_outside_and_have_a_place_for_the_class_token() -> None:
    options = {"attention_window": 4, "pooling": "class_token", "n_blocks": 2, "positions": "rotary"}
    classifier = AttentionClassifier("dna", **options, **SMALL).fit(X, Y)
    strings = random_strings([9, 150, 1], seed=3)
    for string, found in zip(strings, classifier.attention_maps(strings), strict=True):
        assert found.shape == (2, 2, len(string) + 1, len(string) + 1)
        np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)
        place = np.arange(len(string))
        near = np.abs(place[:, np.newaxis] - place) <= 4
        assert (found[:, :, 1:, 1:][:, :, near] > 0).all() and not found[:, :, 1:, 1:][:, :, ~near].any()
        assert (found[:, :, 0] > 0).all() and (found[:, :, :, 0] > 0).all()


# Export --------------------------------------------------------------------------------------------------------------


def served(classifier: AttentionClassifier, folder: Path) -> dict:
    classifier.export_saved_model(folder / "served")
    return tf.saved_model.load(str(folder / "served")).signatures


def test_a_saved_model_takes_raw_strings(fitted: AttentionClassifier, tmp_path: Path) -> None:
    names = np.array(["exon", "intron", "neither"])[np.arange(len(X)) % 3]
    classifier = AttentionClassifier("dna", unknown="mask", **SMALL).fit(X, names)
    strings = [*X, "acGTnn", "AC-GT*", "z", *random_strings([300])]
    signatures = served(classifier, tmp_path)
    ask = {"X": tf.constant(strings)}
    np.testing.assert_allclose(
        signatures["predict_proba"](**ask)["predict_proba"], classifier.predict_proba(strings), atol=1e-5
    )
    assert [label.decode() for label in signatures["predict"](**ask)["predict"].numpy()] == list(
        classifier.predict(strings)
    )
    assert signatures["predict"](X=tf.constant([], tf.string))["predict"].shape == (0,)
    for wrong, reason in (["ACGT", ""], "a sequence is empty"), (["ACĞT"], "not ASCII"):
        with pytest.raises(tf.errors.InvalidArgumentError, match=reason):
            signatures["predict"](X=tf.constant(wrong))


def test_a_saved_model_recognises_codes_and_case_as_the_estimator_does(tmp_path: Path) -> None:
    classifier = AttentionClassifier(**SMALL).fit([*X[1:], "ACGTacgt"], Y)
    signatures = served(classifier, tmp_path)
    strings = ["acgtRYN", "ACGTryn"]
    found = signatures["predict_proba"](X=tf.constant(strings))["predict_proba"].numpy()
    np.testing.assert_allclose(found, classifier.predict_proba(strings), atol=1e-5)
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match="a character that is not in the dna alphabet"):
        signatures["predict"](X=tf.constant(["ACE"]))


def test_a_saved_model_refuses_what_the_estimator_refuses(tmp_path: Path) -> None:
    strings = ["CCO", "c1ccccc1", "CN", "Oc1ccccc1"]  # both cases occur, so case carries meaning
    classifier = AttentionClassifier("learned", **SMALL).fit(strings, [0, 1, 0, 1])
    signatures = served(classifier, tmp_path)
    found = signatures["predict_proba"](X=tf.constant(strings))["predict_proba"]
    np.testing.assert_allclose(found, classifier.predict_proba(strings), atol=1e-5)
    assert np.abs(classifier.predict_proba(["CC"]) - classifier.predict_proba(["cc"])).max() > 1e-6
    with pytest.raises(tf.errors.InvalidArgumentError, match="a character that is not in the learned alphabet"):
        signatures["predict"](X=tf.constant(["CCl"]))


# Parameters ----------------------------------------------------------------------------------------------------------


def test_tags_say_that_strings_come_in() -> None:
    tags = get_tags(AttentionClassifier()).input_tags
    assert (tags.string, tags.two_d_array, tags.sparse) == (True, False, False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"embedding_dim": 10, "n_heads": 4}, "embedding_dim must be a multiple of the 4 heads that share it, got 10"),
        ({"embedding_dim": 12, "n_heads": 4, "positions": "rotary"}, "n_heads must be even, .*got 12 / 4 = 3"),
        (
            {"attention_window": 0},
            "The 'attention_window' parameter of AttentionClassifier must be an int in the range",
        ),
        ({"positions": "spiral"}, "The 'positions' parameter of AttentionClassifier must be a str among"),
        ({"case_sensitive": "yes"}, "The 'case_sensitive' parameter of AttentionClassifier must be a str among"),
        (
            {"kernel_width": 10**9},
            r"The 'kernel_width' parameter of .* must be an int in the range \[1, 1000\] or None",
        ),
        ({"kernel_width": 0}, "The 'kernel_width' parameter of AttentionClassifier must be an int in the range"),
        ({"alphabet": "AAC"}, "alphabet must be 'dna', 'rna', 'protein', an Alphabet, a string of distinct"),
        ({"activation": "rleu"}, "activation 'rleu' is unknown"),
    ],
)
def test_wrong_parameters(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AttentionClassifier(**options).fit(X, Y)


@pytest.mark.parametrize(
    "options",
    [
        {"norm": "post", "pooling": "attention"},
        {"pooling": "mean", "l2": 1e-3},
        {"pooling": "class_token", "positions": "rotary", "attention_window": 3},
    ],
)
def test_other_shapes_of_network_train(options: dict) -> None:
    classifier = AttentionClassifier("dna", **{**SMALL, "dtype": "float64"}, **options).fit(X, Y)
    assert np.isfinite(classifier.history_["loss"]).all()
    assert all(weight.dtype == np.float64 for weight in classifier.weights_)
