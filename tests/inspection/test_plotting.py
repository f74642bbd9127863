"""What the displays share."""

import builtins
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio.inspection import LatentSpaceDisplay, ReconstructionDisplay, TrainingHistoryDisplay
from skmlbio.inspection._plotting import COLORS, before_final_step, category_styles, final_step, label_text, marker_area

X = np.random.default_rng(0).normal(size=(30, 4))
DISPLAYS = [
    TrainingHistoryDisplay({"loss": [2.0, 1.0]}),
    LatentSpaceDisplay(X, y=np.arange(30) % 3),
    ReconstructionDisplay(X, X + 0.1),
    ReconstructionDisplay(X, X + 0.1, image_shape=(2, 2)),
]
each_display = pytest.mark.parametrize("display", DISPLAYS, ids=lambda display: type(display).__name__)


@each_display
def test_plot_draws_on_given_axes_and_opens_no_figure(display: Any) -> None:
    figure = Figure()
    ax = figure.subplots()
    assert display.plot(ax) is display
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert ax.has_data()
    assert plt.get_fignums() == []


@each_display
def test_plot_without_axes_opens_one_figure_and_keeps_the_backend(display: Any) -> None:
    backend, settings = matplotlib.get_backend(), dict(plt.rcParams)
    display.plot()
    assert plt.get_fignums() == [display.figure_.number]
    assert display.figure_.axes[0] is display.ax_
    assert (matplotlib.get_backend(), dict(plt.rcParams)) == (backend, settings)


@each_display
def test_plot_takes_only_axes(display: Any) -> None:
    with pytest.raises(TypeError, match="ax must be matplotlib axes or None, not Figure"):
        display.plot(Figure())


@each_display
def test_plot_without_matplotlib_says_what_to_install(display: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real_import: Callable = builtins.__import__

    def import_without_matplotlib(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", import_without_matplotlib)
    message = rf'{type(display).__name__}.plot needs matplotlib: pip install "skmlbio\[plot\]"'
    with pytest.raises(ImportError, match=message):
        display.plot()


@each_display
def test_drawing_neither_reads_nor_changes_the_global_generator(display: Any) -> None:
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    display.plot()
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("display_class", [LatentSpaceDisplay, ReconstructionDisplay])
@pytest.mark.parametrize("estimator", [PCA(), make_pipeline(StandardScaler(), PCA())], ids=["alone", "pipeline"])
def test_an_unfitted_estimator_is_named(display_class: Any, estimator: Any) -> None:
    name = type(estimator).__name__
    message = rf"^this {name} is not fitted yet: call its fit before {display_class.__name__}\.from_estimator$"
    with pytest.raises(NotFittedError, match=message):
        display_class.from_estimator(estimator, X)


def test_importing_the_displays_loads_no_matplotlib(tmp_path: Path) -> None:
    program = "import sys; from skmlbio.inspection import *; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_colours_are_those_of_the_paper() -> None:
    assert set(COLORS) == {to_hex(color) for color in matplotlib.color_sequences["petroff10"]}


def test_category_styles_differ_in_colour_and_marker() -> None:
    styles = category_styles(70)
    assert len({tuple(style.items()) for style in styles}) == 70
    assert len({style["color"] for style in styles[:10]}) == 10
    assert category_styles(71)[70] == styles[0]


def test_marker_area_shrinks_with_the_number_of_points() -> None:
    areas = [marker_area(n_points) for n_points in (1, 100, 2_000, 100_000)]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] == 36
    assert areas[-1] == 6


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gene", "gene"),
        (7, "7"),
        ("$x$", r"\$x\$"),
        ("_hidden", "\u200b_hidden"),
        ("a" * 40, "a" * 40),
        ("CD8-positive, alpha-beta memory T cell, $CD45RO$", "CD8-positive, alpha-beta memory T cell,\n\\$CD45RO\\$"),
        ("a" * 70, "a" * 40 + "\n" + "a" * 30),
    ],
)
def test_label_text_is_what_matplotlib_shows_unchanged(name: Any, text: str) -> None:
    assert label_text(name) == text


def search_of(estimator: Any) -> GridSearchCV:
    return GridSearchCV(estimator, {}, cv=2, scoring=lambda *_: 0.0)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda step: step,
        lambda step: make_pipeline(step),
        lambda step: make_pipeline(StandardScaler(), step),
        lambda step: make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), step)),
        lambda step: search_of(step),
        lambda step: search_of(make_pipeline(StandardScaler(), step)),
        lambda step: make_pipeline(StandardScaler(), search_of(step)),
        lambda step: search_of(make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), search_of(step)))),
    ],
)
def test_the_final_step_and_what_comes_to_it_through_pipelines_and_searches(wrap: Callable) -> None:
    estimator = wrap(PCA(n_components=2)).fit(X)
    assert isinstance(final_step(estimator), PCA)
    codes = final_step(estimator).transform(before_final_step(estimator, X))
    np.testing.assert_array_equal(codes, estimator.transform(X))
