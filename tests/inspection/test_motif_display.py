"""Motifs as logos."""

import sys
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import MarkovChain, MotifDisplay, SequenceCNNClassifier
from skmlbio.sequences import Motif


def motif(name: str, strings: list[str], letters: str = "ACGT") -> Motif:
    counts = sum(np.array([[letter == other for other in letters] for letter in string], float) for string in strings)
    return Motif(name, letters, counts, len(strings), np.full(len(letters), 1 / len(letters)))


SHARP = motif("sharp", ["TATA"] * 10)
VAGUE = motif("vague", ["TATA", "GGCA", "CATT", "ACTA", "GATC"] * 4)
EMPTY = Motif("empty", "ACGT", np.zeros((4, 4)), 0, np.full(4, 0.25))


def titles(display: MotifDisplay) -> list[str]:
    return [ax.get_title(loc="left").partition(":")[0] for ax in display.axes_]


def test_motifs_are_sorted_and_those_without_sites_left_out() -> None:
    motifs = [EMPTY, VAGUE, SHARP]
    assert titles(MotifDisplay.from_motifs(motifs)) == ["sharp", "vague"]
    assert titles(MotifDisplay.from_motifs(motifs, sort_by="sites")) == ["vague", "sharp"]
    display = MotifDisplay.from_motifs(motifs, sort_by=None, n_motifs=1)
    assert titles(display) == ["vague"] and display.motifs_ == [VAGUE] and display.motifs == motifs


def test_letters_are_as_high_as_their_bits() -> None:
    display = MotifDisplay.from_motifs([SHARP, VAGUE])
    for ax, drawn in zip(display.axes_, display.motifs_, strict=True):
        assert ax.get_ylim() == (0, 2) and ax.get_xticks().tolist() == [1, 2, 3, 4]
        highest = max(ax.transData.inverted().transform(patch.get_extents())[1, 1] for patch in ax.patches)
        assert highest == pytest.approx(drawn.bits.sum(axis=1).max(), abs=0.02)
    assert display.axes_[0].get_title(loc="left") == "sharp: TATA, 7.1 bits, 10 sites"
    heights = [ax.get_position().height for ax in display.axes_]
    assert heights[0] == pytest.approx(heights[1]) and display.axes_[0].get_position().y0 > heights[1]


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: make_pipeline(FunctionTransformer(), e), None])
def test_motifs_of_an_estimator(wrap) -> None:
    classifier = SequenceCNNClassifier("dna", n_filters=4, kernel_width=4, epochs=1, random_state=0)
    estimator = GridSearchCV(classifier, {"l2": [0.0]}, cv=2) if wrap is None else wrap(classifier)
    estimator.fit(["ACGTACGT", "TTTTACGG", "GATTACA", "CCGTA"] * 2, [0, 1] * 4)
    display = MotifDisplay.from_estimator(estimator, n_motifs=2)
    assert len(display.axes_) == 2 and display.ax_.axison is False


