"""Images: the way in, patches of them, and what is computed of patches: convolution and pooling.

Nothing here loads a deep-learning library.
"""

from ._ensure_images import ensure_images
from ._images import Images, as_numbers
from ._patches import convolve, image_patches
from ._pooling import average_pool, max_pool

__all__ = ["Images", "as_numbers", "average_pool", "convolve", "ensure_images", "image_patches", "max_pool"]
