"""Deep learning for bioinformatics as scikit-learn estimators."""

import lazy_loader

# Public names stand in the stub beside this file.  Each is loaded when first asked for, so that `import skmlbio` costs
# next to nothing.  Sub-packages are attributes too, but `from skmlbio import *` shall not load them.
__getattr__, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)
__all__ = [name for name in _names if not name.islower()]
__version__ = "0.1.0"
