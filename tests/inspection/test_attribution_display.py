"""What counts in a string: letters, bars, heat maps."""

import itertools

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio.inspection import AttributionDisplay
from skmlbio.sequences import get_alphabet

SEQUENCE = "ACgTN"
HEIGHTS = [1.0, -2.0, 0.5, 0.0, 3.0]
RANDOM = np.random.default_rng(0)
CHANGES = RANDOM.normal(size=(5, 4)) * (1 - np.eye(5, 4))  # the string's own letters are zero


class Attributing(BaseEstimator):
    """An estimator that returns known numbers."""

    def fit(self, X, y=None):
        self.alphabet_ = get_alphabet("dna")
        return self

    def attributions(self, X, *, method="integrated_gradients", target=None):
        scale = 1 if target is None else target
        return [scale * (CHANGES if method == "mutagenesis" else np.outer(HEIGHTS, [0.5, 0.5, 0, 0])) for _ in X]


def drawn_letters(display: AttributionDisplay) -> list[tuple[float, float]]:
    """The lowest and the highest point of each letter."""
    (collection,) = [each for each in display.ax_.collections if isinstance(each, PathCollection)]
    boxes = [path.get_extents() for path in collection.get_paths()]
    return [(box.y0, box.y1) for box in boxes]


def test_letters_are_as_high_as_they_count() -> None:
    display = AttributionDisplay.from_attributions(HEIGHTS, SEQUENCE)
    expected = [sorted((0.0, height)) for height in HEIGHTS]
    np.testing.assert_allclose(drawn_letters(display), expected, atol=1e-9)
    assert display.image_ is None and display.colorbar_ is None
    low, high = display.ax_.get_ylim()
    assert low < -2 and high > 3 and display.ax_.get_xlim() == (-0.5, 4.5)
    collection = next(each for each in display.ax_.collections if isinstance(each, PathCollection))
    colors = [tuple(color) for color in collection.get_facecolors()]
    assert len(set(colors)) == 5
    boxes = [path.get_extents() for path in collection.get_paths()]
    for place, box in enumerate(boxes):
        assert place - 0.5 < box.x0 < box.x1 < place + 0.5


def test_narrow_integers_of_numpy() -> None:
    display = AttributionDisplay.from_attributions(HEIGHTS, SEQUENCE, first_position=np.int8(125), between=(126, 129))
    assert display.ax_.get_xlim() == (0.5, 4.5)
    display = AttributionDisplay.from_attributions(
        HEIGHTS, SEQUENCE, first_position=np.int8(-128), between=(np.int8(-127), np.int8(-126))
    )
    assert display.ax_.get_xlim() == (0.5, 2.5)


def test_columns_are_summed() -> None:
    display = AttributionDisplay.from_attributions(np.outer(HEIGHTS, [0.5, 0.5, 1, -1]), SEQUENCE)
    np.testing.assert_allclose(display.heights_, HEIGHTS)


def test_changes_by_substitutions_are_a_heat_map() -> None:
    display = AttributionDisplay.from_attributions(CHANGES, SEQUENCE)
    np.testing.assert_allclose(display.image_.get_array(), CHANGES.T)
    low, high = display.image_.get_clim()
    assert -low == high == np.abs(CHANGES).max()
    assert display.colorbar_.mappable is display.image_
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == list("ACGT")
    assert [label.get_text()[0] for label in display.ax_.get_xticklabels()] == list(SEQUENCE)
    (dots,) = display.ax_.lines
    assert np.array_equal(dots.get_xydata(), [[0, 0], [1, 1], [2, 2], [3, 3]])  # N has none


def test_changes_as_letters_are_what_is_lost_without_them() -> None:
    display = AttributionDisplay.from_attributions(CHANGES, SEQUENCE, kind="letters")
    np.testing.assert_allclose(display.heights_, -CHANGES.sum(axis=1) / [3, 3, 3, 3, 4])
    assert display.image_ is None
    as_map = AttributionDisplay.from_attributions(np.ones((5, 4)), SEQUENCE, kind="heatmap")
    assert as_map.image_.get_array().shape == (4, 5)


@pytest.mark.parametrize("letters", ["ACGU", "HP", "ACDEFGHIKLMNPQRSTVWY"])
def test_any_alphabet(letters: str) -> None:
    values = np.ones((len(letters), len(letters))) - np.eye(len(letters))
    display = AttributionDisplay.from_attributions(values, letters, letters=letters)
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == list(letters)
    np.testing.assert_allclose(display.plot(kind="letters").heights_, -1)
    assert len(drawn_letters(display)) == len(letters)


