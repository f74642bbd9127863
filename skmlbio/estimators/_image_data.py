"""Images as the training engine takes them: of one size, or padded to a few."""

from __future__ import annotations

import numpy as np

from skmlbio.images import Images
from skmlbio.training._batches import Arrays, Bucket

_ENTRIES_OF_A_TRAINING_BATCH = 2**25  # of its largest tensor, so that large images go a few at a time
_ENTRIES_OF_A_PREDICTION_BATCH = 2**22  # fewer, which stay in the processor's cache
_ROWS_OF_A_VECTOR = 16


class ImageData:
    """The engine's view of `Images`.

    Images of one size are batches as they are; others are padded, in groups of similar sizes.

    Parameters
    ----------
    images : Images
        The images.
    dtype : type
        Of the numbers that pixels become.
    width : int
        Numbers of the network's largest tensor for each pixel of an image.
    max_entries : int
        Of the largest tensor of a batch.
    """

    def __init__(self, images: Images, dtype: type, width: int, max_entries: int = _ENTRIES_OF_A_TRAINING_BATCH):
        self.images, self.dtype, self.width, self.max_entries = images, dtype, width, max_entries

    def __len__(self) -> int:
        return len(self.images)

    def subset(self, rows: np.ndarray) -> ImageData:
        return ImageData(self.images[rows], self.dtype, self.width, self.max_entries)

    def to_predict(self) -> ImageData:
        """Return the same images in smaller batches."""
        return ImageData(self.images, self.dtype, self.width, _ENTRIES_OF_A_PREDICTION_BATCH)

    def take(self, rows: np.ndarray | slice) -> Arrays:
        """Return some images, which have one size."""
        return (self.images.take(rows, self.dtype),)

    def buckets(self) -> list[Bucket]:
        return [self._bucket(rows) for rows in self.images.by_size()]

    def _bucket(self, rows: np.ndarray) -> Bucket:
        sizes = self.images.sizes[rows]
        height, width = (int(n) for n in sizes.max(axis=0))
        limit = max(1, self.max_entries // (height * width * self.width))
        if (sizes == (height, width)).all():
            return Bucket(rows, self.take, "", limit, filled_up_to=min(_ROWS_OF_A_VECTOR, limit))

        def take(rows: np.ndarray | slice) -> Arrays:
            padded = self.images.take(rows, self.dtype, (height, width))
            return padded, self.images.sizes[rows].astype(np.int32)

        return Bucket(rows, take, "padded", limit)


class OneBucket:
    """Images that are padded to one size, as data of their own."""

    def __init__(self, bucket: Bucket):
        self._bucket = bucket

    def __len__(self) -> int:
        return len(self._bucket.rows)

    def buckets(self) -> list[Bucket]:
        return [self._bucket]
