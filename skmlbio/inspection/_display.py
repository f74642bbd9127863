"""What all displays have, and what their docstrings say alike."""

from __future__ import annotations

import inspect

from skmlbio.base._docstrings import completed_by, composed


def _drawn() -> None:
    """Draw what is at hand.

    Returns
    -------
    display
        The display, drawn.
    """


def _drawn_from_data() -> None:
    """Draw what is at hand.

    Raises
    ------
    ValueError
        As `plot` does.
    """


def _drawn_from_estimator(estimator: object) -> None:
    """Draw what an estimator has.

    Parameters
    ----------
    estimator : estimator, Pipeline or search
        A fitted estimator that has what the display is about, or a fitted pipeline that ends with one, or a fitted
        search for either of them, of which the best one is asked.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If it has not what the display is about.
    ValueError
        If it refuses what it is given, or as `plot` does.
    """


def _drawn_on_axes(ax: object) -> None:
    """Draw.

    Parameters
    ----------
    ax : matplotlib Axes, default=None
        The axes to draw on; by default those of a new figure.
    """


class Display:
    """Numbers that `plot` draws; made from an estimator, or from data at hand.

    A subclass documents what is special about its ``from_estimator``, ``from_...`` and ``plot``; the rest is put in.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        The figure of these axes.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _, *parameters = inspect.signature(cls.__init__).parameters.values()
        cls.__doc__ = composed(cls, {p.name: p.default for p in parameters})
        of_estimator = completed_by(_drawn_from_estimator, _drawn)(cls.from_estimator.__func__)
        for name in vars(cls):
            if name.startswith("from_") and name != "from_estimator":
                completed_by(_drawn_from_data, _drawn, of_estimator)(getattr(cls, name).__func__)
        completed_by(_drawn_on_axes)(cls.plot)