def test_long_strings_are_bars_and_a_part_of_them_letters() -> None:
    sequence, heights = "ACGT" * 100, RANDOM.normal(size=400)
    display = AttributionDisplay.from_attributions(heights, sequence, first_position=-99)
    assert len(display.ax_.patches) == 400 and not display.ax_.collections
    bars = sorted((bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in display.ax_.patches)
    np.testing.assert_allclose(bars, np.column_stack([np.arange(400), heights]), atol=1e-9)
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == list("ACGT")
    assert "-80" in [label.get_text() for label in display.ax_.get_xticklabels()]
    display.plot(between=(-10, 20))
    assert len(drawn_letters(display)) == 31
    np.testing.assert_allclose(np.sum(drawn_letters(display), axis=1), heights[89:120], atol=1e-9)
    texts = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert dict(zip(display.ax_.get_xticks(), texts, strict=True))[99] == "0" and display.ax_.get_xlim() == (
        88.5,
        119.5,
    )


def test_tokens_are_bars_with_names() -> None:
    tokens = ["ATG", "GCC", "TAA"]
    display = AttributionDisplay.from_attributions([1.0, -1.0, 0.5], tokens, letters=["ATG", "GCC", "TAA", "AAA"])
    assert [bar.get_height() for bar in display.ax_.patches] == [1.0, -1.0, 0.5]
    assert [label.get_text().split()[-1] for label in display.ax_.get_xticklabels()] == tokens


@pytest.mark.parametrize("piped", [False, True])
def test_from_estimator(piped: bool) -> None:
    lower = FunctionTransformer(lambda X: [s.lower() for s in X])
    estimator = (make_pipeline(lower, Attributing()) if piped else Attributing()).fit([SEQUENCE])
    display = AttributionDisplay.from_estimator(estimator, SEQUENCE, target=2)
    np.testing.assert_allclose(display.heights_, np.multiply(2, HEIGHTS))
    assert display.sequence == (SEQUENCE.lower() if piped else SEQUENCE) and display.letters == "ACGT"
    assert AttributionDisplay.from_estimator(estimator, SEQUENCE, method="mutagenesis").image_ is not None


def test_biopython_records() -> None:
    seq_record = pytest.importorskip("Bio.SeqRecord")
    record = seq_record.SeqRecord(pytest.importorskip("Bio.Seq").Seq(SEQUENCE))
    assert AttributionDisplay.from_estimator(Attributing().fit([]), record).sequence == SEQUENCE


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (
            CHANGES[:4],
            {},
            r"of a string of 5 residues and of 4 letters must be of shape \(5, 4\) or \(5,\); theirs is \(4",
        ),
        (CHANGES, {"letters": "ACG"}, r"must be of shape \(5, 3\) or \(5,\)"),
        ([1.0, 2.0, np.nan, 0.0, 0.0], {}, "must be finite, and those of residue 2 are not"),
        (HEIGHTS, {"kind": "heatmap"}, "a heat map needs a number for each letter at each place"),
        (HEIGHTS, {"kind": "logo"}, "kind must be 'auto', 'letters' or 'heatmap', got 'logo'"),
        (HEIGHTS, {"between": (0, 3)}, r"between must be two positions from 1 to 5, in order; got \(0, 3\)"),
        (HEIGHTS, {"between": (4, 2)}, "in order"),
        *[
            (HEIGHTS, {"between": between}, "between must be two positions from 1 to 5, in order; got")
            for between in [(1.5, 3), 3, (1, 2, 3), "ab"]
        ],
        (HEIGHTS, {"first_position": "a"}, "first_position must be an integer, got 'a'"),
        (["a"] * 5, {}, r"attributions must be numbers, all rows of them alike, got \['a'"),
        ([[1, 2], [3]], {}, r"attributions must be numbers, all rows of them alike, got \[\[1, 2"),
        (HEIGHTS, {"first_position": 1.5}, "first_position must be an integer, got 1.5"),
        ([1e308, 0.0, 0.0, 0.0, -1e308], {}, r"attributions must lie between -1e\+100 and 1e\+100 to be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_refused(values: object, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AttributionDisplay.from_attributions(values, SEQUENCE, **options)


@pytest.mark.parametrize("sequence", ["", "AC TN", ["A", "", "C", "G", "T"], [1, 2, 3, 4, 5]])
def test_sequences_that_cannot_be_drawn_are_refused(sequence: object) -> None:
    with pytest.raises(ValueError, match="sequence must hold letters or tokens, none of which is blank; got"):
        AttributionDisplay.from_attributions(HEIGHTS[: len(sequence)], sequence)


@pytest.mark.parametrize("n_tokens", [22, 60, 130])
def test_labels_of_tokens_do_not_collide(n_tokens: int) -> None:
    display = AttributionDisplay.from_attributions(np.ones(n_tokens), ["ACG"] * n_tokens)
    display.figure_.draw_without_rendering()
    boxes = [label.get_window_extent() for label in display.ax_.get_xticklabels()]
    gaps = [right.x0 - left.x1 for left, right in itertools.pairwise(boxes)]
    assert len(boxes) > 9 and min(gaps) > -0.5 and max(box.width for box in boxes) < 15
    assert "10 ACG" in [label.get_text() for label in display.ax_.get_xticklabels()]


def test_estimators_that_cannot_are_refused() -> None:
    with pytest.raises(NotFittedError, match=r"call its fit before AttributionDisplay\.from_estimator"):
        AttributionDisplay.from_estimator(Attributing(), SEQUENCE)
    fitted = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(TypeError, match="needs an estimator with attributions, and LogisticRegression has none"):
        AttributionDisplay.from_estimator(fitted, SEQUENCE)


def test_nothing_counts() -> None:
    display = AttributionDisplay.from_attributions(np.zeros(5), SEQUENCE)
    assert display.ax_.get_ylim() == (-1.0, 1.0)
    assert AttributionDisplay.from_attributions(np.zeros((5, 4)), SEQUENCE, kind="heatmap").image_.get_clim() == (-1, 1)
