"""Images: the way in, from files too, patches of them, and what is computed of those, convolution and
pooling; and how alike images are.

Nothing here loads a deep-learning library.
"""

from ._ensure_images import ensure_images
from ._image_files import ImageFiles, ImageFolder, read_images
from ._image_sequence import ImageSequence
from ._images import Images, as_numbers
from ._patches import convolve, image_patches
from ._pooling import average_pool, max_pool
from ._similarity import peak_signal_noise_ratio, reconstruction_scorer, structural_similarity

__all__ = [
    "ImageFiles",
    "ImageFolder",
    "ImageSequence",
    "Images",
    "as_numbers",
    "average_pool",
    "convolve",
    "ensure_images",
    "image_patches",
    "max_pool",
    "peak_signal_noise_ratio",
    "read_images",
    "reconstruction_scorer",
    "structural_similarity",
]
