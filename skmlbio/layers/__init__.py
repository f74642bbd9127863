"""Keras layers: one idea a file, the pure function before the layer."""

from skmlbio import _tensorflow  # noqa: F401  (first: it starts TensorFlow quietly)
