"""SequenceCNNClassifier and SequenceCNNRegressor: learning, both strands, motifs, shapes, parameters.

What holds for every estimator of strings is in `test_battery.py`.
"""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from skmlbio import SequenceCNNClassifier, SequenceCNNRegressor
from skmlbio.estimators import _sequence_cnn_network
from skmlbio.sequences import Motif, reverse_complement
from skmlbio.training import clear_programs, program_info

SMALL = {"n_filters": 4, "kernel_width": 3, "epochs": 2, "random_state": 0}
PLANTED = "GATTACA"


def random_strings(lengths: object, seed: int = 0, letters: str = "ACGT") -> list[str]:
    random = np.random.default_rng(seed)
    return ["".join(random.choice(list(letters), length)) for length in lengths]


def with_motif(n_strings: int, seed: int, both_strands: bool = False) -> tuple[list[str], np.ndarray]:
    """Half of the strings have the motif somewhere, or its reverse complement as often."""
    random = np.random.default_rng(seed)
    y = np.array(["none", "motif"])[np.arange(n_strings) % 2]
    strings = random_strings(random.integers(30, 61, n_strings), seed)
    for i in np.flatnonzero(y == "motif"):
        at = random.integers(0, len(strings[i]) - len(PLANTED))
        strings[i] = strings[i][:at] + PLANTED + strings[i][at + len(PLANTED) :]
    return [reverse_complement([s])[0] if both_strands and i % 4 > 1 else s for i, s in enumerate(strings)], y


def similarity(motif: Motif, string: str) -> float:
    """The correlation of frequencies with those of a string, where they go together best."""
    planted = np.array([[letter == other for other in "ACGT"] for letter in string], float)
    places = range(motif.width - len(planted) + 1)
    parts = [motif.frequencies[place : place + len(planted)] for place in places]
    return max(np.corrcoef(part.ravel(), planted.ravel())[0, 1] for part in parts)


OF_MOTIFS = {"n_filters": 16, "kernel_width": 11, "n_layers": 1, "positions": "none", "random_state": 0}
X = random_strings(np.arange(20, 41))
Y = np.arange(len(X)) % 2


@pytest.fixture(scope="module")
def of_one_strand() -> SequenceCNNClassifier:
    return SequenceCNNClassifier(**OF_MOTIFS).fit(*with_motif(300, seed=0))


@pytest.fixture(scope="module")
def of_both_strands() -> SequenceCNNClassifier:
    classifier = SequenceCNNClassifier(reverse_complement="share", **OF_MOTIFS)
    return classifier.fit(*with_motif(300, seed=0, both_strands=True))


# Learning ------------------------------------------------------------------------------------------------------------


def test_a_motif_is_found_wherever_it_stands(of_one_strand) -> None:
    assert of_one_strand.score(*with_motif(200, seed=1)) > 0.9


def test_a_motif_is_found_on_either_strand(of_both_strands) -> None:
    assert of_both_strands.score(*with_motif(200, seed=1, both_strands=True)) > 0.9


def test_positions_tell_where_a_motif_counts() -> None:
    """The same motif in every string, early in one class and late in the other."""
    strings = [
        s[:at] + PLANTED + s[at + len(PLANTED) :]
        for s, at in zip(random_strings([40] * 200), [5, 25] * 100, strict=True)
    ]
    y, options = [0, 1] * 100, {"n_filters": 16, "kernel_width": 9, "learning_rate": 5e-3, "random_state": 0}
    aware, blind = (
        SequenceCNNClassifier(positions=positions, n_layers=1, epochs=40, **options).fit(strings[:150], y[:150])
        for positions in ("learned", "none")
    )
    assert aware.score(strings[150:], y[150:]) > 0.95
    assert blind.score(strings[150:], y[150:]) < 0.8


def test_numbers_that_letters_add_up_to_are_learned() -> None:
    strings = random_strings(np.arange(40, 240) % 50 + 20)
    y = np.array([[string.count("GA") / len(string), 100 + string.count("T")] for string in strings])
    options = {"n_layers": 1, "positions": "none", "dropout": 0.0, "learning_rate": 1e-2, "epochs": 60}
    regressor = SequenceCNNRegressor(n_filters=16, kernel_width=3, pooling="mean", random_state=0, **options)
    regressor.fit(strings, y[:, 0])
    assert regressor.score(strings, y[:, 0]) > 0.9
    assert regressor.set_params(epochs=2).fit(strings, y).predict(strings).shape == (200, 2)


