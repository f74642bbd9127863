"""Attention maps with residues on the axes."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import AttentionClassifier
from skmlbio.inspection import AttentionMapDisplay

SEQUENCE = "ACGTT"
MAPS = np.random.default_rng(0).dirichlet(np.ones(5), size=(2, 3, 5)).astype(np.float32)


class Attentive(BaseEstimator):
    """An estimator with maps that count residues."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def attention_maps(self, X):
        return [np.full((2, 3, len(s), len(s)), 1 / len(s)) for s in X]


def labels(display: AttentionMapDisplay) -> tuple[list[str], list[str]]:
    axes = display.ax_.xaxis, display.ax_.yaxis
    return tuple([label.get_text() for label in axis.get_ticklabels()] for axis in axes)


def ticks(display: AttentionMapDisplay) -> tuple[str, str]:
    """The letters on the axes, without the numbers."""
    columns, rows = labels(display)
    return "".join(text[0] for text in columns), "".join(text[-1] for text in rows)


@pytest.mark.parametrize(
    ("block", "head", "expected", "title"),
    [
        (-1, None, MAPS[1].mean(axis=0), "mean over heads of block 1"),
        (0, 2, MAPS[0, 2], "head 2 of block 0"),
        (1, -1, MAPS[1, 2], "head 2 of block 1"),
    ],
)
def test_the_chosen_map_is_drawn(block: int, head: int | None, expected: np.ndarray, title: str) -> None:
    display = AttentionMapDisplay.from_maps(MAPS, SEQUENCE, block=block, head=head)
    np.testing.assert_array_equal(display.image_.get_array(), expected)
    assert display.ax_.get_title() == title
    assert ticks(display) == (SEQUENCE, SEQUENCE)
    assert display.ax_.get_ylim() == (4.5, -0.5)  # the first residue on top
    assert display.colorbar_.mappable is display.image_


def test_a_single_block_goes_without_saying() -> None:
    assert AttentionMapDisplay.from_maps(MAPS[:1], SEQUENCE, head=0).ax_.get_title() == "head 0"


@pytest.mark.parametrize("piped", [False, True])
def test_from_estimator(piped: bool) -> None:
    lower = FunctionTransformer(lambda X: [s.lower() for s in X])
    estimator = make_pipeline(lower, Attentive()) if piped else Attentive()
    display = AttentionMapDisplay.from_estimator(estimator.fit([SEQUENCE]), SEQUENCE, block=0)
    np.testing.assert_allclose(display.image_.get_array(), np.full((5, 5), 0.2))
    assert ticks(display)[0] == (SEQUENCE.lower() if piped else SEQUENCE)


def test_biopython_records() -> None:
    seq_record = pytest.importorskip("Bio.SeqRecord")
    record = seq_record.SeqRecord(pytest.importorskip("Bio.Seq").Seq(SEQUENCE))
    assert ticks(AttentionMapDisplay.from_estimator(Attentive().fit([]), record))[0] == SEQUENCE


@pytest.mark.parametrize(
    ("length", "first", "shown"),
    [
        (5, 1, {1: 0, 5: 4}),
        (30, -30, {-30: 0, -25: 5, -5: 25}),
        (60, -30, {-30: 0, 0: 30, 20: 50}),
        (100, 1, {20: 19, 100: 99}),
        (3000, 0, {0: 0, 500: 500}),
    ],
)
def test_positions_are_numbered_and_as_many_letters_shown_as_can_be_read(length: int, first: int, shown: dict) -> None:
    sequence = ("WACGTLKDEF" * length)[:length]
    display = AttentionMapDisplay.from_maps(np.full((1, 1, length, length), 1 / length), sequence, first_position=first)
    display.figure_.canvas.draw()
    columns, rows = (dict(zip(display.ax_.get_xticks(), texts, strict=True)) for texts in labels(display))
    for number, place in shown.items():
        assert columns[place] == f"{sequence[place]}\n{number}"
        assert rows[place] == f"{number} {sequence[place]}"
    assert len(columns) == length if length < 40 else 5 <= len(columns) <= 20
    for axis, low, high in ((display.ax_.xaxis, "x0", "x1"), (display.ax_.yaxis, "y1", "y0")):
        boxes = [label.get_window_extent() for label in axis.get_ticklabels()]
        sign = 1 if low == "x0" else -1  # the first row is on top
        assert all(sign * getattr(one, high) <= sign * getattr(other, low) + 1 for one, other in pairwise(boxes))
        assert min(label.get_fontsize() for label in axis.get_ticklabels()) >= 6


def test_a_nested_pipeline_is_gone_through() -> None:
    lower, reverse = (
        FunctionTransformer(f) for f in (lambda X: [s.lower() for s in X], lambda X: [s[::-1] for s in X])
    )
    estimator = make_pipeline(lower, make_pipeline(reverse, Attentive())).fit([SEQUENCE])
    assert ticks(AttentionMapDisplay.from_estimator(estimator, SEQUENCE))[0] == SEQUENCE[::-1].lower()


