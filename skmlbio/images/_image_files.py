"""A folder of images as a sequence of which each is read when it is needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._ensure_images import counted_channels
from ._image_reader import SUFFIXES, Header, in_form, read_header, read_pixels, require_pillow
from ._image_sequence import ImageSequence

_OTHER_FORMATS = (".bmp", ".gif", ".webp", ".heic", ".jp2", ".jxl", ".avif", ".ppm", ".pgm", ".tga", ".svg")
_CONVERTED = (1, 3, 4)
_OF_ARCHIVES = "__MACOSX"  # beside what a Mac has packed, with files of image names that are none


class ImageFiles(ImageSequence):
    """Images in files, each of which is read when it is needed; `read_images` makes one.

    Parameters
    ----------
    paths : sequence of n_images str
        The files.
    sizes, n_channels, dtype
        As of `ImageSequence`.
    size : (int, int), optional
        Height and width to which all images are brought.
    any_channels : bool, default=False
        Whether images of other channels are brought to `n_channels`.

    Attributes
    ----------
    paths : ndarray of shape (n_images,), object
        The files, as strings, in which a patient or a plate may stand that makes `groups`.

    See Also
    --------
    read_images : Makes one of a folder.
    ImageSequence : Its base, for other things to read from.

    Examples
    --------
    >>> from skmlbio.images import ImageFiles
    >>> ImageFiles(["a.png", "b.png"], sizes=[[8, 8], [9, 7]], n_channels=1, dtype="uint8").shape  # nothing is read
    (2,)
    """

    def __init__(
        self,
        paths: Sequence[str],
        sizes: ArrayLike,
        n_channels: int,
        dtype: DTypeLike,
        *,
        size: tuple[int, int] | None = None,
        any_channels: bool = False,
    ):
        super().__init__(sizes, n_channels, dtype)
        self.paths, self._size, self._any_channels = np.array(paths, object), size, any_channels

    def read(self, index: int) -> NDArray:
        pixels = read_pixels(self.paths[index])
        self._require_unchanged(index, pixels)
        return in_form(pixels, self.n_channels, self.dtype, self._size)

    def subset(self, rows: NDArray[np.integer]) -> ImageFiles:
        form = {"size": self._size, "any_channels": self._any_channels}
        return ImageFiles(self.paths[rows], self.sizes[rows], self.n_channels, self.dtype, **form)

    def _require_unchanged(self, index: int, pixels: NDArray) -> None:
        """Refuse what its header had not announced: a file that was written anew since then."""
        expected = (*self.sizes[index].tolist(), self.n_channels)
        of_size = self._size is not None or pixels.shape[:2] == expected[:2]
        of_channels = pixels.shape[2] in ((self.n_channels, *_CONVERTED) if self._any_channels else expected[2:])
        if not (of_size and of_channels and pixels.dtype.itemsize <= self.dtype.itemsize):
            raise ValueError(
                f"{self.paths[index]} is of shape {pixels.shape} and dtype {pixels.dtype}, where {expected} and "
                f"{self.dtype} were announced: it has changed since its header was read."
            )

    def __repr__(self) -> str:
        return f"<ImageFiles: {len(self)} images, n_channels={self.n_channels}, {self.dtype}>"


class ImageFolder(NamedTuple):
    """What a folder of images holds.

    Attributes
    ----------
    images : ImageFiles
        The images, unread.
    labels : ndarray of shape (n_images,), str, or None
        The sub-folder of each; None where there are none.

    See Also
    --------
    read_images : Makes one.

    Examples
    --------
    >>> from skmlbio.images import ImageFolder
    >>> ImageFolder._fields
    ('images', 'labels')
    """

    images: ImageFiles
    labels: NDArray[np.str_] | None


def read_images(
    folder: str | os.PathLike, *, size: ArrayLike | None = None, n_channels: int | None = None
) -> ImageFolder:
    """Read a folder of PNG, JPEG and TIFF files, of which each sub-folder is a class.

    Only the headers are read; estimators read the pixels, some megabytes of them at a time.  So a folder may be larger
    than memory.

    Parameters
    ----------
    folder : str or path-like
        Its sub-folders, sorted by name, are the classes, with all images in them and in their sub-folders; a folder
        without sub-folders is one of images without labels.  Other files, such as tables and texts, are left out, and
        so are ``__MACOSX``, which archives bring along, and what has a name that begins with a dot.
    size : array-like of two int, default=None
        Height and width to which images are brought, linearly and without aliasing; by default each stays as it is.
    n_channels : {1, 3, 4}, default=None
        Channels to which all images are brought: grey, red, green and blue, or those and how opaque a pixel is.  By
        default all must have those of the first one, except that images of a palette are colours.

    Returns
    -------
    images : ImageFiles
        A sequence of arrays of shape (height, width, n_channels), uint8, or uint16 where any file has 16 bits.
    labels : ndarray of shape (n_images,), str, or None
        The name of the sub-folder of each.

    Raises
    ------
    ImportError
        If Pillow is not installed, or tifffile is needed and not installed: for several channels of 16 bits, and for
        what Pillow does not know.
    FileNotFoundError, NotADirectoryError
        If there is no such folder, or no file any more when it is read.
    TypeError
        If `folder` is no path.
    ValueError
        If a folder has no images, or some beside its sub-folders, or images in other formats; if a file is no image,
        has several pages or frames, or is damaged, which a cut file shows only when it is read; if images differ in
        their channels; when a file is read that has changed.  The file is named.

    See Also
    --------
    ensure_images : What else an estimator of images takes.

    Notes
    -----
    Pillow reads colours of PNG files in 8 bits, also where they have 16.  Images are not turned as a camera asks for.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from PIL import Image
    >>> from skmlbio.images import read_images
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name, value in {"dark": 10, "light": 200}.items():
    ...     path = pathlib.Path(folder.name, name)
    ...     path.mkdir()
    ...     Image.fromarray(np.full((6, 8), value, np.uint8)).save(path / "1.png")
    >>> X, y = read_images(folder.name)
    >>> X, y.tolist(), X.sizes.tolist(), X[1].mean()
    (<ImageFiles: 2 images, n_channels=1, uint8>, ['dark', 'light'], [[6, 8], [6, 8]], np.float64(200.0))
    >>> read_images(folder.name, size=(3, 4), n_channels=3).images[0].shape
    (3, 4, 3)
    >>> folder.cleanup()
    """
    require_pillow()
    if not isinstance(folder, (str, os.PathLike)):
        raise TypeError(f"folder must be a str or a path, got {type(folder).__name__}.")
    size = _ensure_form(size, n_channels)
    paths, labels = _listed(Path(folder).absolute())  # for a process that goes elsewhere
    headers = [read_header(path) for path in paths]
    _require_channels(paths, headers, n_channels)
    sizes = [header.size for header in headers] if size is None else np.full((len(paths), 2), size)
    dtype = max((header.dtype for header in headers), key=lambda dtype: dtype.itemsize)
    form = {"size": size, "any_channels": n_channels is not None}
    return ImageFolder(ImageFiles(paths, sizes, n_channels or headers[0].n_channels, dtype, **form), labels)


def _ensure_form(size: Any, n_channels: Any) -> tuple[int, int] | None:
    """Return the height and width to which images are brought, if they are."""
    if n_channels is not None and (isinstance(n_channels, bool) or n_channels not in _CONVERTED):
        raise ValueError(f"n_channels must be 1, 3, 4 or None, got {n_channels!r}.")
    if size is not None:
        sides = size if isinstance(size, (tuple, list)) or np.ndim(size) == 1 else ()
        whole = [isinstance(n, Integral) and not isinstance(n, bool) and n > 0 for n in sides]
        if len(whole) != 2 or not all(whole):
            raise ValueError(f"size must be (height, width), each an int of 1 or more, or None; got {size!r}.")
        size = int(sides[0]), int(sides[1])
    return size


def _listed(folder: Path) -> tuple[list[str], NDArray[np.str_] | None]:
    """Return the files of a folder and their classes."""
    if not folder.is_dir():
        raise (NotADirectoryError if folder.exists() else FileNotFoundError)(f"there is no folder {folder}.")
    classes = [path for path in _seen(folder) if path.is_dir()]
    beside = _image_files(path for path in _seen(folder) if not path.is_dir())
    if not classes:
        return _some(beside, folder), None
    if beside:
        raise ValueError(f"{beside[0]} stands beside sub-folders such as {classes[0]}, whose names are the classes.")
    of_classes = [_some(_image_files(_below(path)), path) for path in classes]
    labels = np.repeat([path.name for path in classes], [len(paths) for paths in of_classes])
    return [path for paths in of_classes for path in paths], labels


def _seen(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.name != _OF_ARCHIVES)


def _below(folder: Path) -> list[Path]:
    """Return the files of a folder and of the folders in it, but for links to folders, which may lead back."""
    inner = {path for path in _seen(folder) if path.is_dir() and not path.is_symlink()}
    return [file for path in _seen(folder) for file in (_below(path) if path in inner else [path])]


def _image_files(paths: Any) -> list[str]:
    found = []
    for path in paths:
        if path.suffix.lower() in _OTHER_FORMATS:
            raise ValueError(f"{path} has a format that is not read; PNG, JPEG and TIFF files are.")
        if path.suffix.lower() in SUFFIXES:
            found.append(str(path))
    return found


def _some(paths: list[str], folder: Path) -> list[str]:
    if not paths:
        raise ValueError(f"{folder} has no image in it, no file that ends in {', '.join(SUFFIXES)}.")
    return paths


def _require_channels(paths: list[str], headers: list[Header], n_channels: int | None) -> None:
    """Refuse images that differ in their channels, where nobody asks for so many."""
    first = headers[0].n_channels
    for path, header in zip(paths, headers, strict=True):
        if n_channels is None and header.n_channels != first:
            raise ValueError(
                f"{path} has {counted_channels(header.n_channels)}, but {paths[0]} has {first}; n_channels=1, 3 or 4 "
                "brings all to that number."
            )
        if n_channels not in (None, header.n_channels) and header.n_channels not in _CONVERTED:
            raise ValueError(
                f"{path} has {counted_channels(header.n_channels)}, which cannot be brought to {n_channels}."
            )
