"""Curves of the loss and other metrics over the epochs of a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._display import Display
from ._plotting import COLORS, axes_to_draw_on, final_step, label_text, legend_beside, make_room_for, require_fitted

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_VALIDATION = "val_"


class TrainingHistoryDisplay(Display):
    """Curves of the loss and other metrics over the epochs of a fit.

    Training is drawn solid, validation dashed in the same colour, and the epoch whose weights were kept is marked, or
    the epochs over which they were averaged.  Make one with `from_estimator` or `from_history`; draw it again with
    `plot`.

    Parameters
    ----------
    history : mapping of str to sequence of float
        One number an epoch under each name; the validation value of ``"loss"`` is named ``"val_loss"``.
    kept_epochs : int or (int, int), default=None
        The epoch whose weights were kept, counted from 1, or the first and the last one of those that were averaged.

    Attributes
    ----------
    lines_ : dict of str to matplotlib Line2D
        The curve of each name drawn.
    kept_ : matplotlib Artist or None
        The vertical line at the epoch that was kept, or the band over those that were averaged.

    See Also
    --------
    LatentSpaceDisplay : The codes that a fitted transformer gives.
    ReconstructionDisplay : What a fitted auto-encoder gives back.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmlbio.inspection import TrainingHistoryDisplay
    >>> history = {"loss": [0.9, 0.5, 0.3, 0.2], "val_loss": [0.9, 0.6, 0.5, 0.6]}
    >>> display = TrainingHistoryDisplay.from_history(history, kept_epochs=3)
    >>> list(display.lines_)
    ['loss', 'val_loss']
    >>> plt.close(display.figure_)
    """

    def __init__(
        self, history: Mapping[str, Sequence[float]], *, kept_epochs: int | tuple[int, int] | None = None
    ) -> None:
        self.history = history
        self.kept_epochs = kept_epochs

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
        metrics, log_scale, ax, line_kwargs
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        trained = final_step(estimator)
        if not hasattr(trained, "history_"):
            raise TypeError(f"{cls.__name__} needs an estimator with a history_, and {type(trained).__name__} has none")
        display = cls(trained.history_, kept_epochs=_kept_epochs(trained))
        return display.plot(ax, metrics=metrics, log_scale=log_scale, line_kwargs=line_kwargs)

    @classmethod
    def from_history(
        cls,
        history: Mapping[str, Sequence[float]],
        *,
        kept_epochs: int | tuple[int, int] | None = None,
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
        kept_epochs : int or (int, int), default=None
            The epoch to mark, counted from 1, or the first and the last one of several.
        """
        display = cls(history, kept_epochs=kept_epochs)
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
            The display, with ``lines_``, ``kept_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ValueError
            If a metric is not in the history, if the curves have no or different numbers of epochs, if `log_scale`
            meets a value that is not positive, or if the kept epochs are none of the epochs.
        ImportError
            If matplotlib is not installed.
        """
        curves = self._curves(metrics, log_scale)
        kept, own = self._kept(len(next(iter(curves.values())))), ax is None
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
        self.kept_ = self._mark(*kept) if kept else None
        self.ax_.set(xlabel="epoch", ylabel=label_text(metric_names[0]) if len(metric_names) == 1 else "value")
        self.ax_.locator_params(axis="x", integer=True, min_n_ticks=1)
        # There is no epoch 0; another history on the same axes may be longer.
        self.ax_.set_xlim(0.5, max(self.ax_.get_xlim()[1], len(epochs) + 0.5), auto=None)
        if log_scale:
            self.ax_.set_yscale("log")
        self.ax_.grid(alpha=0.25)
        self._add_legend(own)
        return self

    def _mark(self, first: int, last: int) -> Artist:
        """Mark the epoch that was kept, or all that were averaged."""
        if first == last:
            return self.ax_.axvline(last, color="0.4", linestyle=":", label=f"kept: epoch {last}", zorder=1)
        label = f"kept: mean of epochs {first} to {last}"
        return self.ax_.axvspan(first - 0.5, last + 0.5, color="0.5", alpha=0.15, linewidth=0, label=label, zorder=0)

    def _add_legend(self, own: bool) -> None:
        """Put the legend beside the axes; where nothing makes room for it there, far from where curves begin."""
        if own:
            make_room_for(legend_beside(self.ax_))
        elif self.figure_.get_layout_engine() is not None:
            legend_beside(self.ax_)
        else:
            self.ax_.legend(loc="upper right")

    def _kept(self, n_epochs: int) -> tuple[int, int] | None:
        """Return the first and the last epoch to mark, once they are checked."""
        if self.kept_epochs is None:
            return None
        first, last = (self.kept_epochs,) * 2 if np.ndim(self.kept_epochs) == 0 else self.kept_epochs
        if not 1 <= first <= last <= n_epochs:
            raise ValueError(
                f"kept_epochs must be one of the epochs 1 to {n_epochs}, or the first and the last one of several, "
                f"not {self.kept_epochs!r}"
            )
        return first, last

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
        return curves


def _kept_epochs(estimator: Any) -> int | tuple[int, int] | None:
    """Return the epoch whose weights a fitted estimator kept, or the first and the last one that it averaged."""
    last = getattr(estimator, "n_iter_", None)
    if getattr(estimator, "patience", None) is not None:
        return estimator.best_epoch_
    n_averaged = getattr(estimator, "_n_averaged", 0)
    return (last - n_averaged + 1, last) if n_averaged else last
