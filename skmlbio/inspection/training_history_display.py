"""Curves of the loss and other metrics over the epochs of a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._plotting import COLORS, axes_to_draw_on, final_step, label_text, require_fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_VALIDATION = "val_"


class TrainingHistoryDisplay:
    """Curves of the loss and other metrics over the epochs of a fit.

    Training is drawn solid, validation dashed in the same colour, and the epoch whose weights were kept is marked.
    Make one with `from_estimator` or `from_history`; draw it again with `plot`.

    Parameters
    ----------
    history : mapping of str to sequence of float
        One number an epoch under each name; the validation value of ``"loss"`` is named ``"val_loss"``.
    best_epoch : int, default=None
        The epoch to mark, counted from 1.

    Attributes
    ----------
    lines_ : dict of str to matplotlib Line2D
        The curve of each name drawn.
    best_epoch_line_ : matplotlib Line2D or None
        The vertical line at the best epoch.
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        The figure of these axes.

    See Also
    --------
    LatentSpaceDisplay : The codes that a fitted transformer gives.
    ReconstructionDisplay : What a fitted auto-encoder gives back.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmlbio.inspection import TrainingHistoryDisplay
    >>> history = {"loss": [0.9, 0.5, 0.3, 0.2], "val_loss": [0.9, 0.6, 0.5, 0.6]}
    >>> display = TrainingHistoryDisplay.from_history(history, best_epoch=3)
    >>> list(display.lines_)
    ['loss', 'val_loss']
    >>> plt.close(display.figure_)
    """

    def __init__(self, history: Mapping[str, Sequence[float]], *, best_epoch: int | None = None) -> None:
        self.history = history
        self.best_epoch = best_epoch

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        metrics: str | Sequence[str] = "loss",
        log_scale: bool = False,
        ax: Axes | None = None,
        line_kwargs: Mapping[str, Any] | None = None,
    ) -> TrainingHistoryDisplay:
        """Draw the history of a fitted estimator.

        Parameters
        ----------
        estimator : estimator or Pipeline
            A fitted estimator with ``history_`` and perhaps ``best_epoch_``, or a fitted pipeline that ends with one.
        metrics, log_scale, ax, line_kwargs
            As in `plot`.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it keeps no history.
        ValueError
            As `plot` does.
        """
        require_fitted(estimator, cls.__name__)
        trained = final_step(estimator)
        if not hasattr(trained, "history_"):
            raise TypeError(f"{cls.__name__} needs an estimator with a history_, and {type(trained).__name__} has none")
        display = cls(trained.history_, best_epoch=getattr(trained, "best_epoch_", None))
        return display.plot(ax, metrics=metrics, log_scale=log_scale, line_kwargs=line_kwargs)

    @classmethod
    def from_history(
        cls,
        history: Mapping[str, Sequence[float]],
        *,
        best_epoch: int | None = None,
        metrics: str | Sequence[str] = "loss",
        log_scale: bool = False,
        ax: Axes | None = None,
        line_kwargs: Mapping[str, Any] | None = None,
    ) -> TrainingHistoryDisplay:
        """Draw a history at hand, such as the ``history`` of Keras' own ``History``.

        Parameters
        ----------
        history : mapping of str to sequence of float
            One number an epoch under each name.
        best_epoch : int, default=None
            The epoch to mark, counted from 1.
        metrics, log_scale, ax, line_kwargs
            As in `plot`.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            As `plot` does.
        """
        display = cls(history, best_epoch=best_epoch)
        return display.plot(ax, metrics=metrics, log_scale=log_scale, line_kwargs=line_kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        metrics: str | Sequence[str] = "loss",
        log_scale: bool = False,
        line_kwargs: Mapping[str, Any] | None = None,
    ) -> TrainingHistoryDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axes to draw on; by default those of a new figure.
        metrics : str or sequence of str, default="loss"
            The names to draw, each with its validation twin where there is one; ``"val_loss"`` draws the twin alone.
            Metrics of different scales are better drawn on axes of their own.
        log_scale : bool, default=False
            Whether the vertical axis is logarithmic.
        line_kwargs : mapping, default=None
            Keywords for every ``Axes.plot``.

        Returns
        -------
        self : TrainingHistoryDisplay
            The display, with ``lines_``, ``best_epoch_line_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If a metric is not in the history, if the curves have no or different numbers of epochs, if `log_scale`
            meets a value that is not positive, or if the best epoch is none of the epochs.
        """
        curves = self._curves(metrics, log_scale)
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = self.ax_.figure
        metric_names = list(dict.fromkeys(name.removeprefix(_VALIDATION) for name in curves))
        self.lines_ = {}
        for name, values in curves.items():
            style = {
                "color": COLORS[metric_names.index(name.removeprefix(_VALIDATION)) % len(COLORS)],
                "linestyle": "--" if name.startswith(_VALIDATION) else "-",
                "marker": "." if len(values) <= 30 else "",
                "label": label_text(name),
            }
            epochs = np.arange(1, len(values) + 1)
            (self.lines_[name],) = self.ax_.plot(epochs, values, **{**style, **(line_kwargs or {})})
        self.best_epoch_line_ = None
        if self.best_epoch is not None:
            label = f"best epoch ({self.best_epoch})"
            self.best_epoch_line_ = self.ax_.axvline(self.best_epoch, color="0.4", linestyle=":", label=label, zorder=1)
        self.ax_.set(xlabel="epoch", ylabel=label_text(metric_names[0]) if len(metric_names) == 1 else "value")
        self.ax_.locator_params(axis="x", integer=True, min_n_ticks=1)
        # There is no epoch 0; another history on the same axes may be longer.
        self.ax_.set_xlim(0.5, max(self.ax_.get_xlim()[1], len(epochs) + 0.5), auto=None)
        if log_scale:
            self.ax_.set_yscale("log")
        self.ax_.grid(alpha=0.25)
        self.ax_.legend()
        return self

    def _curves(self, metrics: str | Sequence[str], log_scale: bool) -> dict[str, NDArray[np.floating]]:
        """Return the curves to draw by name, once everything about them has been checked."""
        metrics = [metrics] if isinstance(metrics, str) else list(metrics)
        if not metrics:
            raise ValueError(f"metrics is empty; the history holds {', '.join(self.history) or 'nothing'}")
        names: list[str] = []
        for metric in metrics:
            if metric not in self.history:
                raise ValueError(f"the history has no {metric!r}; it holds {', '.join(self.history) or 'nothing'}")
            twin = f"{_VALIDATION}{metric}"
            names += [metric, twin] if twin in self.history else [metric]
        curves = {name: np.asarray(self.history[name], dtype=np.float64) for name in names}
        n_epochs = len(curves[names[0]])
        for name, values in curves.items():
            if values.shape != (n_epochs,) or n_epochs == 0:
                raise ValueError(
                    f"each metric needs one number an epoch; {names[0]!r} has {n_epochs} "
                    f"and {name!r} has the shape {values.shape}"
                )
            if log_scale and (values <= 0).any():
                epoch = int(np.argmax(values <= 0))
                raise ValueError(
                    f"log_scale needs positive values, and {name!r} is {values[epoch]:g} at epoch {epoch + 1}"
                )
        if self.best_epoch is not None and not 1 <= self.best_epoch <= n_epochs:
            raise ValueError(f"best_epoch must be one of the epochs 1 to {n_epochs}, not {self.best_epoch}")
        return curves
