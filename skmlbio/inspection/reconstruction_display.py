"""Samples beside what an auto-encoder gives back for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array

from ._display import Display
from ._plotting import (
    COLORS,
    axes_to_draw_on,
    category_styles,
    found_best,
    label_text,
    legend_beside,
    make_room_for,
    marker_area,
    require_fitted,
)
from ._reconstruction import dense, image_mosaic, location_and_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = {"images": 10, "errors": 15, "scatter": 4}


class ReconstructionDisplay(Display):
    """Samples beside what an auto-encoder gives back for them.

    Images are shown in pairs. Of tables, the features that come back worst are named: as bars of their errors, or as
    points, original against reconstruction. Make one with `from_estimator` or `from_data`; draw it again with `plot`.

    Parameters
    ----------
    original : ndarray of shape (n_samples, ...), floating
        The samples.
    reconstruction : ndarray of the same shape, floating
        What came back.
    feature_names : sequence of n_features str, default=None
        The names of the features; by default ``"x0"`` and so on.
    image_shape : tuple of int, default=None
        ``(height, width)`` or ``(height, width, 3)``, if each sample is an image.

    Attributes
    ----------
    artists_ : list of matplotlib Artist
        What shows the samples: one picture of all images, the bars, or one scatter a feature.

    See Also
    --------
    LatentSpaceDisplay : The codes between original and reconstruction.
    TrainingHistoryDisplay : The loss over the epochs.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.decomposition import PCA
    >>> from skmlbio.inspection import ReconstructionDisplay
    >>> X = load_iris(as_frame=True).data
    >>> display = ReconstructionDisplay.from_estimator(PCA(n_components=2).fit(X), X)
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['sepal width (cm)', 'petal width (cm)', 'sepal length (cm)', 'petal length (cm)']
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        original: NDArray[np.floating],
        reconstruction: NDArray[np.floating],
        *,
        feature_names: Sequence[str] | None = None,
        image_shape: tuple[int, ...] | None = None,
    ) -> None:
        self.original = original
        self.reconstruction = reconstruction
        self.feature_names = feature_names
        self.image_shape = image_shape

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        image_shape: tuple[int, ...] | None = None,
        kind: Literal["auto", "images", "errors", "scatter"] = "auto",
        n_shown: int | None = None,
        standardize: bool = True,
        ax: Axes | None = None,
        plot_kwargs: Mapping[str, Any] | None = None,
    ) -> ReconstructionDisplay:
        """Reconstruct `X` and draw it beside the original.

        Parameters
        ----------
        estimator : estimator, Pipeline or search
            A fitted estimator with ``reconstruct``, or with ``transform`` and ``inverse_transform``, as a pipeline has
            if all its steps can be inverted, or a fitted search for one.
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like of shape (n_samples, ...)
            The samples.
        image_shape : tuple of int, default=None
            ``(height, width)`` or ``(height, width, 3)``, if each sample is an image.
        kind, n_shown, standardize, ax, plot_kwargs
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        estimator = found_best(estimator)
        if hasattr(estimator, "reconstruct"):
            reconstruction = estimator.reconstruct(X)
        elif hasattr(estimator, "transform") and hasattr(estimator, "inverse_transform"):
            reconstruction = estimator.inverse_transform(estimator.transform(X))
        else:
            raise TypeError(
                f"{cls.__name__} needs an estimator with reconstruct, or with transform and inverse_transform, "
                f"and {type(estimator).__name__} has neither"
            )
        names = getattr(estimator, "feature_names_in_", getattr(X, "columns", None))
        display = cls(dense(X), dense(reconstruction), feature_names=names, image_shape=image_shape)
        return display.plot(ax, kind=kind, n_shown=n_shown, standardize=standardize, plot_kwargs=plot_kwargs)

    @classmethod
    def from_data(
        cls,
        original: ArrayLike,
        reconstruction: ArrayLike,
        *,
        feature_names: Sequence[str] | None = None,
        image_shape: tuple[int, ...] | None = None,
        kind: Literal["auto", "images", "errors", "scatter"] = "auto",
        n_shown: int | None = None,
        standardize: bool = True,
        ax: Axes | None = None,
        plot_kwargs: Mapping[str, Any] | None = None,
    ) -> ReconstructionDisplay:
        """Draw a reconstruction at hand.

        Parameters
        ----------
        original : array-like of shape (n_samples, ...), or sparse matrix
            The samples.
        reconstruction : array-like of the same shape, or sparse matrix
            What came back.
        feature_names : sequence of n_features str, default=None
            The names of the features; by default the columns of `original`, if it is a data frame.
        """
        if feature_names is None:
            feature_names = getattr(original, "columns", None)
        display = cls(dense(original), dense(reconstruction), feature_names=feature_names, image_shape=image_shape)
        return display.plot(ax, kind=kind, n_shown=n_shown, standardize=standardize, plot_kwargs=plot_kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        kind: Literal["auto", "images", "errors", "scatter"] = "auto",
        n_shown: int | None = None,
        standardize: bool = True,
        plot_kwargs: Mapping[str, Any] | None = None,
    ) -> ReconstructionDisplay:
        """Draw originals and reconstructions.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axes to draw on; by default those of a new figure of fitting size.
        kind : {"auto", "images", "errors", "scatter"}, default="auto"
            ``"images"`` shows the first samples above their reconstructions, on one scale of grey or colour.
            ``"errors"`` shows the root mean squared errors of the worst features. ``"scatter"`` shows every sample's
            values of the worst features, original against reconstruction. ``"auto"`` means images where there is an
            `image_shape`, else errors.
        n_shown : int, default=None
            How many images or features at most; by default 10 images, 15 errors, 4 features in a scatter plot.
        standardize : bool, default=True
            Whether each feature is measured in standard deviations of its original values, so that features of any
            scale compare and an error of 1 is that of the mean as a guess. Constant features have no such error and
            are left out.
        plot_kwargs : mapping, default=None
            Keywords for ``Axes.imshow``, ``Axes.barh`` or every ``Axes.scatter``.

        Returns
        -------
        self : ReconstructionDisplay
            The display, with ``artists_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ValueError
            If the two arrays are not of one shape or not finite, if the names or the image do not fit them, if every
            feature is constant, or if `kind` or `n_shown` is impossible.
        ImportError
            If matplotlib is not installed.
        """
        original, reconstruction = self._pair()
        if kind == "auto":
            kind = "errors" if self.image_shape is None else "images"
        if kind not in _SHOWN:
            raise ValueError(f"kind must be 'auto', 'images', 'errors' or 'scatter', not {kind!r}")
        if n_shown is None:
            n_shown = _SHOWN[kind]
        if not isinstance(n_shown, Integral) or n_shown < 1:
            raise ValueError(f"n_shown must be a whole number of at least 1, not {n_shown!r}")
        style = dict(plot_kwargs or {})
        if kind == "images":
            shape = self._checked_image_shape(original.shape[1])
            self._draw_images(ax, original[:n_shown], reconstruction[:n_shown], shape, style)
            return self
        centre, scale, varying = location_and_scale(original, standardize)
        errors = np.sqrt(np.mean(np.square(reconstruction - original), axis=0, dtype=np.float64)) / scale
        worst = varying[np.argsort(-errors[varying], kind="stable")[:n_shown]]
        if kind == "errors":
            self._draw_errors(ax, errors[worst], worst, len(varying), standardize, style)
        else:
            pair = [(values[:, worst] - centre[worst]) / scale[worst] for values in (original, reconstruction)]
            self._draw_scatter(ax, *pair, worst, len(varying), standardize, style)
        return self

    def _pair(self) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return the two arrays, of shape (n_samples, n_features), once they are checked."""
        original, reconstruction = (
            check_array(values, input_name=name, dtype=[np.float64, np.float32], allow_nd=True)
            for name, values in (("original", self.original), ("reconstruction", self.reconstruction))
        )
        if original.shape != reconstruction.shape:
            raise ValueError(
                f"original and reconstruction must have one shape, not {original.shape} and {reconstruction.shape}"
            )
        original, reconstruction = (values.reshape(len(values), -1) for values in (original, reconstruction))
        n_features = original.shape[1]
        if self.feature_names is not None and len(self.feature_names) != n_features:
            raise ValueError(f"there are {len(self.feature_names)} feature_names for {n_features} features")
        return original, reconstruction

    def _checked_image_shape(self, n_values: int) -> tuple[int, ...]:
        shape = self.image_shape
        if shape is None:
            raise ValueError("kind='images' needs image_shape, such as (28, 28)")
        if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] != 3):
            raise ValueError(f"image_shape must be (height, width) or (height, width, 3), not {shape}")
        if min(shape) < 1 or np.prod(shape) != n_values:
            raise ValueError(f"image_shape {shape} does not fit samples of {n_values} values")
        return tuple(shape)

    def _names(self, features: NDArray[np.integer]) -> list[str]:
        names = self.feature_names
        return [f"x{index}" if names is None else label_text(names[index]) for index in features]

    def _axes(self, ax: Axes | None, figsize: tuple[float, float]) -> Axes:
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot", figsize)
        self.figure_ = self.ax_.figure
        return self.ax_

    def _draw_images(
        self,
        ax: Axes | None,
        original: NDArray,
        reconstruction: NDArray,
        shape: tuple[int, ...],
        style: dict[str, Any],
    ) -> None:
        """Draw one picture of two rows of images."""
        height, width = shape[:2]
        gap = max(1, round(max(height, width) / 8))
        ax = self._axes(ax, (1.4 + 0.8 * len(original), 0.7 + float(np.clip(1.6 * height / width, 0.8, 8))))
        mosaic = image_mosaic(original, reconstruction, shape, gap)
        defaults = {"cmap": "gray", "interpolation": "nearest"}
        self.artists_ = [ax.imshow(mosaic, **{**defaults, **style})]
        errors = np.mean(np.square(reconstruction - original), axis=1, dtype=np.float64)
        centres = (width - 1) / 2 + (width + gap) * np.arange(len(original))
        ax.set_xticks(centres, [f"{error:.2g}" for error in errors], fontsize="small")
        ax.set_yticks((height - 1) / 2 + (height + gap) * np.arange(2), ["original", "reconstruction"])
        ax.set_xlabel("mean squared error")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)

    def _draw_errors(
        self,
        ax: Axes | None,
        errors: NDArray,
        features: NDArray,
        n_ranked: int,
        standardize: bool,
        style: dict[str, Any],
    ) -> None:
        """Draw one bar a feature, the worst on top."""
        ax = self._axes(ax, (6.4, 1.4 + 0.3 * len(errors)))
        bars = ax.barh(np.arange(len(errors)), errors, **{"color": COLORS[0], **style})
        self.artists_ = list(bars)
        ax.set_yticks(np.arange(len(errors)), self._names(features))
        ax.invert_yaxis()
        ax.grid(axis="x", alpha=0.25)
        ax.set_axisbelow(True)
        ax.margins(y=0.2 / len(errors))
        ax.set_xlabel("root mean squared error" + (" / standard deviation" if standardize else ""))
        if len(errors) < n_ranked:
            ax.set_title(f"the {len(errors)} worst of {n_ranked} features")

    def _draw_scatter(
        self,
        ax: Axes | None,
        original: NDArray,
        reconstruction: NDArray,
        features: NDArray,
        n_ranked: int,
        standardize: bool,
        style: dict[str, Any],
    ) -> None:
        """Draw one cloud of points a feature, and the diagonal on which a perfect one would lie."""
        own, ax = ax is None, self._axes(ax, (6.4, 4.8))
        defaults = {"s": marker_area(original.size), "alpha": 0.7, "linewidths": 0}
        looks = zip(self._names(features), category_styles(len(features)), strict=True)
        self.artists_ = [
            ax.scatter(original[:, column], reconstruction[:, column], label=name, **{**defaults, **look, **style})
            for column, (name, look) in enumerate(looks)
        ]
        ax.axline((float(original.mean()),) * 2, slope=1, color="0.4", linestyle=":", zorder=1)
        ax.set_aspect("equal", adjustable="datalim")
        unit = " (standard deviations from the mean)" if standardize else ""
        ax.set(xlabel=f"original{unit}", ylabel=f"reconstruction{unit}")
        legend = legend_beside(ax, "worst features" if len(features) < n_ranked else None)
        if own:
            make_room_for(legend)
