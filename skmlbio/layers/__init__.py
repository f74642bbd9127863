"""Keras layers: one idea a file, the pure function before the layer."""

import lazy_loader

from skmlbio import _tensorflow  # noqa: F401  (first: it starts TensorFlow quietly)

# Names stand in the stub beside this file.  Each is loaded when first asked for, so that no network waits for the
# layers of another.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
