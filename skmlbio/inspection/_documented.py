"""What the methods of all displays have in their docstrings, said once."""

from __future__ import annotations


def drawn() -> None:
    """Draw what is at hand.

    Returns
    -------
    display
        The display, drawn.
    """


def drawn_from_data() -> None:
    """Draw what is at hand.

    Raises
    ------
    ValueError
        As `plot` does.
    """


def drawn_from_estimator(estimator: object) -> None:
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


def drawn_on_axes(ax: object) -> None:
    """Draw.

    Parameters
    ----------
    ax : matplotlib Axes, default=None
        The axes to draw on; by default those of a new figure.
    """
