"""Convolution over images, as a classifier."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.estimators._image_cnn_network import ImageCNN


@with_parameters
class ImageCNNClassifier(ImageCNN, ClassifierBase):
    """Classify images by convolutions, whose filters look for patterns of pixels wherever they are.

    In each stage, filters slide over an image, H = σ(X * W + b), and the best answers in windows of 2 x 2 pixels make
    an image half as high and wide, on which the filters of the next stage see more of the whole.  What the last ones
    find is pooled over the image, and decides about the class: logits = W mean(H) + b.

    X are images: an array of shape (n_images, height, width) or (n_images, height, width, n_channels) of any numeric
    type, a list of images of different sizes, or, with `image_shape`, a matrix with a row an image.  What is predicted
    for an image does not depend on those beside it.

    See Also
    --------
    ImageCNNRegressor : The same for numbers.
    skmlbio.PatternDetector : A convolution whose kernels are known.

    References
    ----------
    .. [1] He et al.: Deep residual learning for image recognition. CVPR (2016).
    .. [2] Szegedy et al.: Going deeper with convolutions. CVPR (2015).
    .. [3] Hu et al.: Squeeze-and-excitation networks. CVPR (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio import ImageCNNClassifier
    >>> random = np.random.default_rng(0)
    >>> X, y = random.normal(size=(200, 8, 8)), np.arange(200) % 2
    >>> X[y == 1, 2:6, 3] += 3  # a vertical line
    >>> X[y == 0, 3, 2:6] += 3  # a horizontal line
    >>> classifier = ImageCNNClassifier(8, random_state=0).fit(X[:100], y[:100])
    >>> classifier.score(X[100:], y[100:]) > 0.9
    True
    >>> classifier.predict([np.eye(12), np.eye(20, 15)]).shape  # of other sizes
    (2,)
    """
