"""Codes as points in the latent space."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.colors import to_rgba
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio.inspection import LatentSpaceDisplay

X, Y = load_iris(return_X_y=True)
SPECIES = load_iris().target_names[Y]
CODES = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)


def offsets(display: LatentSpaceDisplay) -> np.ndarray:
    return np.concatenate([np.asarray(scatter.get_offsets()) for scatter in display.artists_])


def legend_texts(display: LatentSpaceDisplay) -> list[str]:
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


@pytest.mark.parametrize("output", ["default", "pandas", "polars"])
def test_from_estimator_transforms_with_a_whole_pipeline(output: str) -> None:
    pipeline = make_pipeline(StandardScaler(), PCA(n_components=3)).set_output(transform=output).fit(X)
    display = LatentSpaceDisplay.from_estimator(pipeline, X)
    expected = np.asarray(pipeline.transform(X))
    np.testing.assert_array_equal(display.codes, expected)
    np.testing.assert_array_equal(offsets(display), expected[:, :2])
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("pca0", "pca1")
    assert display.ax_.get_legend() is None


def test_classes_have_a_legend_and_a_look_of_their_own() -> None:
    display = LatentSpaceDisplay.from_estimator(PCA(n_components=2).fit(X), X, y=SPECIES, y_name="species")
    assert legend_texts(display) == ["setosa", "versicolor", "virginica"]
    assert display.ax_.get_legend().get_title().get_text() == "species"
    assert [len(scatter.get_offsets()) for scatter in display.artists_] == [50, 50, 50]
    np.testing.assert_array_equal(offsets(display), display.codes)  # iris is sorted by species
    assert len({tuple(scatter.get_facecolor()[0]) for scatter in display.artists_}) == 3
    assert len({str(scatter.get_paths()[0].vertices) for scatter in display.artists_}) == 3


ORDER = ["low", "CD8-positive, alpha-beta effector memory T cell of the blood", "high", "never"]
ORDERED = np.array(ORDER)[np.arange(60) % 3]


@pytest.mark.parametrize(
    "y",
    [
        pd.Series(pd.Categorical(ORDERED, ORDER)),
        pd.Categorical(ORDERED, ORDER, ordered=True),
        pd.CategoricalIndex(ORDERED, ORDER),
        pl.Series(ORDERED, dtype=pl.Enum(ORDER)),
    ],
    ids=["series", "categorical", "index", "polars"],
)
@pytest.mark.parametrize("n_components", [1, 2])
def test_classes_stand_in_their_order_and_with_their_whole_names(y: Any, n_components: int) -> None:
    display = LatentSpaceDisplay.from_data(CODES[:, :n_components], y=y)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    texts = labels if n_components == 1 else legend_texts(display)
    assert [text.replace("\n", " ") for text in texts] == ORDER[:3]
    for name, scatter in zip(ORDER, display.artists_, strict=False):
        np.testing.assert_array_equal(np.asarray(scatter.get_offsets())[:, 0], CODES[name == ORDERED, 0])


def test_numbers_that_are_categories_are_classes() -> None:
    y = pd.Series(pd.Categorical(np.arange(60) / 2 // 10, [2.0, 0.0, 1.0]))
    assert legend_texts(LatentSpaceDisplay.from_data(CODES, y=y)) == ["2.0", "0.0", "1.0"]
    without_order = pl.Series(["b", "a"] * 30, dtype=pl.Categorical)
    assert legend_texts(LatentSpaceDisplay.from_data(CODES, y=without_order)) == ["a", "b"]


def test_a_missing_category_comes_last() -> None:
    y = pd.Categorical(["b", None, "a"] * 20, ["b", "a"])
    assert legend_texts(LatentSpaceDisplay.from_data(CODES, y=y)) == ["b", "a", "nan"]
    numbers = pd.Categorical([2, None, 1] * 20, [2, 1])
    assert legend_texts(LatentSpaceDisplay.from_data(CODES, y=numbers)) == ["2.0", "1.0", "nan"]
    booleans = pd.Categorical([False, True] * 30, [True, False])
    assert legend_texts(LatentSpaceDisplay.from_data(CODES, y=booleans)) == ["True", "False"]


def test_a_wide_legend_leaves_the_axes_their_size() -> None:
    sizes = []
    for name in ("T cell", "T cell, CD8-positive, alpha-beta, effector memory"):
        display = LatentSpaceDisplay.from_data(CODES, y=np.array([name, "other"])[np.arange(60) % 2])
        display.figure_.canvas.draw()
        sizes.append(display.ax_.get_window_extent().width)
    assert sizes[1] > 0.8 * sizes[0]


@pytest.mark.parametrize(
    ("y", "y_kind", "numeric"),
    [
        (np.arange(60) % 3, "auto", False),
        (np.arange(60) % 20, "auto", False),
        (np.arange(60) % 21, "auto", True),
        (np.arange(60) / 2, "auto", True),
        (np.arange(60) % 3 + 0.0, "auto", False),
        (np.arange(60) % 2 == 0, "auto", False),
        (np.arange(60) % 3, "numeric", True),
        (np.arange(60), "categorical", False),
        (np.array(["a", None], dtype=object)[np.arange(60) % 2], "auto", False),
    ],
    ids=["few", "twenty", "many", "fractions", "whole floats", "booleans", "asked", "asked classes", "objects"],
)
def test_quantities_have_a_colour_bar_and_classes_a_legend(y: np.ndarray, y_kind: Any, numeric: bool) -> None:
    display = LatentSpaceDisplay.from_data(CODES, y=y, y_kind=y_kind)
    assert len(display.figure_.axes) == (2 if numeric else 1)
    assert (display.ax_.get_legend() is None) == numeric
    if numeric:
        np.testing.assert_array_equal(display.artists_[0].get_array(), y)


def test_a_missing_quantity_is_drawn_in_grey() -> None:
    y = np.linspace(0, 1, 60)
    y[7] = np.nan
    display = LatentSpaceDisplay.from_data(CODES, y=y, scatter_kwargs={"alpha": None})
    display.figure_.canvas.draw()
    assert tuple(display.artists_[0].get_facecolor()[7]) == pytest.approx(to_rgba("0.75"))


def test_a_missing_class_is_a_class() -> None:
    y = np.where(np.arange(60) < 3, np.nan, 1.0)
    assert legend_texts(LatentSpaceDisplay.from_data(CODES, y=y)) == ["1.0", "nan"]


@pytest.mark.parametrize("components", [(2, 0), [2, 0], np.array([2, 0])])
def test_chosen_components(components: Any) -> None:
    display = LatentSpaceDisplay.from_data(CODES, components=components)
    np.testing.assert_array_equal(offsets(display), CODES[:, [2, 0]])
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("component 2", "component 0")


def test_principal_components_are_scikit_learns() -> None:
    display = LatentSpaceDisplay.from_data(CODES, components="pca")
    pca = PCA(n_components=2, svd_solver="full").fit(CODES)
    np.testing.assert_allclose(offsets(display), pca.transform(CODES), rtol=1e-6)
    share = f"{pca.explained_variance_ratio_[1]:.0%}"
    assert display.ax_.get_ylabel() == f"principal component 2 ({share} of variance)"


def test_names_come_from_data_frames_and_series() -> None:
    codes = pd.DataFrame(CODES, columns=["first", "second", "third"])
    age = pd.Series(np.linspace(20, 80, 60), name="age")
    display = LatentSpaceDisplay.from_data(codes, y=age)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("first", "second")
    assert display.figure_.axes[1].get_ylabel() == "age"


@pytest.mark.parametrize("codes", [CODES[:, :1], CODES], ids=["one component", "one of three"])
def test_one_dimension_without_y_is_a_histogram(codes: np.ndarray) -> None:
    display = LatentSpaceDisplay.from_data(codes, components=None if codes.shape[1] == 1 else 0)
    assert sum(bar.get_height() for bar in display.artists_) == 60
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("component 0", "number of samples")


def test_one_dimension_with_classes_is_a_row_of_points_each() -> None:
    y = np.array(["b", "a", "c"])[np.arange(60) % 3]
    display = LatentSpaceDisplay.from_data(CODES[:, :1], y=y)
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["a", "b", "c"]
    for row, (letter, scatter) in enumerate(zip("abc", display.artists_, strict=True)):
        values, heights = np.asarray(scatter.get_offsets()).T
        np.testing.assert_array_equal(values, CODES[y == letter, 0])
        assert (np.abs(heights - row) <= 0.3).all()


def test_one_dimension_with_a_quantity_is_drawn_against_it() -> None:
    y = np.linspace(0, 1, 60)
    display = LatentSpaceDisplay.from_data(CODES, y=y, components=[1])
    np.testing.assert_array_equal(offsets(display), np.column_stack([CODES[:, 1], y]))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("component 1", "y")


def test_one_sample_can_be_drawn() -> None:
    assert len(offsets(LatentSpaceDisplay.from_data(CODES[:1], y=["a"]))) == 1


def test_scatter_kwargs_have_the_last_word() -> None:
    display = LatentSpaceDisplay.from_data(CODES, y=np.arange(60) % 2, scatter_kwargs={"s": 99, "marker": "x"})
    assert [scatter.get_sizes().tolist() for scatter in display.artists_] == [[99], [99]]


@pytest.mark.parametrize("label", ["_private", "$a$ and $b"])
def test_every_class_is_in_the_legend(label: str) -> None:
    display = LatentSpaceDisplay.from_data(CODES, y=np.array([label, "other"])[np.arange(60) % 2])
    display.figure_.canvas.draw()
    assert len(legend_texts(display)) == 2


NAN = np.where(np.arange(180).reshape(60, 3) == 5, np.nan, CODES)


@pytest.mark.parametrize(
    ("codes", "keywords", "message"),
    [
        (CODES, {"components": (0, 3)}, "there is no component 3: the codes have components 0 to 2"),
        (CODES, {"components": -1}, "there is no component -1: the codes have components 0 to 2"),
        (CODES, {"components": (0, 1, 2)}, r"components must be one or two whole numbers, 'pca' or None, not \(0, 1"),
        (CODES, {"components": "umap"}, "components must be one or two whole numbers, 'pca' or None, not 'umap'"),
        (CODES, {"components": 0.5}, "components must be one or two whole numbers, 'pca' or None, not 0.5"),
        (CODES, {"y": [0, 1]}, r"y must hold one value for each of the 60 codes; its shape is \(2,\)"),
        (CODES, {"y": CODES}, r"y must hold one value for each of the 60 codes; its shape is \(60, 3\)"),
        (CODES, {"y": ["a"] * 60, "y_kind": "numeric"}, "y_kind='numeric' needs numbers in y, and it holds 'a'"),
        (CODES, {"y_kind": "ordinal"}, "y_kind must be 'auto', 'categorical' or 'numeric', not 'ordinal'"),
        (CODES, {"component_names": ["a"]}, "there are 1 component_names for 3 components"),
        (CODES[:, :1], {"components": "pca"}, "needs codes of at least two components, and these have one"),
        (np.ones((5, 3)), {"components": "pca"}, "needs codes that differ, and all of these are equal"),
        (CODES[0], {}, r"codes must be of shape \(n_samples, n_components\); theirs is \(3,\)"),
        (CODES[:0], {}, "Found array with 0 sample"),
        (NAN, {}, "Input codes contains NaN"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_opens_no_figure(codes: Any, keywords: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LatentSpaceDisplay.from_data(codes, **keywords)
    assert plt.get_fignums() == []


def test_an_estimator_that_does_not_transform_is_refused_with_advice() -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    with pytest.raises(TypeError, match=r"Pipeline does not; a part such as pipeline\[:-1\] may$"):
        LatentSpaceDisplay.from_estimator(pipeline, X)
    with pytest.raises(TypeError, match=r"LogisticRegression does not$"):
        LatentSpaceDisplay.from_estimator(pipeline[-1], X)