# Both strands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_width": 4},
        {"pooling": "attention", "kernel_width": (3, 6), "n_layers": 2, "local_pooling": "max", "pool_size": 3},
        {"pooling": "mean", "n_layers": 2, "local_pooling": "mean", "batch_normalization": True, "dilation": 3},
    ],
)
@pytest.mark.parametrize("alphabet", ["dna", "rna"])
def test_a_string_and_its_reverse_complement_get_the_same_answer(options: dict, alphabet: str) -> None:
    strings = [string.replace("T", "U") for string in X] if alphabet == "rna" else X
    regressor = SequenceCNNRegressor(reverse_complement="share", **{**SMALL, **options}).fit(strings, np.sin(range(21)))
    unseen = random_strings([1, 2, 3, 20, 33, 64, 100], seed=5, letters="ACGRYN")
    answers = regressor.predict(unseen)
    assert answers[3:].std() > 1e-4
    np.testing.assert_allclose(
        regressor.predict(reverse_complement(unseen, alphabet=alphabet)), answers, atol=1e-6, rtol=0
    )


def test_only_nucleic_acids_have_another_strand() -> None:
    classifier = SequenceCNNClassifier(reverse_complement="share", **SMALL)
    for strings, alphabet, what in (
        (["MKV", "MKL"], "protein", "the protein alphabet"),
        (["ACG", "TTC"], "learned", "the learned alphabet ACGT"),
        ([["AC", "GT"], ["CC"]], "auto", "the vocabulary of 3 tokens"),
    ):
        match = f"reverse_complement='share' needs strings of DNA or RNA.*but those of X are of {what}"
        with pytest.raises(ValueError, match=match):
            classifier.set_params(alphabet=alphabet).fit(strings, [0, 1])
    assert not hasattr(classifier, "weights_")


# Motifs --------------------------------------------------------------------------------------------------------------


def test_the_planted_motif_is_among_the_motifs(of_one_strand) -> None:
    motifs = of_one_strand.motifs_
    assert [motif.name for motif in motifs] == [f"filter_{i}" for i in range(16)]
    best = max(motifs, key=lambda motif: motif.information_content)
    assert similarity(best, PLANTED) > 0.9 > similarity(best, reverse_complement([PLANTED])[0])
    assert 100 < best.n_sites < 300 and best.information_content > 6
    assert of_one_strand.motifs_[0].background.sum() == pytest.approx(1)


def test_with_both_strands_sites_of_both_are_read_as_the_filter_reads_them(of_both_strands) -> None:
    """Whichever way round a filter has it: sites on one strand and on the other are of one motif."""
    best = max(of_both_strands.motifs_, key=lambda motif: motif.information_content)
    assert max(similarity(best, string) for string in (PLANTED, *reverse_complement([PLANTED]))) > 0.9
    assert best.n_sites > 100  # half of them on either strand
    np.testing.assert_allclose(best.background, best.background[::-1])
    strings, _ = with_motif(300, seed=0, both_strands=True)
    for ours, other in zip(
        of_both_strands.find_motifs(strings), of_both_strands.find_motifs(reverse_complement(strings)), strict=True
    ):
        assert ours.n_sites == other.n_sites
        np.testing.assert_allclose(ours.counts, other.counts)


def test_motifs_are_those_of_the_training_strings(of_one_strand) -> None:
    strings, _ = with_motif(300, seed=0)
    for kept, found in zip(of_one_strand.motifs_, of_one_strand.find_motifs(strings), strict=True):
        np.testing.assert_array_equal(kept.counts, found.counts)
        assert kept.n_sites == found.n_sites
    n_sites = [
        sum(motif.n_sites for motif in of_one_strand.find_motifs(strings, threshold=threshold))
        for threshold in (0, 0.5, 0.9)
    ]
    assert n_sites[0] > n_sites[1] > n_sites[2] > 0
    for wrong in (1, -0.1, np.nan, "a", None):
        with pytest.raises(ValueError, match="threshold must be a share of the highest activation, 0 to below 1; got"):
            of_one_strand.find_motifs(strings, threshold=wrong)
    assert len(pickle.loads(pickle.dumps(of_one_strand)).motifs_) == 16


