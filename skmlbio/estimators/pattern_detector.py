"""Patterns in images, found by convolution."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import parameter, with_parameters
from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._intervals import Interval
from skmlbio.base._labels import plain_labels
from skmlbio.base._range import require_finite
from skmlbio.images import convolve, ensure_images
from skmlbio.images._ensure_images import named_images
from skmlbio.images._patches import borders
from skmlbio.images._pattern_scores import agreement, correlation, is_flat

_AT_ONCE = 1 << 24  # scores held at a time, where only places of patterns are asked for


@with_parameters
class PatternDetector(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
    """Find patterns in images: a convolution whose kernels are known, without a network.

    Every patch x̃ of an image is compared with every pattern by a scalar product x̃ᵀw; that of all patches with all
    kernels is one product of matrices, Y = X̃W [1]_.  Patterns are given as a parameter, or examples of them are given
    to `fit`.

    X are images: an array of shape (n_images, height, width) or (n_images, height, width, n_channels), or a list of
    images of any sizes, see `skmlbio.images.ensure_images`.

    Parameters
    ----------
    patterns : array-like of shape (n_patterns, height, width) or (n_patterns, height, width, n_channels), or None
        What is looked for, all of one size and no two alike; None takes the images of `fit` for examples, each
        different one for a pattern.
    similarity : {"agreement", "correlation", "product"}
        How alike a patch and a pattern are.  By "agreement" both hold nothing but 0 and 1, and it is the share of
        pixels that agree: zeros count as much as ones.  By "correlation" it is Pearson's, for images in grey or colour,
        whatever brightness and contrast; that of a flat patch is 0.  By "product" it is x̃ᵀw itself, the patterns being
        the kernels.
    threshold : float
        How alike they have to be for `predict`.  For agreement, 1 takes exact matches only, and for correlation those
        that are exact but for brightness and contrast.
    min_distance : int
        Of patterns that are found fewer rows and fewer columns apart, only the most similar one counts; 1 means those
        at the same place.
    padding : {"valid", "same"}, int or (int, int)
        What is added around images, see `skmlbio.images.image_patches`: by "valid" nothing, so that patterns have to
        lie within an image; else zeros.

    Attributes
    ----------
    patterns_ : ndarray of shape (n_patterns, height, width, n_channels)
        The patterns.
    labels_ : ndarray of shape (n_patterns,)
        The label of each, as given to `fit` with examples, or else its number.

    See Also
    --------
    PatternDisplay : Marks what is found.
    skmlbio.images.convolve : The product of matrices.
    skmlbio.datasets.game_of_life : Makes images with patterns in them.
    SequenceCNNClassifier : Learns its kernels, for strings.

    References
    ----------
    .. [1] Chellapilla, Puri, Simard: High performance convolutional neural networks for document processing.
       International Workshop on Frontiers in Handwriting Recognition (2006).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio import PatternDetector
    >>> cross = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    >>> X = np.zeros((1, 5, 8), int)
    >>> X[0, 1:4, 4:7] = cross
    >>> detector = PatternDetector([cross, np.eye(3)]).fit(X)
    >>> detector.transform(X).shape
    (1, 3, 6, 2)
    >>> detector.predict(X)
    [array([[1, 4, 0]])]
    """

    patterns: ArrayLike | None = parameter(default=None, allowed=["array-like", None], kw_only=False)
    similarity: Literal["agreement", "correlation", "product"] = parameter(
        default="agreement", allowed=[StrOptions({"agreement", "correlation", "product"})]
    )
    threshold: float = parameter(default=1.0, allowed=[Interval(Real, None, None, closed="neither")])
    min_distance: int = parameter(default=1, allowed=[Interval(Integral, 1, None, closed="left")])
    padding: Literal["valid", "same"] | int | tuple[int, int] = parameter(
        default="valid", allowed=[StrOptions({"valid", "same"}), Interval(Integral, 0, None, closed="left"), tuple]
    )

    @said_by_estimator
    @all_or_nothing
    def fit(self, X, y=None):
        """Check the patterns, or take them from examples.

        Parameters
        ----------
        X : array-like of shape (n_images, height, width[, n_channels]), or list of images
            Where `patterns` are given, images to look at, of which only the number of channels matters; else the
            examples, all of one size.
        y : array-like of shape (n_images,), default=None
            Labels of the examples; equal ones have one.  Ignored where `patterns` are given.

        Returns
        -------
        self

        Raises
        ------
        TypeError, ValueError
            For unusable parameters, images or labels.
        """
        self._ensure_parameters()
        images = ensure_images(X)
        if self.patterns is None:
            patterns, labels = _different(self._ensure_patterns(images, "image"), y)
        else:
            patterns = self._ensure_patterns(named_images(self.patterns, name="patterns", item="pattern"), "pattern")
            ensure_images(images, n_channels=patterns.shape[3])
            labels = np.arange(len(patterns))
            if len(_different(patterns, None)[0]) < len(patterns):
                raise ValueError("two of the patterns are equal, so that it could not be told which one is found.")
        self.patterns_, self.labels_ = patterns, labels
        return self

    @completed_by(fit)
    def transform(self, X) -> NDArray[np.floating] | list[NDArray[np.floating]]:
        """Return maps of how alike patches and patterns are.

        Parameters
        ----------
        X : array-like of shape (n_images, height, width[, n_channels]), or list of images
            Images with as many channels as the patterns have.

        Returns
        -------
        maps : ndarray of shape (n_images, n_rows, n_columns, n_patterns), float32, or list of n_images such
            A list where images differ in size.  Without padding, the entry [row, column] is about the patch whose upper
            left corner is there.  Products are float64 where images or patterns are, or hold integers of 32 bits.

        Raises
        ------
        TypeError, ValueError
            For unusable images, and for those that are smaller than a pattern.
        """
        images = self._ensure(X)
        return self._scores(images) if isinstance(images, np.ndarray) else [self._scores(image) for image in images]

    @completed_by(transform)
    def predict(self, X) -> list[NDArray[np.int64]]:
        """Tell where which pattern is found.

        Returns
        -------
        found : list of n_images ndarrays of shape (n_found, 3), int64
            Of each pattern found: the row and the column of its upper left corner, which are negative where it begins
            in what was padded, and its number, as in ``labels_[found[:, 2]]``.  Sorted by row, then by column.
        """
        images, found = self._ensure(X), []
        for some in self._blocks(images):
            scores = self._scores(some)
            for of_image in scores:
                found.append(self._places(of_image, images[len(found)].shape[:2]))
        return found

    def set_output(self, *, transform: str | None = None) -> PatternDetector:
        """Do nothing, so that a pipeline can be told what its last step shall return: maps stay arrays.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            Ignored.

        Returns
        -------
        self
        """
        return self

    def _ensure_parameters(self) -> None:
        self._validate_params()
        if self.similarity != "product" and self.threshold > 1:
            raise ValueError(f"threshold of similarity={self.similarity!r} is at most 1, got {self.threshold}.")
        borders(self.padding, (1, 1), (1, 1), (1, 1))

    def _ensure_patterns(self, patterns: NDArray | list[NDArray], item: str) -> NDArray:
        """Check that patterns have one size, and suit the similarity."""
        for index, pattern in enumerate(patterns):
            if pattern.shape != patterns[0].shape:
                sizes = [f"{height} × {width}" for height, width, _ in (pattern.shape, patterns[0].shape)]
                raise ValueError(
                    f"{item} {index} is of {sizes[0]}, but {item} 0 of {sizes[1]}; patterns have one size."
                )
            if self.similarity == "correlation" and is_flat(pattern):
                raise ValueError(f"{item} {index} has the same number everywhere, which correlates with nothing.")
        self._require_binary(patterns, item)
        return np.array(patterns)

    def _ensure(self, X: Any) -> NDArray | list[NDArray]:
        check_is_fitted(self)
        self._ensure_parameters()
        self._ensure_patterns(self.patterns_, "pattern")  # the similarity may be another one since the fit
        images = ensure_images(X, n_channels=self.patterns_.shape[3])
        self._require_binary(images, "image")
        height, width = self.patterns_.shape[1:3]
        for index, image in enumerate(images):
            (top, bottom), (left, right) = self._borders(image.shape[:2])
            if image.shape[0] + top + bottom < height or image.shape[1] + left + right < width:
                raise ValueError(
                    f"image {index} is of {image.shape[0]} × {image.shape[1]}, smaller than patterns of {height} × "
                    f"{width}; padding='same' adds borders."
                )
        return images

    def _require_binary(self, images: NDArray | list[NDArray], item: str) -> None:
        if self.similarity != "agreement":
            return
        for index, image in enumerate(images):
            wrong = (image != 0) & (image != 1)
            if wrong.any():
                row, column, _ = place = tuple(np.argwhere(wrong)[0])
                raise ValueError(
                    f"similarity='agreement' is for pixels that are 0 or 1, but {item} {index} has {image[place]} at "
                    f"row {row}, column {column}; 'correlation' compares images in grey."
                )

    def _borders(self, shape: tuple[int, int]) -> list[tuple[int, int]]:
        return borders(self.padding, shape, self.patterns_.shape[1:3], (1, 1))

    def _scores(self, images: NDArray) -> NDArray[np.floating]:
        if self.similarity == "agreement":
            return agreement(images, self.patterns_, padding=self.padding)
        if self.similarity == "correlation":
            return correlation(images, self.patterns_, padding=self.padding)
        with np.errstate(over="ignore", invalid="ignore"):
            products = convolve(images, np.moveaxis(self.patterns_, 0, -1), padding=self.padding)
        if not np.isfinite(products).all():
            raise ValueError(
                f"products of images and patterns are too large for {products.dtype}; divide images or patterns by a "
                "large number."
            )
        return products

    def _blocks(self, images: NDArray | list[NDArray]) -> Iterator[NDArray]:
        """Yield images of one size, so many at a time that their scores fit into memory."""
        if not isinstance(images, np.ndarray):
            yield from (image[np.newaxis] for image in images)
            return
        n_images = max(1, _AT_ONCE // (images[0, ..., 0].size * len(self.patterns_)))
        yield from (images[first : first + n_images] for first in range(0, len(images), n_images))

    def _places(self, scores: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.int64]:
        """Return where scores reach the threshold and no better one is near."""
        distance = int(self.min_distance)
        candidates = np.argwhere(scores >= float(self.threshold))  # a NumPy number would be compared as a double
        order = np.argsort(-scores[tuple(candidates.T)], kind="stable")
        free, found = np.ones(scores.shape[:2], bool), []
        for row, column, pattern in candidates[order].tolist():
            if free[row, column]:
                found.append((row, column, pattern))
                near = (slice(max(0, i - distance + 1), i + distance) for i in (row, column))
                free[tuple(near)] = False
        (top, _), (left, _) = self._borders(shape)
        return np.array(sorted(found), np.int64).reshape(-1, 3) - (top, left, 0)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _different(patterns: NDArray, y: Any) -> tuple[NDArray, NDArray]:
    """Return each pattern once, in the order in which they came, and their labels."""
    labels = None if y is None else column_or_1d(np.asarray(plain_labels(y)))
    if labels is not None:
        check_consistent_length(patterns, labels)
        if labels.dtype.kind == "f":
            require_finite(labels)
    flat = patterns.reshape(len(patterns), -1)
    _, first, number = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    kept = np.sort(first)
    if labels is None:
        return patterns[kept], np.arange(len(kept))
    for index, of_first in enumerate(first[number.ravel()].tolist()):
        if labels[index] != labels[of_first]:
            raise ValueError(
                f"image {index} equals image {of_first}, but their labels are {labels[index]} and {labels[of_first]}."
            )
    return patterns[kept], labels[kept]
