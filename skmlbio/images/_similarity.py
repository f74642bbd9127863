"""How alike two images are, and scores of estimators by it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._ensure_images import ensure_images, named_images

_WIDEST_WINDOW = 7


def peak_signal_noise_ratio(images: Any, others: Any, *, data_range: float | None = None) -> NDArray[np.float64]:
    """Return 10 log10(data_range^2 / mean squared error) of each image, in decibels; infinity where two are equal.

    Parameters
    ----------
    images, others : array-like of shape (n_images, height, width) or (n_images, height, width, n_channels), or lists
        Images, as they should be, and images of the same sizes, as they are, in the same units; see `ensure_images`.
    data_range : float, default=None
        From black to white.  None takes what the type of `images` can hold, where that is bool or an integer of 8 or
        16 bits, and otherwise what lies between the least and the greatest pixel of all `images`.

    Returns
    -------
    ndarray of shape (n_images,), float64

    Raises
    ------
    ValueError
        If there are not as many, or an image is of another size than its counterpart; if `data_range` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import peak_signal_noise_ratio
    >>> peak_signal_noise_ratio(np.zeros((1, 8, 8)), np.full((1, 8, 8), 0.1), data_range=1)
    array([20.])
    """
    pairs, data_range = _pairs(images, others, data_range)
    errors = np.array([np.mean((image - other) ** 2) for image, other in pairs])
    with np.errstate(divide="ignore"):
        return 10 * np.log10(data_range**2 / errors)


def structural_similarity(images: Any, others: Any, *, data_range: float | None = None) -> NDArray[np.float64]:
    """Return the structural similarity of each image with another, at most 1: of means, variances and covariance.

    They are compared in windows of 7 x 7 pixels, or smaller ones in images that are smaller, and the mean is returned
    [1]_.  scikit-image computes it.

    Parameters
    ----------
    images, others : array-like of shape (n_images, height, width) or (n_images, height, width, n_channels), or lists
        Images, as they should be, and images of the same sizes, as they are, in the same units; see `ensure_images`.
    data_range : float, default=None
        From black to white.  None takes what the type of `images` can hold, where that is bool or an integer of 8 or
        16 bits, and otherwise what lies between the least and the greatest pixel of all `images`.

    Returns
    -------
    ndarray of shape (n_images,), float64

    Raises
    ------
    ImportError
        If scikit-image is not installed.
    ValueError
        If there are not as many, or an image is of another size than its counterpart; if one is less than 3 pixels high
        or wide; if `data_range` is not positive.

    References
    ----------
    .. [1] Wang et al.: Image quality assessment: from error visibility to structural similarity. IEEE Transactions on
       Image Processing 13 (2004).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import structural_similarity
    >>> image = np.eye(8)
    >>> structural_similarity([image, image], [image, 1 - image]).round(2)
    array([ 1. , -0.3])
    """
    try:
        from skimage.metrics import structural_similarity as similarity
    except ImportError as error:
        raise ImportError('structural_similarity needs scikit-image: pip install "skmlbio[images]".') from error
    pairs, data_range = _pairs(images, others, data_range)
    found = []
    for place, (image, other) in enumerate(pairs):
        side = min(*image.shape[:2], _WIDEST_WINDOW)
        if side < 3:
            raise ValueError(
                f"image {place} is of {image.shape[0]} x {image.shape[1]} pixels, but windows take 3 x 3 or more."
            )
        window = side - 1 + side % 2
        found.append(similarity(image, other, win_size=window, channel_axis=2, data_range=data_range))
    return np.array(found)


def reconstruction_scorer(metric: Callable[..., NDArray], **options: Any) -> Callable[..., float]:
    """Make a scorer of how alike images and their reconstructions are, for ``scoring=`` in scikit-learn.

    Parameters
    ----------
    metric : callable
        `peak_signal_noise_ratio`, `structural_similarity`, or another function of images and others that returns a
        number for each.
    **options
        Keywords of the metric, such as `data_range`.

    Returns
    -------
    callable
        ``scorer(estimator, X, y=None)``, the mean over images.  Where y holds images, those are what reconstructions of
        X should be, such as clean ones of noisy X; without y, they should be X.  With `image_shape`, both may be rows
        of pixels.  Of a pipeline, the last step reconstructs what the steps before make of X, and without y that is
        what reconstructions should be.

    Raises
    ------
    TypeError
        If `metric` is no function; by the scorer, if the estimator has no ``reconstruct``.
    ValueError
        By the scorer, if y holds no images.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import cross_validate
    >>> from skmlbio import ImageAutoEncoderTransformer
    >>> from skmlbio.images import peak_signal_noise_ratio, reconstruction_scorer
    >>> scorer = reconstruction_scorer(peak_signal_noise_ratio, data_range=16)
    >>> encoder = ImageAutoEncoderTransformer(16, epochs=10, random_state=0)
    >>> scores = cross_validate(encoder, load_digits().images[:400], cv=2, scoring=scorer)
    >>> bool((scores["test_score"] > 11).all())
    True
    """
    if not callable(metric):
        raise TypeError(
            f"metric must be a function of images and others, such as peak_signal_noise_ratio, got {metric!r:.50}."
        )
    return functools.partial(_score, metric=metric, options=options)


def _score(estimator: Any, X: Any, y: Any = None, *, metric: Callable, options: dict[str, Any]) -> float:
    estimator, X = _last_step(estimator, X)
    if not hasattr(estimator, "reconstruct"):
        raise TypeError(
            f"reconstruction_scorer needs an estimator with reconstruct, and {type(estimator).__name__} has none."
        )
    found = _unflattened(estimator, estimator.reconstruct(X))
    expected = _unflattened(estimator, X if y is None else y)
    if y is not None:
        try:
            named_images(expected, name="y")
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"y must hold the images that reconstructions of X should be, or be None: {error}"
            ) from error
    return float(np.mean(metric(expected, found, **options)))


def _last_step(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Return the last step of a pipeline, or of what a search found to be best, and what comes of X before it."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not hasattr(estimator, "steps"):
        return estimator, X
    return _last_step(estimator[-1], estimator[:-1].transform(X) if len(estimator) > 1 else X)


def _unflattened(estimator: Any, images: Any) -> Any:
    """Return rows of pixels as the images that they are to an estimator; leave all else as it is."""
    if getattr(estimator, "image_shape", None) is None:
        return images
    shape = estimator.image_shape_[: len(estimator.image_shape)]
    rows = images.to_numpy() if hasattr(images, "to_numpy") else images
    flat = len(rows) and all(np.shape(row) == (math.prod(shape),) for row in rows)
    return np.asarray(rows).reshape(-1, *shape) if flat else images


def _pairs(images: Any, others: Any, data_range: float | None) -> tuple[list[tuple[NDArray, NDArray]], float]:
    """Return images beside their counterparts, float64, and how far black is from white."""
    images, others = ensure_images(images), named_images(others, name="others")
    if len(images) != len(others):
        raise ValueError(f"there are {len(images)} images, but {len(others)} others.")
    for place, (image, other) in enumerate(zip(images, others, strict=True)):
        if image.shape != other.shape:
            raise ValueError(f"image {place} is of shape {image.shape}, but its counterpart of {other.shape}.")
    if data_range is not None and not data_range > 0:
        raise ValueError(f"data_range, from black to white, must be above 0, got {data_range:g}.")
    data_range = _range_of(images) if data_range is None else float(data_range)
    if data_range == 0:
        raise ValueError(f"all pixels of images are {images[0].flat[0]:g}, which tells no data_range: give it.")
    as_double = [tuple(np.asarray(part, np.float64) for part in pair) for pair in zip(images, others, strict=True)]
    return as_double, data_range


def _range_of(images: Any) -> float:
    kinds = {image.dtype for image in images}
    if len(kinds) == 1 and (kind := kinds.pop()).kind in "bui" and kind.itemsize <= 2:
        return 1.0 if kind.kind == "b" else float(np.iinfo(kind).max) - float(np.iinfo(kind).min)
    return float(max(image.max() for image in images)) - float(min(image.min() for image in images))
