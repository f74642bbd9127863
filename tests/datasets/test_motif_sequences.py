"""Strings with motifs at places that are known."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skmlbio.datasets import make_markov_sequences, make_motif_sequences
from skmlbio.sequences import Alphabet, KmerCounter

MAKERS = [make_motif_sequences, make_markov_sequences]


def planted(data) -> list[list[str]]:
    """What stands in each string where motifs are said to be."""
    return [
        [string[begin:end] for begin, end in spans.tolist()] for string, spans in zip(data.X, data.spans, strict=True)
    ]


@pytest.mark.parametrize("make", MAKERS)
def test_defaults(make: Callable) -> None:
    X, y = make(random_state=0)
    assert len(X) == 100 and all(type(string) is str and set(string) == set("ACGT") for string in X)
    assert (min(map(len, X)), max(map(len, X))) == (60, 100)
    assert y.dtype == np.int64 and np.bincount(y).tolist() == [50, 50] and np.diff(y).any()


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_seed_gives_the_same_strings(make: Callable) -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    first, second = (make(30, random_state=3, noise=0.1, flip_y=0.1) for _ in range(2))
    assert first[0] == second[0] and np.array_equal(first[1], second[1])
    assert first[0] != make(30, random_state=4, noise=0.1, flip_y=0.1)[0]
    assert make(30)[0] != make(30)[0]
    assert make(30, random_state=np.random.RandomState(3))[0] == make(30, random_state=np.random.RandomState(3))[0]
    bunch = make(30, random_state=3, noise=0.1, flip_y=0.1, return_X_y=False)
    assert first[0] == bunch.X and np.array_equal(bunch.y, first[1])
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


@pytest.mark.parametrize("make", MAKERS)
def test_what_a_bunch_says(make: Callable) -> None:
    data = make(7, weights=[3, 1], random_state=0, return_X_y=False)
    assert data.parameters["weights"] == [3, 1] and data.parameters["n_samples"] == 7
    assert data.DESCR.startswith("Make random strings")
    assert np.bincount(data.y).tolist() == [5, 2]
    assert np.array_equal(data.classes, data.y)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("alphabet", ["rna", "protein", "HP", Alphabet("own", "acgtACGT", case_sensitive=True)])
def test_letters_of_any_alphabet(make: Callable, alphabet: str | Alphabet) -> None:
    X, _ = make(50, alphabet=alphabet, random_state=0)
    letters = {"rna": "ACGU", "protein": "ACDEFGHIKLMNPQRSTVWY", "HP": "HP"}.get(alphabet, "acgtACGT")
    assert set("".join(X)) == set(letters)


@pytest.mark.parametrize("make", MAKERS)
def test_labels_that_were_flipped(make: Callable) -> None:
    data = make(2000, n_classes=4, lengths=8, flip_y=0.4, random_state=0, return_X_y=False)
    assert np.bincount(data.classes).tolist() == [500] * 4
    assert (data.y != data.classes).mean() == pytest.approx(0.4 * 3 / 4, abs=0.04)
    assert set(data.y.tolist()) == {0, 1, 2, 3}


def test_motifs_are_where_they_are_said_to_be() -> None:
    motifs = [None, "TATAAT", ["TTGACA", "GGG", "TATAAT"]]
    data = make_motif_sequences(300, lengths=(15, 40), motifs=motifs, random_state=0, return_X_y=False)
    expected = [[], ["TATAAT"], ["TTGACA", "GGG", "TATAAT"]]
    assert planted(data) == [expected[number] for number in data.classes]
    for string, spans in zip(data.X, data.spans, strict=True):
        assert spans.dtype == np.int64 and spans.shape[1] == 2
        edges = spans.ravel()
        assert (np.diff(edges) >= 0).all() and (not len(edges) or 0 <= edges[0] <= edges[-1] <= len(string))


def test_places_are_anywhere_alike() -> None:
    data = make_motif_sequences(4000, lengths=13, motifs=["ACGT"], random_state=0, return_X_y=False)
    begins = np.bincount([int(spans[0, 0]) for spans in data.spans])
    assert len(begins) == 10 and np.abs(begins - 400).max() < 80  # four standard deviations


def test_fixed_places_are_the_same_in_all_strings_of_a_class() -> None:
    motifs = ["AAAAAA", ["CCCC", "GGGG"]]
    data = make_motif_sequences(
        60, lengths=(20, 50), motifs=motifs, positions="fixed", random_state=1, return_X_y=False
    )
    for number in range(2):
        places = {tuple(data.spans[row].ravel()) for row in np.flatnonzero(data.classes == number)}
        assert len(places) == 1 and max(next(iter(places))) <= 20
    assert planted(data) == [[["AAAAAA"], ["CCCC", "GGGG"]][number] for number in data.classes]


def test_a_motif_may_fill_a_string() -> None:
    X, _ = make_motif_sequences(5, lengths=6, motifs=["TATAAT"], random_state=0)
    assert X == ["TATAAT"] * 5


def test_ambiguity_codes_and_probabilities() -> None:
    matrix = np.array([[0.7, 0.1, 0.1, 0.1], [0, 0, 1, 0]])
    data = make_motif_sequences(4000, lengths=9, motifs=["RN", matrix], random_state=0, return_X_y=False)
    words = np.array([list(string) for (string,) in planted(data)])
    for number, expected in enumerate([np.array([[0.5, 0, 0.5, 0], [0.25] * 4]), matrix]):
        assert np.array_equal(data.motifs[number][0], expected)
        found = (words[data.classes == number][:, :, np.newaxis] == list("ACGT")).mean(axis=0)
        assert np.abs(found - expected).max() < 0.04
        assert not found[expected == 0].any()


@pytest.mark.parametrize("noise", [0, 0.3, 1])
def test_noise_takes_letters_from_the_background(noise: float) -> None:
    background = [0.4, 0.3, 0.3, 0.0]
    data = make_motif_sequences(
        3000, lengths=4, motifs=["TTTT"], noise=noise, background=background, random_state=0, return_X_y=False
    )
    found = np.array([list(string) for string in data.X])[:, :, np.newaxis] == list("ACGT")
    expected = (1 - noise) * np.array([0, 0, 0, 1]) + noise * np.array(background)
    assert np.abs(found.mean(axis=(0, 1)) - expected).max() < 0.03
    assert np.allclose(data.motifs[0][0], expected)


def test_the_background_is_drawn_as_asked() -> None:
    X, _ = make_motif_sequences(50, lengths=1000, background=[0.1, 0.2, 0, 0.7], motifs=[None], random_state=0)
    found = [letter / 50_000 for letter in map("".join(X).count, "ACGT")]
    assert np.abs(np.array(found) - [0.1, 0.2, 0, 0.7]).max() < 0.01 and found[2] == 0


def test_motifs_drawn_at_random_differ() -> None:
    data = make_motif_sequences(200, n_classes=5, alphabet="HP", motif_length=2, random_state=0, return_X_y=False)
    words = [{"".join(motif) for motif in planted(data)[row : row + 1]} for row in range(200)]
    kinds = [set().union(*(words[row] for row in np.flatnonzero(data.classes == number))) for number in range(5)]
    assert kinds[0] == {""} and sorted(next(iter(kind)) for kind in kinds[1:]) == ["HH", "HP", "PH", "PP"]


def test_narrow_numbers_of_numpy_count_as_others() -> None:
    wide = make_motif_sequences(20, motif_length=60, random_state=0)
    same = make_motif_sequences(np.int8(20), motif_length=np.int8(60), random_state=np.int8(0))
    assert wide[0] == same[0]


def test_a_classifier_finds_what_was_planted() -> None:
    model = make_pipeline(KmerCounter(6), LogisticRegression())
    X, y = make_motif_sequences(300, motifs=[None, "TATAATGC"], random_state=0)
    assert cross_val_score(model, X, y).mean() > 0.9
    X, y = make_motif_sequences(300, motifs=[None, "TATAATGC"], noise=1, random_state=0)
    assert cross_val_score(model, X, y).mean() < 0.6


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"n_samples": True}, "'n_samples' parameter of make_motif_sequences must be an int"),
        ({"n_samples": 0}, "'n_samples' parameter of make_motif_sequences must be an int"),
        ({"noise": 1.1}, "'noise' parameter of make_motif_sequences must be a float"),
        ({"flip_y": -0.1}, "'flip_y' parameter"),
        ({"positions": "center"}, "'positions' parameter"),
        ({"n_classes": 0}, "'n_classes' parameter"),
        ({"motifs": "TATA"}, "'motifs' parameter"),
        ({"lengths": (10, 5)}, r"lengths must be an int of 1 or more, or a pair of them, .*; got \(10, 5\)"),
        ({"lengths": (0, 5)}, "lengths must be"),
        ({"lengths": (5,)}, "lengths must be"),
        ({"lengths": (5, 6, 7)}, "lengths must be"),
        ({"lengths": (5.0, 6)}, "lengths must be"),
        ({"lengths": ()}, "lengths must be"),
        ({"alphabet": "AAC"}, "alphabet must be 'dna'"),
        ({"motifs": []}, "motifs must have one entry a class, 1 or more; got 0"),
        ({"motifs": ["A", "C"], "n_classes": 3}, "motifs must have one entry a class, 3; got 2"),
        ({"motifs": [None, "TAUA"]}, "a motif of class 1 must consist of characters of the dna alphabet ACGT.*'TAUA'"),
        ({"motifs": [None, "TÄTA"]}, "a motif of class 1 must consist"),
        ({"motifs": [""]}, "a motif of class 0 must consist .*; got ''"),
        ({"motifs": [["ACG", 3]]}, "a motif of class 0 must be a string or an array of probabilities; got int"),
        ({"motifs": [np.eye(3)]}, r"a motif of class 0 must have the shape \(any, 4\); got \(3, 3\)"),
        ({"motifs": [np.zeros((0, 4))]}, r"a motif of class 0 must have the shape \(any, 4\)"),
        ({"motifs": [np.ones((2, 4))]}, "a motif of class 0 must hold probabilities"),
        ({"motifs": [np.full((2, 4), np.nan)]}, "a motif of class 0 must hold probabilities"),
        ({"motifs": [None, ["ACGT", "ACGT"]], "lengths": (7, 20)}, "motifs of class 1 have 8 letters, .* strings of 7"),
        ({"motif_length": 61}, "the motifs of class 1 have 61 letters"),
        ({"motif_length": 1, "n_classes": 6}, "motif_length=1 is too short for 5 motifs that differ"),
        ({"background": [1, 1, 1, 1]}, "background must hold probabilities"),
        ({"background": [0.5, 0.5]}, r"background must have the shape \(4\); got \(2,\)"),
        ({"weights": [1, 2, 3]}, "weights must be 2 numbers, one a class"),
        ({"weights": [1, -1]}, "weights must be 2 numbers"),
        ({"weights": [0, 0]}, "weights must be 2 numbers"),
        ({"weights": [1, np.nan]}, "weights must be 2 numbers"),
    ],
)
def test_what_is_refused(fault: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make_motif_sequences(**fault)
