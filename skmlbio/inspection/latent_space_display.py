"""Codes of a fitted transformer as points in its latent space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.decomposition import PCA
from sklearn.utils import check_array

from ._display import Display
from ._plotting import (
    COLORS,
    axes_to_draw_on,
    category_styles,
    final_step,
    label_text,
    legend_beside,
    make_room_for,
    marker_area,
    require_fitted,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CATEGORIES = 20  # whole numbers with more distinct values than this are taken for a quantity


class LatentSpaceDisplay(Display):
    """Codes of a fitted transformer as points in its latent space.

    Two dimensions of the codes, or their first two principal components, give a scatter plot; the colour tells `y`:
    a legend for classes, a colour bar for quantities. Classes are sorted, or stand in the order that a pandas
    Categorical or polars Enum gives them. One dimension gives a row of points for each class, the codes
    against a quantity, or, without `y`, a histogram. Make one with `from_estimator` or `from_data`; draw it again
    with `plot`.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_components), floating
        The codes.
    y : array-like of shape (n_samples,), default=None
        A class or a quantity for each sample.
    component_names : sequence of n_components str, default=None
        The names of the dimensions; by default ``"component 0"`` and so on.
    y_name : str, default=None
        What `y` is, for the legend.

    Attributes
    ----------
    artists_ : list of matplotlib Artist
        What shows the codes: one scatter a class, one scatter for a quantity, or the bars of the histogram.

    See Also
    --------
    ReconstructionDisplay : What a fitted auto-encoder gives back.
    TrainingHistoryDisplay : The loss over the epochs.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.decomposition import PCA
    >>> from skmlbio.inspection import LatentSpaceDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> display = LatentSpaceDisplay.from_estimator(PCA(n_components=2).fit(X), X, y=y)
    >>> display.ax_.get_xlabel(), len(display.artists_)
    ('pca0', 3)
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        codes: NDArray[np.floating],
        *,
        y: ArrayLike | None = None,
        component_names: Sequence[str] | None = None,
        y_name: str | None = None,
    ) -> None:
        self.codes = codes
        self.y = y
        self.component_names = component_names
        self.y_name = y_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        y: ArrayLike | None = None,
        y_name: str | None = None,
        components: int | Sequence[int] | Literal["pca"] | None = None,
        y_kind: Literal["auto", "categorical", "numeric"] = "auto",
        ax: Axes | None = None,
        scatter_kwargs: Mapping[str, Any] | None = None,
    ) -> LatentSpaceDisplay:
        """Transform `X` and draw the codes.

        Parameters
        ----------
        X : array-like, or whatever the estimator transforms
            The n_samples samples.
        y : array-like of shape (n_samples,), default=None
            A class or a quantity for each sample.
        y_name : str, default=None
            What `y` is; by default the name of the series `y`, if it is one.
        components, y_kind, ax, scatter_kwargs
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        if not hasattr(estimator, "transform"):
            advice = "; a part such as pipeline[:-1] may" if hasattr(estimator, "steps") else ""
            raise TypeError(
                f"{cls.__name__} needs an estimator that transforms, and {type(estimator).__name__} does not{advice}"
            )
        codes, last = np.asarray(estimator.transform(X)), final_step(estimator)
        names = last.get_feature_names_out() if hasattr(last, "get_feature_names_out") else None
        y_name = y_name or getattr(y, "name", None)
        display = cls(codes, y=y, component_names=names, y_name=y_name)
        return display.plot(ax, components=components, y_kind=y_kind, scatter_kwargs=scatter_kwargs)

    @classmethod
    def from_data(
        cls,
        codes: ArrayLike,
        *,
        y: ArrayLike | None = None,
        component_names: Sequence[str] | None = None,
        y_name: str | None = None,
        components: int | Sequence[int] | Literal["pca"] | None = None,
        y_kind: Literal["auto", "categorical", "numeric"] = "auto",
        ax: Axes | None = None,
        scatter_kwargs: Mapping[str, Any] | None = None,
    ) -> LatentSpaceDisplay:
        """Draw codes at hand.

        Parameters
        ----------
        codes : array-like of shape (n_samples, n_components)
            The codes; names are taken from a data frame's columns.
        component_names : sequence of n_components str, default=None
            The names of the dimensions.
        """
        if component_names is None:
            component_names = getattr(codes, "columns", None)
        y_name = y_name or getattr(y, "name", None)
        display = cls(np.asarray(codes), y=y, component_names=component_names, y_name=y_name)
        return display.plot(ax, components=components, y_kind=y_kind, scatter_kwargs=scatter_kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        components: int | Sequence[int] | Literal["pca"] | None = None,
        y_kind: Literal["auto", "categorical", "numeric"] = "auto",
        scatter_kwargs: Mapping[str, Any] | None = None,
    ) -> LatentSpaceDisplay:
        """Draw the codes.

        Parameters
        ----------
        components : int, sequence of one or two int, "pca" or None, default=None
            The dimensions to draw, counted from 0, or ``"pca"`` for the first two principal components of the codes.
            None draws the first two, or the only one.
        y_kind : {"auto", "categorical", "numeric"}, default="auto"
            Whether `y` holds classes or quantities. ``"auto"`` takes numbers for quantities if one of them is not
            whole or if more than 20 are distinct, and the values of a Categorical or Enum for classes.
        scatter_kwargs : mapping, default=None
            Keywords for every ``Axes.scatter``.

        Returns
        -------
        self : LatentSpaceDisplay
            The display, with ``artists_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ValueError
            If the codes are no matrix of finite numbers, if there is no such dimension, if `y` or the names are of
            another length, if `y_kind` is unknown or says that words are numbers, or if the principal components of
            equal codes are asked for.
        ImportError
            If matplotlib is not installed.
        """
        points, names = self._points(components)
        labels, numeric = self._labels(y_kind)
        own = ax is None
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = self.ax_.figure
        style = {"s": marker_area(len(points)), "alpha": 0.8, "linewidths": 0, **(scatter_kwargs or {})}
        if points.shape[1] == 1:
            self._draw_line(points[:, 0], labels, numeric, style)
        else:
            self._draw_plane(points, labels, numeric, style)
            self.ax_.set_ylabel(names[1])
            if own and self.ax_.get_legend():
                make_room_for(self.ax_.get_legend())
        self.ax_.set_xlabel(names[0])
        return self

    def _points(self, components: int | Sequence[int] | str | None) -> tuple[NDArray[np.floating], list[str]]:
        """Return what to draw, of shape (n_samples, 1 or 2), and the name of each axis."""
        if np.ndim(self.codes) != 2:
            raise ValueError(f"codes must be of shape (n_samples, n_components); theirs is {np.shape(self.codes)}")
        codes = check_array(self.codes, input_name="codes", dtype=[np.float64, np.float32])
        n_components = codes.shape[1]
        names = self.component_names
        if names is None:
            names = [f"component {index}" for index in range(n_components)]
        elif len(names) != n_components:
            raise ValueError(f"there are {len(names)} component_names for {n_components} components")
        if isinstance(components, str) and components == "pca":
            return _principal_components(codes)
        if components is None:
            components = range(min(2, n_components))
        chosen = np.atleast_1d(components)
        if chosen.dtype.kind not in "iu" or chosen.shape not in ((1,), (2,)):
            raise ValueError(f"components must be one or two whole numbers, 'pca' or None, not {components!r}")
        for index in chosen:
            if not 0 <= index < n_components:
                raise ValueError(f"there is no component {index}: the codes have components 0 to {n_components - 1}")
        return codes[:, chosen], [label_text(names[index]) for index in chosen]

    def _labels(self, y_kind: str) -> tuple[NDArray | None, bool]:
        """Return `y` as numbers or as strings, and whether these are quantities."""
        if y_kind not in ("auto", "categorical", "numeric"):
            raise ValueError(f"y_kind must be 'auto', 'categorical' or 'numeric', not {y_kind!r}")
        if self.y is None:
            return None, False
        y = np.asarray(self.y)
        if y.shape not in ((len(self.codes),), (len(self.codes), 1)):
            raise ValueError(f"y must hold one value for each of the {len(self.codes)} codes; its shape is {y.shape}")
        y = y.ravel()
        if y.dtype.kind not in "biuf":
            if y_kind == "numeric":
                raise ValueError(f"y_kind='numeric' needs numbers in y, and it holds {str(y[0])!r}")
            return y.astype(str), False
        if y_kind == "auto" and y.dtype.kind != "b" and _known_order(self.y) is None:
            known = y[np.isfinite(y)]
            return y, bool((known != np.round(known)).any() or len(np.unique(known)) > _MOST_CATEGORIES)
        return y, y_kind == "numeric"

    def _classes(self, labels: NDArray) -> tuple[NDArray, NDArray[np.integer]]:
        """Return the classes that occur, in their order, and which of them each sample has."""
        classes, index = np.unique(labels, return_inverse=True)
        known = _known_order(self.y)
        if known is None:
            return classes, index
        place = {category: number for number, category in enumerate(known.astype(labels.dtype.kind).tolist())}
        order = np.argsort([place.get(category, len(place)) for category in classes.tolist()], kind="stable")
        return classes[order], np.argsort(order)[index]

    def _draw_plane(self, points: NDArray, labels: NDArray | None, numeric: bool, style: dict[str, Any]) -> None:
        """Draw two dimensions: a scatter coloured by the labels."""
        if labels is None:
            self.artists_ = [self.ax_.scatter(*points.T, **{"color": COLORS[0], **style})]
        elif numeric:
            from matplotlib import colormaps

            # A value that is missing is drawn, in grey.
            colours = {"cmap": colormaps["viridis"].with_extremes(bad="0.75"), "plotnonfinite": True}
            self.artists_ = [self.ax_.scatter(*points.T, c=labels, **{**colours, **style})]
            self.figure_.colorbar(self.artists_[0], ax=self.ax_, label=label_text(self.y_name or ""))
        else:
            categories, index = self._classes(labels)
            self.artists_ = [
                self.ax_.scatter(*points[index == number].T, label=label_text(category), **{**look, **style})
                for number, (category, look) in enumerate(
                    zip(categories, category_styles(len(categories)), strict=True)
                )
            ]
            legend_beside(self.ax_, label_text(self.y_name or "") or None)

    def _draw_line(self, values: NDArray, labels: NDArray | None, numeric: bool, style: dict[str, Any]) -> None:
        """Draw one dimension: a histogram, the codes against a quantity, or a row of points for each class."""
        if labels is None:
            *_, bars = self.ax_.hist(values, bins="auto", color=COLORS[0])
            self.artists_ = list(bars)
            self.ax_.set_ylabel("number of samples")
            return
        if numeric:
            self.artists_ = [self.ax_.scatter(values, labels, **{"color": COLORS[0], **style})]
            self.ax_.set_ylabel(label_text(self.y_name or "y"))
            return
        categories, index = self._classes(labels)
        heights = index + np.random.default_rng(0).uniform(-0.3, 0.3, len(index))  # so that points overlap less
        self.artists_ = [
            self.ax_.scatter(values[index == number], heights[index == number], **{**look, **style})
            for number, look in enumerate(category_styles(len(categories)))
        ]
        self.ax_.set_yticks(range(len(categories)), [label_text(category) for category in categories])
        self.ax_.set_ylabel(label_text(self.y_name or ""))
        self.ax_.invert_yaxis()  # the first class on top, as in a legend


def _known_order(y: Any) -> NDArray | None:
    """Return the categories of a pandas Categorical or a polars Enum in their order, and None of anything else."""
    categories = getattr(getattr(y, "dtype", None), "categories", None)
    # Those of a polars Categorical, which have no order, are no sequence.
    return np.asarray(categories) if hasattr(categories, "__len__") else None


def _principal_components(codes: NDArray[np.floating]) -> tuple[NDArray[np.floating], list[str]]:
    """Return the first two principal components of the codes and their names, with the share of the variance."""
    if codes.shape[1] < 2:
        raise ValueError("components='pca' needs codes of at least two components, and these have one")
    if (codes == codes[0]).all():
        raise ValueError("components='pca' needs codes that differ, and all of these are equal")
    pca = PCA(n_components=2, svd_solver="full").fit(codes)
    shares = enumerate(pca.explained_variance_ratio_, start=1)
    return pca.transform(codes), [f"principal component {number} ({share:.0%} of variance)" for number, share in shares]
