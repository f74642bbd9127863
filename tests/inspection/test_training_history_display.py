"""Curves of the loss and other metrics over the epochs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import GCNClassifier
from skmlbio.graphs import Graph
from skmlbio.inspection import TrainingHistoryDisplay

HISTORY = {
    "loss": [0.9, 0.5, 0.3, 0.2],
    "val_loss": [1.0, 0.6, 0.5, 0.7],
    "accuracy": [0.5, 0.6, 0.8, 0.9],
    "kl": [0.0, 0.1, 0.1, 0.2],
}
X = np.arange(12.0).reshape(6, 2)


class Trained(BaseEstimator):
    """As if it had been trained: the history is there, and how many epochs were averaged."""

    def __init__(self, patience=None, averaged=0):
        self.patience, self.averaged = patience, averaged

    def fit(self, X, y=None):
        self.history_, self.n_iter_, self.best_epoch_, self._n_averaged = HISTORY, 4, 3, self.averaged
        return self


def legend_texts(display: TrainingHistoryDisplay) -> list[str]:
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def search_of(estimator: BaseEstimator) -> GridSearchCV:
    return GridSearchCV(estimator, {}, cv=2, scoring=lambda *_: 0.0)


PATIENT = Trained(patience=1)
EACH_WAY = [PATIENT, make_pipeline(StandardScaler(), PATIENT), search_of(make_pipeline(StandardScaler(), PATIENT))]


@pytest.mark.parametrize("estimator", [*EACH_WAY, make_pipeline(search_of(PATIENT))])
def test_from_estimator_draws_the_loss_and_marks_the_epoch_that_was_kept(estimator: BaseEstimator) -> None:
    display = TrainingHistoryDisplay.from_estimator(estimator.fit(X))
    assert display.history is HISTORY
    assert list(display.lines_) == ["loss", "val_loss"]
    for name, line in display.lines_.items():
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(line.get_ydata(), HISTORY[name])
    assert list(display.kept_.get_xdata()) == [3, 3]
    assert legend_texts(display) == ["loss", "val_loss", "kept: epoch 3"]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "loss")


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({}, "epoch 4"),
        ({"patience": 1}, "epoch 3"),
        ({"patience": 1, "averaged": 2}, "epoch 3"),
        ({"averaged": 2}, "mean of epochs 3 to 4"),
        ({"averaged": 4}, "mean of epochs 1 to 4"),
    ],
)
def test_what_was_kept_is_marked(parameters: dict, text: str) -> None:
    display = TrainingHistoryDisplay.from_estimator(Trained(**parameters).fit(X))
    assert legend_texts(display)[-1] == f"kept: {text}"


def test_what_our_estimators_kept_is_marked() -> None:
    graphs, y = [Graph([[float(i)]]) for i in range(12)], np.arange(12) % 2
    classifier = GCNClassifier(hidden_layer_sizes=(2,), readout_layer_sizes=(2,), epochs=4).fit(graphs, y)
    assert legend_texts(TrainingHistoryDisplay.from_estimator(classifier)) == ["loss", "kept: mean of epochs 3 to 4"]
    classifier.partial_fit(graphs, y)  # goes on from there, and averages nothing
    assert legend_texts(TrainingHistoryDisplay.from_estimator(classifier)) == ["loss", "kept: epoch 5"]


def test_epochs_that_were_averaged_are_a_band() -> None:
    display = TrainingHistoryDisplay.from_history(HISTORY, kept_epochs=(2, 4))
    assert (display.kept_.get_x(), display.kept_.get_x() + display.kept_.get_width()) == (1.5, 4.5)


@pytest.mark.parametrize("layout", [None, "constrained"])
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("kept_epochs", [290, (151, 300)])
def test_the_legend_covers_no_curve(kept_epochs: object, own: bool, layout: str | None) -> None:
    falling = 2 * np.exp(-np.arange(300) / 30)
    history = {"loss": falling, "val_loss": falling + np.arange(300) / 600}
    ax = None if own else plt.figure(layout=layout).subplots()
    display = TrainingHistoryDisplay.from_history(history, kept_epochs=kept_epochs, ax=ax)
    display.figure_.canvas.draw()
    box = display.ax_.get_legend().get_window_extent()
    for line in display.lines_.values():
        assert not box.count_contains(line.get_transform().transform(line.get_xydata()))
    assert box.x1 <= display.figure_.bbox.x1


def test_from_history_without_kept_epochs_marks_none() -> None:
    display = TrainingHistoryDisplay.from_history(HISTORY)
    assert display.kept_ is None
    assert legend_texts(display) == ["loss", "val_loss"]


def test_a_twin_has_the_colour_of_its_metric_and_is_dashed() -> None:
    display = TrainingHistoryDisplay.from_history(HISTORY, metrics=["loss", "accuracy"])
    loss, val_loss, accuracy = (display.lines_[name] for name in ("loss", "val_loss", "accuracy"))
    assert loss.get_color() == val_loss.get_color() != accuracy.get_color()
    assert (loss.get_linestyle(), val_loss.get_linestyle(), accuracy.get_linestyle()) == ("-", "--", "-")
    assert display.ax_.get_ylabel() == "value"


def test_the_twin_alone() -> None:
    assert list(TrainingHistoryDisplay.from_history(HISTORY, metrics="val_loss").lines_) == ["val_loss"]


def test_epochs_are_whole_and_begin_at_one() -> None:
    display = TrainingHistoryDisplay.from_history({"loss": [1.0]}, kept_epochs=1)
    display.figure_.canvas.draw()
    low, high = display.ax_.get_xlim()
    assert [tick for tick in display.ax_.get_xticks() if low <= tick <= high] == [1]
    assert display.lines_["loss"].get_marker() == "."  # a line of one point would not be seen


def test_a_shorter_history_does_not_cut_a_longer_one_on_the_same_axes() -> None:
    longer = TrainingHistoryDisplay.from_history({"loss": np.ones(40)})
    TrainingHistoryDisplay.from_history(HISTORY, ax=longer.ax_)
    assert longer.ax_.get_xlim()[0] == 0.5
    assert longer.ax_.get_xlim()[1] > 40
    still_longer = TrainingHistoryDisplay.from_history({"loss": np.ones(50)}, ax=longer.ax_)
    assert still_longer.ax_.get_xlim()[1] > 50


def test_log_scale() -> None:
    assert TrainingHistoryDisplay.from_history(HISTORY, log_scale=True).ax_.get_yscale() == "log"
    assert TrainingHistoryDisplay.from_history(HISTORY).ax_.get_yscale() == "linear"


def test_line_kwargs_have_the_last_word() -> None:
    display = TrainingHistoryDisplay.from_history(HISTORY, line_kwargs={"linewidth": 5, "color": "black"})
    assert {(line.get_linewidth(), line.get_color()) for line in display.lines_.values()} == {(5.0, "black")}


@pytest.mark.parametrize(
    ("history", "keywords", "message"),
    [
        (HISTORY, {"metrics": "mae"}, "the history has no 'mae'; it holds loss, val_loss, accuracy, kl"),
        ({}, {}, "the history has no 'loss'; it holds nothing"),
        (HISTORY, {"metrics": []}, "metrics is empty; the history holds loss, val_loss, accuracy, kl"),
        ({"loss": []}, {}, "each metric needs one number an epoch; 'loss' has 0"),
        (
            {"loss": [1.0, 0.5], "val_loss": [1.0]},
            {},
            r"one number an epoch; 'loss' has 2 and 'val_loss' has the shape \(1,\)",
        ),
        (HISTORY, {"metrics": "kl", "log_scale": True}, "log_scale needs positive values, and 'kl' is 0 at epoch 1"),
        (HISTORY, {"kept_epochs": 5}, "kept_epochs must be one of the epochs 1 to 4, .* not 5"),
        (HISTORY, {"kept_epochs": 0}, "kept_epochs must be one of the epochs 1 to 4, .* not 0"),
        (HISTORY, {"kept_epochs": (3, 2)}, r"or the first and the last one of several, not \(3, 2\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_opens_no_figure(history: dict, keywords: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainingHistoryDisplay.from_history(history, **keywords)
    assert plt.get_fignums() == []


def test_an_estimator_without_a_history_is_named() -> None:
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, [0, 1, 0, 1, 0, 1])
    with pytest.raises(TypeError, match="needs an estimator with a history_, and LogisticRegression has none"):
        TrainingHistoryDisplay.from_estimator(fitted)


def test_an_unfitted_estimator_is_named() -> None:
    with pytest.raises(NotFittedError, match="this Trained is not fitted yet"):
        TrainingHistoryDisplay.from_estimator(Trained())