def test_motifs_do_not_depend_on_batches(of_one_strand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skmlbio.estimators._sequence_data._ENTRIES_OF_A_PREDICTION_BATCH", 64 * 44 * 16)
    for kept, found in zip(of_one_strand.motifs_, of_one_strand.find_motifs(with_motif(300, seed=0)[0]), strict=True):
        assert abs(kept.n_sites - found.n_sites) <= 1  # an activation next to the threshold may be rounded


def test_each_fit_makes_motifs_anew_and_large_sets_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = SequenceCNNClassifier(**SMALL).partial_fit(X, Y)
    before = classifier.motifs_
    classifier.partial_fit(["ACGTACGT"] * 3, [0, 1, 0])
    assert all(set(motif.counts.ravel() % 3) <= {0} for motif in classifier.motifs_)  # the same string three times
    assert classifier.motifs_ is not before and len(classifier.motifs_) == 4
    monkeypatch.setattr(_sequence_cnn_network, "_MOST_ACTIVATIONS", 4 * 250)  # of 21 strings of 630 letters
    few = clone(classifier).fit(X, Y)
    assert len(few.motifs_) == 4
    expected = few.find_motifs([X[row] for row in np.linspace(0, 20, 8).astype(int)])
    for kept, found in zip(few.motifs_, expected, strict=True):
        assert kept.n_sites == found.n_sites


def test_lists_of_tokens_have_no_motifs() -> None:
    tokens = [["ATG", "GCC", "TAA"], ["ATG", "TAA"]] * 4
    classifier = SequenceCNNClassifier(embedding_dim=5, **SMALL).fit(tokens, [0, 1] * 4)
    assert classifier.motifs_ == [] and classifier.weights_[0].shape == (5, 5)
    with pytest.raises(TypeError, match="find_motifs needs strings: lists of tokens have no letters"):
        classifier.find_motifs(tokens)


def test_an_interrupted_fit_has_the_motifs_of_what_it_keeps() -> None:
    import keras

    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    classifier = SequenceCNNClassifier(callbacks=[Interrupt], **SMALL)
    with pytest.raises(KeyboardInterrupt, match="it keeps what it has learned"):
        classifier.fit(X, Y)
    for kept, found in zip(classifier.motifs_, classifier.find_motifs(X), strict=True):
        np.testing.assert_array_equal(kept.counts, found.counts)


# Shapes and lengths --------------------------------------------------------------------------------------------------


def test_a_few_traces_for_all_lengths() -> None:
    clear_programs()
    classifier = SequenceCNNClassifier("dna", **SMALL).fit(X, Y)
    classifier.predict(random_strings([1, 5, 40, 100, 333, 1000]))
    clone(classifier).set_params(random_state=1).fit(random_strings(np.arange(22, 41)), Y[:19])
    info = program_info()
    assert (info.n_networks, info.n_trainers, info.n_traces) == (1, 1, 1)


def test_strings_shorter_than_filters_and_pools() -> None:
    options = {"local_pooling": "max", "pool_size": 9, "kernel_width": [5, 30]}
    classifier = SequenceCNNClassifier("dna", **{**SMALL, **options}).fit(X, Y)
    assert np.isfinite(classifier.predict_proba(["A", "AC", "N"])).all()
    assert [motif.width for motif in classifier.motifs_] == [5] * 4 + [30] * 4


def test_deep_networks_train_in_double_precision() -> None:
    options = {"activation": "gelu", "n_layers": 2, "residual": True, "dtype": "float64"}
    classifier = SequenceCNNClassifier("dna", **SMALL, **options).fit(X, Y)
    assert np.isfinite(classifier.history_["loss"]).all()
    assert all(weight.dtype == np.float64 for weight in classifier.weights_)


# Parameters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_width": []}, "kernel_width must be a width, or a sequence of one width or more, got an empty one"),
        ({"kernel_width": (3, 0)}, r"kernel_width\[1\] must be an int of 1 or more, got 0"),
        ({"kernel_width": (3, 10**9)}, r"kernel_width\[1\] must be an int of 1000 or less, got 1000000000"),
        ({"kernel_width": 10**9}, r"The 'kernel_width' parameter .* must be an int in the range \[1, 1000\] or"),
        ({"kernel_width": 2.5}, "The 'kernel_width' parameter of SequenceCNNClassifier must be"),
        ({"local_pooling": "sum"}, "The 'local_pooling' parameter of SequenceCNNClassifier must be a str among"),
        ({"reverse_complement": True}, "The 'reverse_complement' parameter of SequenceCNNClassifier must be a str"),
        ({"dilation": 4, "n_layers": 5}, "dilation=4 lets filters of layer 4 see places 256 apart, but the longest"),
        ({"activation": "rleu"}, "activation 'rleu' is unknown"),
    ],
)
def test_wrong_parameters(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SequenceCNNClassifier(**options).fit(X, Y)


def test_a_fit_does_not_go_on_with_another_network() -> None:
    classifier = SequenceCNNClassifier(warm_start=True, **SMALL).fit(X, Y)
    with pytest.raises(ValueError, match=r"was made with reverse_complement='none', but is now to have"):
        classifier.set_params(reverse_complement="share").fit(X, Y)
    with pytest.raises(ValueError, match=r"was made with kernel_width=\(3,\), but is now to have kernel_width=\(4,\)"):
        classifier.set_params(reverse_complement="none", kernel_width=4).fit(X, Y)
