"""Decompositions, which multiply by a matrix."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._register import converter


@converter("sklearn.decomposition._pca.PCA", "sklearn.decomposition._incremental_pca.IncrementalPCA")
def convert_pca(pca):
    axes = pca.components_.T.astype(np.float64)
    if pca.whiten:
        scale = np.sqrt(pca.explained_variance_)
        axes = axes / np.maximum(scale, np.finfo(scale.dtype).eps)
    axes, mean = numbers(axes), numbers(pca.mean_)
    return lambda X: tf.matmul(X - mean, axes)


@converter("sklearn.decomposition._truncated_svd.TruncatedSVD")
def convert_truncated_svd(svd):
    axes = numbers(svd.components_.T)
    return lambda X: tf.matmul(X, axes)
