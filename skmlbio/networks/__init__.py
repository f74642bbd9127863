"""Networks: one function a file, from hyperparameters to an uncompiled architecture."""

from skmlbio import _tensorflow  # noqa: F401  (first: it starts TensorFlow quietly)