def test_own_axes_and_keywords() -> None:
    _, ax = plt.subplots()
    display = AttentionMapDisplay(MAPS, SEQUENCE).plot(ax, im_kwargs={"cmap": "Greys", "vmax": 0.5})
    assert display.ax_ is ax and display.figure_ is ax.figure
    assert (display.image_.get_cmap().name, display.image_.get_clim()) == ("Greys", (0.0, 0.5))


@pytest.mark.parametrize(
    ("maps", "options", "message"),
    [
        (
            MAPS[0],
            {},
            r"maps of a string of 5 residues must be of shape \(n_blocks, n_heads, 5, 5\), .*; theirs is \(3, 5, 5\)",
        ),
        (MAPS[..., :4], {}, "must be of shape"),
        (MAPS, {"block": 2}, "there is no block 2: the maps have 2, counted from 0"),
        (MAPS, {"head": -4}, "there is no head -4: the maps have 3, counted from 0"),
        (MAPS, {"block": "a"}, "block must be an integer, got 'a'"),
        (MAPS, {"head": 0.5}, "head must be an integer, got 0.5"),
        (MAPS, {"first_position": "a"}, "first_position must be an integer, got 'a'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(maps: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AttentionMapDisplay.from_maps(maps, SEQUENCE, **options)


def test_estimators_that_cannot_are_refused() -> None:
    with pytest.raises(NotFittedError, match=r"call its fit before AttentionMapDisplay\.from_estimator"):
        AttentionMapDisplay.from_estimator(Attentive(), SEQUENCE)
    fitted = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(TypeError, match="needs an estimator with attention_maps, and LogisticRegression has none"):
        AttentionMapDisplay.from_estimator(fitted, SEQUENCE)


def test_lists_of_tokens_are_labelled_by_their_tokens() -> None:
    tokens = ["ATG", "GCC", "AAA"]
    estimator = AttentionClassifier(epochs=1, embedding_dim=4, n_heads=2, random_state=0)
    estimator.fit([tokens, tokens[::-1], tokens[:2], ["AAA"]], [0, 1, 0, 1])
    display = AttentionMapDisplay.from_estimator(estimator, tokens)
    assert [label.get_text().split()[-1] for label in display.ax_.get_yticklabels()] == tokens


@pytest.mark.parametrize(("length", "first", "shown"), [(5, "A\n20", 1), (100, "A\n30", 11)])
def test_a_class_token_stands_before_the_residues(length: int, first: str, shown: int) -> None:
    maps = np.eye(length + 1)[np.newaxis, np.newaxis]
    display = AttentionMapDisplay.from_maps(maps, (SEQUENCE * length)[:length], first_position=20)
    np.testing.assert_array_equal(display.image_.get_array(), maps[0, 0])
    columns, rows = labels(display)
    assert columns[:2] == ["[CLS]", first] and rows[0] == "[CLS]"
    assert display.ax_.get_xticks()[:2].tolist() == [0, shown]
    display.figure_.canvas.draw()
    token, residue, *_ = (label.get_window_extent() for label in display.ax_.get_xticklabels())
    assert token.x1 <= residue.x0 + 1


# Translations ---------------------------------------------------------------------------------------------------------


class Translating(Attentive):
    """An estimator that writes every other letter in lower case."""

    def predict(self, X):
        return [s[::2].lower() for s in X]

    def attention_maps(self, X, y=None):
        return [np.full((1, 2, len(b), len(a)), 1 / len(a)) for a, b in zip(X, y, strict=True)]


def test_a_translation_stands_at_the_rows() -> None:
    estimator = Translating().fit([])
    display = AttentionMapDisplay.from_estimator(estimator, "ACGTTA", first_position=-2)
    columns, rows = labels(display)
    assert rows == ["1 a", "2 g", "3 t"] and columns[0] == "A\n-2" and len(columns) == 6
    assert display.image_.get_array().shape == (3, 6)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("read", "written")
    given = AttentionMapDisplay.from_estimator(estimator, "AC", target=["one", "two", "six"])
    assert labels(given)[1] == ["1 one", "2 two", "3 six"]  # as many as there are, whatever the estimator writes


def test_a_translation_has_to_fit_the_maps() -> None:
    maps = np.ones((1, 1, 2, 3))
    assert labels(AttentionMapDisplay.from_maps(maps, "ACG", target="ab"))[1] == ["1 a", "2 b"]
    assert labels(AttentionMapDisplay.from_maps(maps, "ACG", target="90"))[1] == ["1: 9", "2: 0"]
    with pytest.raises(ValueError, match=r"of 3 tokens and a translation of 4 must be of shape .*4, 3\); theirs is"):
        AttentionMapDisplay.from_maps(maps, "ACG", target="abcd")
    with pytest.raises(TypeError, match="target is for an estimator that translates, and Attentive does not"):
        AttentionMapDisplay.from_estimator(Attentive().fit([]), SEQUENCE, target="ab")
