"""Samples beside their reconstructions."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio.inspection import ReconstructionDisplay

IRIS = load_iris(as_frame=True).data
DIGITS = load_digits().data[:40]
ORIGINAL = np.random.default_rng(0).normal(size=(50, 6)) * [1, 10, 100, 1, 1, 1]
# Errors of 6, 5, ... 1 tenths of a standard deviation, in a mixed order
TENTHS = np.array([3, 6, 1, 5, 2, 4])
RECONSTRUCTION = ORIGINAL + TENTHS / 10 * ORIGINAL.std(axis=0)


class ReconstructingPCA(PCA):
    """PCA with the method of an auto-encoder."""

    def reconstruct(self, X):
        return self.inverse_transform(self.transform(X))


def row_names(display: ReconstructionDisplay) -> list[str]:
    return [label.get_text() for label in display.ax_.get_yticklabels()]


def widths(display: ReconstructionDisplay) -> list[float]:
    return [bar.get_width() for bar in display.artists_]


@pytest.mark.parametrize("estimator", [ReconstructingPCA(2), PCA(2), make_pipeline(StandardScaler(), PCA(2))])
def test_from_estimator_reconstructs_in_the_units_of_the_data(estimator: Any) -> None:
    display = ReconstructionDisplay.from_estimator(estimator.fit(IRIS), IRIS)
    expected = estimator.inverse_transform(estimator.transform(IRIS))
    np.testing.assert_array_equal(display.original, IRIS)
    np.testing.assert_allclose(display.reconstruction, expected)
    assert sorted(row_names(display)) == sorted(IRIS.columns)


def test_reconstruct_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    estimator = ReconstructingPCA(2).fit(DIGITS)
    monkeypatch.setattr(estimator, "reconstruct", lambda X: np.asarray(X) + 1)
    display = ReconstructionDisplay.from_estimator(estimator, DIGITS)
    np.testing.assert_array_equal(display.reconstruction, DIGITS + 1)


def test_what_a_search_found_best_is_asked() -> None:
    search = GridSearchCV(ReconstructingPCA(), {"n_components": [2]}, cv=2).fit(DIGITS)
    search.best_estimator_.reconstruct = lambda X: np.asarray(X) + 1
    display = ReconstructionDisplay.from_estimator(search, DIGITS)
    np.testing.assert_array_equal(display.reconstruction, DIGITS + 1)


def test_sparse_samples_are_drawn() -> None:
    display = ReconstructionDisplay.from_estimator(ReconstructingPCA(2).fit(csr_array(DIGITS)), csr_array(DIGITS))
    np.testing.assert_array_equal(display.original, DIGITS)


def test_errors_are_ranked_in_standard_deviations() -> None:
    display = ReconstructionDisplay.from_data(ORIGINAL, RECONSTRUCTION)
    assert row_names(display) == ["x1", "x3", "x5", "x0", "x4", "x2"]
    np.testing.assert_allclose(widths(display), [0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    assert display.ax_.get_xlabel() == "root mean squared error / standard deviation"
    assert display.ax_.get_title() == ""
    assert display.ax_.yaxis_inverted()  # the worst on top


def test_errors_can_be_ranked_as_they_are() -> None:
    display = ReconstructionDisplay.from_data(ORIGINAL, RECONSTRUCTION, standardize=False, n_shown=2)
    assert row_names(display) == ["x2", "x1"]
    np.testing.assert_allclose(widths(display), (TENTHS / 10 * ORIGINAL.std(axis=0))[[2, 1]])
    assert display.ax_.get_xlabel() == "root mean squared error"
    assert display.ax_.get_title() == "the 2 worst of 6 features"


def test_constant_features_are_left_out_of_a_standardized_ranking() -> None:
    original, names = ORIGINAL.copy(), list("abcdef")
    original[:, 1] = 0.1
    display = ReconstructionDisplay.from_data(original, RECONSTRUCTION, feature_names=names)
    assert row_names(display) == ["d", "f", "a", "e", "c"]


def test_names_come_from_a_data_frame() -> None:
    frame = pd.DataFrame(ORIGINAL, columns=[f"gene {letter}" for letter in "abcdef"])
    assert row_names(ReconstructionDisplay.from_data(frame, RECONSTRUCTION))[0] == "gene b"


def test_scatter_of_the_worst_features() -> None:
    display = ReconstructionDisplay.from_data(ORIGINAL, RECONSTRUCTION, kind="scatter", n_shown=3)
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["x1", "x3", "x5"]
    assert display.ax_.get_legend().get_title().get_text() == "worst features"
    x, y = np.asarray(display.artists_[0].get_offsets()).T
    np.testing.assert_allclose([x.mean(), x.std()], [0, 1], atol=1e-12)
    np.testing.assert_allclose(y - x, 0.6)


def test_scatter_of_values_as_they_are() -> None:
    display = ReconstructionDisplay.from_data(ORIGINAL, RECONSTRUCTION, kind="scatter", standardize=False, n_shown=1)
    np.testing.assert_array_equal(
        display.artists_[0].get_offsets(), np.column_stack([ORIGINAL[:, 2], RECONSTRUCTION[:, 2]])
    )


def test_images_in_pairs_with_their_errors() -> None:
    display = ReconstructionDisplay.from_data(DIGITS, DIGITS + 2, image_shape=(8, 8), n_shown=3)
    picture = np.ma.filled(display.artists_[0].get_array(), np.nan)
    assert picture.shape == (17, 26)
    np.testing.assert_array_equal(picture[:8, 9:17], DIGITS[1].reshape(8, 8))
    np.testing.assert_array_equal(picture[9:, 18:], DIGITS[2].reshape(8, 8) + 2)
    assert row_names(display) == ["original", "reconstruction"]
    assert [label.get_text() for label in display.ax_.get_xticklabels()] == ["4", "4", "4"]
    assert display.ax_.get_xlabel() == "mean squared error"


def test_at_most_ten_images_unless_asked() -> None:
    display = ReconstructionDisplay.from_data(DIGITS, DIGITS, image_shape=(8, 8))
    assert len(display.ax_.get_xticks()) == 10
    assert len(display.plot(n_shown=99).ax_.get_xticks()) == 40


def test_coloured_images_from_arrays_of_images() -> None:
    images = np.random.default_rng(0).random((4, 6, 5, 3))
    display = ReconstructionDisplay.from_data(images, images, image_shape=(6, 5, 3))
    assert display.artists_[0].get_array().shape == (13, 23, 3)


def test_a_display_of_images_can_show_errors_too() -> None:
    display = ReconstructionDisplay.from_data(DIGITS, DIGITS + 1, image_shape=(8, 8))
    assert len(display.plot(kind="errors", n_shown=5).artists_) == 5


def test_plot_kwargs_have_the_last_word() -> None:
    bars = ReconstructionDisplay.from_data(ORIGINAL, RECONSTRUCTION, plot_kwargs={"color": (1, 0, 0)}).artists_
    assert {bar.get_facecolor() for bar in bars} == {(1, 0, 0, 1)}
    picture = ReconstructionDisplay.from_data(DIGITS, DIGITS, image_shape=(8, 8), plot_kwargs={"cmap": "magma"})
    assert picture.artists_[0].get_cmap().name == "magma"


@pytest.mark.parametrize(
    ("reconstruction", "keywords", "message"),
    [
        (DIGITS[:5], {}, r"must have one shape, not \(40, 64\) and \(5, 64\)"),
        (DIGITS[:, :9], {}, r"must have one shape, not \(40, 64\) and \(40, 9\)"),
        (DIGITS + np.inf, {}, "Input reconstruction contains infinity"),
        (DIGITS, {"image_shape": (8, 9)}, r"image_shape \(8, 9\) does not fit samples of 64 values"),
        (DIGITS, {"image_shape": (-8, -8)}, r"image_shape \(-8, -8\) does not fit samples of 64 values"),
        (DIGITS, {"image_shape": (64,)}, r"must be \(height, width\) or \(height, width, 3\), not \(64,\)"),
        (DIGITS, {"image_shape": (4, 4, 4)}, r"must be \(height, width\) or \(height, width, 3\), not \(4, 4, 4\)"),
        (DIGITS, {"kind": "images"}, r"kind='images' needs image_shape, such as \(28, 28\)"),
        (DIGITS, {"kind": "bars"}, "kind must be 'auto', 'images', 'errors' or 'scatter', not 'bars'"),
        (DIGITS, {"n_shown": 0}, "n_shown must be a whole number of at least 1, not 0"),
        (DIGITS, {"n_shown": 2.5}, "n_shown must be a whole number of at least 1, not 2.5"),
        (DIGITS, {"feature_names": ["a", "b"]}, "there are 2 feature_names for 64 features"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_opens_no_figure(reconstruction: Any, keywords: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReconstructionDisplay.from_data(DIGITS, reconstruction, **keywords)
    assert plt.get_fignums() == []


def test_an_estimator_that_cannot_reconstruct_is_named() -> None:
    fitted = LogisticRegression().fit(DIGITS, np.arange(40) % 2)
    with pytest.raises(TypeError, match="with reconstruct, or with transform and inverse_transform, and Logistic"):
        ReconstructionDisplay.from_estimator(fitted, DIGITS)
