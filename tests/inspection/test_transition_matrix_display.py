"""Transition matrices as pictures."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import MarkovChain, MarkovClassifier, TransitionMatrixDisplay

STRINGS = ["ACACACACGT", "ACACACAC", "CACAGTCA", "GATTACA"]


def names(display: TransitionMatrixDisplay) -> tuple[list[str], list[str]]:
    return tuple(
        [label.get_text() for label in axis.get_ticklabels()] for axis in (display.ax_.yaxis, display.ax_.xaxis)
    )


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: make_pipeline(FunctionTransformer(), e), None])
def test_the_matrix_of_a_chain_is_drawn_with_its_names(wrap) -> None:
    chain = MarkovChain(1)
    estimator = GridSearchCV(chain, {"order": [1]}, cv=2) if wrap is None else wrap(chain)
    display = TransitionMatrixDisplay.from_estimator(estimator.fit(STRINGS))
    np.testing.assert_array_equal(display.image_.get_array(), chain.fit(STRINGS).transition_matrix_)
    assert names(display) == (list("ACGT"), list("ACGT"))
    assert display.ax_.get_ylim() == (3.5, -0.5) and display.image_.get_clim()[0] == 0
    assert [t.get_text() for t in display.texts_] == [f"{p:.2f}" for p in chain.transition_matrix_.ravel()]
    assert display.colorbar_.mappable is display.image_


def test_shorter_contexts_and_one_class_of_a_classifier() -> None:
    chain = MarkovClassifier(2).fit(STRINGS, ["a", "a", "b", "b"]).chains_[1]
    display = TransitionMatrixDisplay.from_estimator(chain)
    assert names(display)[0][:3] == ["AA", "AC", "AG"]
    display = TransitionMatrixDisplay.from_estimator(chain, order=0)
    assert names(display)[0] == ["none"] and display.image_.get_array().shape == (1, 4)
    with pytest.raises(ValueError, match="order must be an int from 0 to the 2 of this chain; got 3"):
        TransitionMatrixDisplay.from_estimator(chain, order=3)


def test_large_matrices_name_some_rows_and_write_no_numbers() -> None:
    chain = MarkovChain(4).fit(STRINGS)
    display = TransitionMatrixDisplay.from_estimator(chain)
    shown = names(display)[0]
    assert display.texts_ == [] and len(shown) == 64 and shown[:2] == ["AAAA", "AACA"]
    assert display.ax_.get_yticks()[:2].tolist() == [0, 4]
    assert len(TransitionMatrixDisplay.from_estimator(chain, order=3, values=True).texts_) == 256


def test_own_axes_keywords_and_a_difference() -> None:
    _, ax = plt.subplots()
    display = TransitionMatrixDisplay.from_matrix(
        [[-0.5, 0.5]], ["A_$"], ["x", "y"], ax=ax, values=True, im_kwargs={"cmap": "RdBu", "vmin": -1, "vmax": 1}
    )
    assert display.ax_ is ax and display.figure_ is ax.figure
    assert display.image_.get_cmap().name == "RdBu" and display.image_.get_clim() == (-1, 1)
    assert [text.get_text() for text in display.texts_] == ["-0.50", "0.50"]
    assert names(display)[0] == [r"A_\$"]


def test_numbers_are_dark_on_bright_and_bright_on_dark() -> None:
    texts = TransitionMatrixDisplay.from_matrix([[0.0, 1.0]], ["A"], ["x", "y"]).texts_
    assert [text.get_color() for text in texts] == ["white", "black"]


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"a matrix of 2 contexts and 3 letters must be of shape \(2, 3\); .* \(2, 2\)"
    ):
        TransitionMatrixDisplay.from_matrix(np.ones((2, 2)), "AB", "ABC")
    with pytest.raises(NotFittedError, match=r"call its fit before TransitionMatrixDisplay\.from_estimator"):
        TransitionMatrixDisplay.from_estimator(MarkovChain())
    classifier = MarkovClassifier(1).fit(STRINGS, [0, 0, 1, 1])
    with pytest.raises(TypeError, match="MarkovClassifier has none; take one of its chains_"):
        TransitionMatrixDisplay.from_estimator(classifier)
