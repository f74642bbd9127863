"""Curves of the loss and other metrics over the epochs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio.inspection import TrainingHistoryDisplay

HISTORY = {
    "loss": [0.9, 0.5, 0.3, 0.2],
    "val_loss": [1.0, 0.6, 0.5, 0.7],
    "accuracy": [0.5, 0.6, 0.8, 0.9],
    "kl": [0.0, 0.1, 0.1, 0.2],
}
X = np.arange(12.0).reshape(6, 2)


class Trained(BaseEstimator):
    """An estimator that trained four epochs and kept the third."""

    def fit(self, X, y=None):
        self.history_ = HISTORY
        self.best_epoch_ = 3
        return self


def legend_texts(display: TrainingHistoryDisplay) -> list[str]:
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


@pytest.mark.parametrize("estimator", [Trained(), make_pipeline(StandardScaler(), Trained())], ids=["alone", "pipe"])
def test_from_estimator_draws_the_loss_and_marks_the_best_epoch(estimator: BaseEstimator) -> None:
    display = TrainingHistoryDisplay.from_estimator(estimator.fit(X))
    assert display.history is HISTORY
    assert list(display.lines_) == ["loss", "val_loss"]
    for name, line in display.lines_.items():
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(line.get_ydata(), HISTORY[name])
    assert list(display.best_epoch_line_.get_xdata()) == [3, 3]
    assert legend_texts(display) == ["loss", "val_loss", "best epoch (3)"]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "loss")


def test_from_history_without_a_best_epoch_marks_none() -> None:
    display = TrainingHistoryDisplay.from_history(HISTORY)
    assert display.best_epoch_line_ is None
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
    display = TrainingHistoryDisplay.from_history({"loss": [1.0]}, best_epoch=1)
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
        (HISTORY, {"best_epoch": 5}, "best_epoch must be one of the epochs 1 to 4, not 5"),
        (HISTORY, {"best_epoch": 0}, "best_epoch must be one of the epochs 1 to 4, not 0"),
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