def test_own_axes_other_letters_and_keywords() -> None:
    _, ax = plt.subplots()
    letters = "ACDEFGHIKLMNPQRSTVWY"
    display = MotifDisplay.from_motifs([motif("a", ["MKV", "MKL"], letters)], ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure
    assert display.axes_[0].get_ylim()[1] == pytest.approx(np.log2(20))
    MotifDisplay.from_motifs([motif("a", ["HPPH"] * 9, "HP")], logo_kwargs={"color_scheme": "gray"})
    (flat,) = MotifDisplay.from_motifs([motif("a", ["ACCA"])]).axes_  # one site tells nothing
    assert flat.get_title(loc="left") == "a: NNNN, 0.0 bits, 1 sites" and flat.get_xlim() == (0.5, 4.5)


@pytest.mark.parametrize("letters", ["ACGT", "ACDEFGHIKLMNPQRSTVWY"])
@pytest.mark.parametrize("widths", [(9,), (40, 60), (300, 12)])
def test_wide_motifs_are_legible(widths: tuple[int, ...], letters: str) -> None:
    text = letters * 75
    display = MotifDisplay.from_motifs([motif(f"filter_{width}", [text[:width]] * 50, letters) for width in widths])
    display.figure_.draw_without_rendering()  # matplotlib warns where nothing is left of axes
    right = display.figure_.bbox.x1
    for ax in display.axes_:
        assert ax.get_window_extent().width > 0.85 * right
        (title,) = (child for child in ax.get_children() if getattr(child, "get_text", str)() == _title_of(ax))
        assert title.get_window_extent().x1 <= right
        labels = [label.get_window_extent() for label in ax.get_xticklabels()]
        assert all(one.x1 < other.x0 for one, other in pairwise(labels))
    assert len({tuple(ax.get_yticks()) for ax in display.axes_}) == 1


def test_places_and_consensus_are_thinned_out_where_there_is_no_room() -> None:
    _, (left, right) = plt.subplots(1, 2, layout="constrained")
    displays = [
        MotifDisplay.from_motifs([motif("wide", ["ACGT" * n] * 50)], ax=ax) for n, ax in ((15, left), (2, right))
    ]
    wide, narrow = (display.axes_[0] for display in displays)
    assert wide.get_xticks().tolist() == [1, *range(10, 61, 10)] and "…, " in _title_of(wide)
    assert narrow.get_xticks().tolist() == list(range(1, 9))
    assert wide.get_yticks().tolist() == narrow.get_yticks().tolist() == [0, 1, 2]


def _title_of(ax) -> str:
    return ax.get_title(loc="left")


def test_what_cannot_be_drawn_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="there is no motif with sites, so there is nothing to draw"):
        MotifDisplay.from_motifs([EMPTY])
    with pytest.raises(ValueError, match="sort_by must be 'information', 'sites' or None, not 'size'"):
        MotifDisplay.from_motifs([SHARP], sort_by="size")
    with pytest.raises(ValueError, match="n_motifs must be an int of 1 or more, or None for all, not 0"):
        MotifDisplay.from_motifs([SHARP], n_motifs=0)
    for wrong in (2.5, "a"):
        with pytest.raises(ValueError, match=f"n_motifs must be an int of 1 or more, or None for all, not {wrong!r}"):
            MotifDisplay.from_motifs([SHARP], n_motifs=wrong)
    with pytest.raises(TypeError, match="MotifDisplay takes a sequence of motifs, but motif 0 is a str"):
        MotifDisplay.from_motifs(["a"])
    with pytest.raises(TypeError, match="MotifDisplay takes a sequence of motifs, got a single one"):
        MotifDisplay.from_motifs(SHARP)
    with pytest.raises(TypeError, match=r"logo_kwargs: logomaker\.Logo has no keyword 'colour'"):
        MotifDisplay.from_motifs([SHARP], logo_kwargs={"colour": "gray"})
    of_tokens = SequenceCNNClassifier(n_filters=2, kernel_width=2, epochs=1).fit([["a", "b"], ["b"]] * 2, [0, 1] * 2)
    with pytest.raises(TypeError, match="needs an estimator of strings: lists of tokens have no letters"):
        MotifDisplay.from_estimator(of_tokens)
    with pytest.raises(NotFittedError, match=r"call its fit before MotifDisplay\.from_estimator"):
        MotifDisplay.from_estimator(SequenceCNNClassifier())
    with pytest.raises(TypeError, match="needs an estimator with motifs_, and MarkovChain has none"):
        MotifDisplay.from_estimator(MarkovChain(1).fit(["ACGT"] * 3))
    monkeypatch.setitem(sys.modules, "logomaker", None)
    with pytest.raises(ImportError, match=r'MotifDisplay\.plot needs logomaker: pip install "skmlbio\[logo\]"'):
        MotifDisplay.from_motifs([SHARP])
