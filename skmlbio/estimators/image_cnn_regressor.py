"""Convolution over images, as a regressor."""

from __future__ import annotations

from skmlbio.base import RegressorBase, with_parameters
from skmlbio.estimators._image_cnn_network import ImageCNN


@with_parameters
class ImageCNNRegressor(ImageCNN, RegressorBase):
    """Predict numbers from images by convolutions, whose filters look for patterns of pixels wherever they are.

    As in `ImageCNNClassifier`, filters find patterns in an image, then patterns of those; what the last ones find is
    pooled over the image and summed: y = W mean(H) + b.

    X are images: an array of shape (n_images, height, width) or (n_images, height, width, n_channels) of any numeric
    type, a list of images of different sizes, or, with `image_shape`, a matrix with a row an image.

    See Also
    --------
    ImageCNNClassifier : The same for classes.

    References
    ----------
    .. [1] He et al.: Deep residual learning for image recognition. CVPR (2016).
    .. [2] Szegedy et al.: Going deeper with convolutions. CVPR (2015).
    .. [3] Hu et al.: Squeeze-and-excitation networks. CVPR (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio import ImageCNNRegressor
    >>> random = np.random.default_rng(0)
    >>> X = (random.random((200, 10, 10)) < random.random((200, 1, 1)) / 2).astype("uint8") * 255  # cells on a plate
    >>> y = (X > 0).mean(axis=(1, 2))
    >>> ImageCNNRegressor(8, random_state=0).fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.8
    True
    """
