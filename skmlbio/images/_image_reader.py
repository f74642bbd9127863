"""One file with an image: what its header tells, and its pixels, by Pillow or, where that cannot, by tifffile."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
_TIFF = (".tif", ".tiff")
_FORMATS = ("PNG", "JPEG", "TIFF")
_BITS_PER_SAMPLE = 258  # a tag of TIFF
_CHANNELS = {"L": 1, "I;16": 1, "RGB": 3, "RGBA": 4}  # of the modes in which Pillow's images are taken
_TAKEN_AS = {"1": "L", "LA": "RGBA", "PA": "RGBA", "CMYK": "RGB", "YCbCr": "RGB", "I;16B": "I;16", "I;16L": "I;16"}
_GREY = np.array([0.299, 0.587, 0.114])  # shares of red, green and blue: ITU-R BT.601, as Pillow has it

_DAMAGES = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)  # of which the libraries tell


class Header(NamedTuple):
    """What the header of an image file tells.

    Attributes
    ----------
    size : (int, int)
        Height and width.
    n_channels : int
        Channels.
    dtype : dtype
        uint8 or uint16.
    """

    size: tuple[int, int]
    n_channels: int
    dtype: np.dtype


def require_pillow() -> None:
    """Raise an ImportError that tells what to install, where Pillow is missing."""
    try:
        import PIL  # noqa: F401
    except ImportError as error:
        raise ImportError('read_images needs Pillow: pip install "skmlbio[images]"') from error


def read_header(path: str) -> Header:
    """Return what the header of a file tells, without reading its pixels.

    Raises
    ------
    ValueError
        If the file is none that can be read, with its path.
    """
    with _named(path), _opened(path) as image:
        if not _is_pillow(image):
            return _tiff_header(image)
        mode = _mode(image)
        return Header(image.size[::-1], _CHANNELS[mode], np.dtype(np.uint16 if mode == "I;16" else np.uint8))


def read_pixels(path: str) -> NDArray:
    """Return the pixels of a file, of shape (height, width, n_channels), uint8 or uint16.

    Raises
    ------
    ValueError
        If the file is none that can be read, or damaged, with its path.
    """
    with _named(path), _opened(path) as image:
        if not _is_pillow(image):
            return _tiff_pixels(image)
        mode = _mode(image)
        pixels = np.asarray(image if image.mode == mode or mode == "I;16" else image.convert(mode))
        pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
        return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]


def in_form(pixels: NDArray, n_channels: int, dtype: np.dtype, size: tuple[int, int] | None) -> NDArray:
    """Return pixels with so many channels, of a type, and of a height and width.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, n_channels_before), uint8 or uint16
        An image.
    n_channels : {1, 3, 4} or the number before
        Grey becomes three equal colours, colours a grey as light as they are; what is not transparent is opaque.
    dtype : dtype
        uint16 where pixels are uint8 multiplies them by 257, so that white stays white.
    size : (int, int) or None
        Height and width, to which pixels are brought linearly; each stands for the mean of those that it replaces.
    """
    white, given = np.iinfo(pixels.dtype).max, pixels.shape[2]
    if given != n_channels:
        colours = pixels[..., :3]
        if n_channels == 1:
            pixels = np.rint(colours @ _GREY).astype(pixels.dtype)[..., np.newaxis]
        else:
            colours = np.broadcast_to(colours, (*pixels.shape[:2], 3))
            pixels = np.pad(colours, ((0, 0), (0, 0), (0, n_channels - 3)), constant_values=white)
    if pixels.dtype != dtype:
        pixels = pixels.astype(dtype) * dtype.type(257)
    return pixels if size is None or size == pixels.shape[:2] else _resized(pixels, size)


def _resized(pixels: NDArray, size: tuple[int, int]) -> NDArray:
    from PIL import Image

    kind = np.uint8 if pixels.dtype == np.uint8 else np.float32  # what Pillow resizes
    planes = [Image.fromarray(np.ascontiguousarray(plane, kind)) for plane in np.moveaxis(pixels, 2, 0)]
    planes = [np.asarray(plane.resize(size[::-1], Image.Resampling.BILINEAR)) for plane in planes]
    return np.rint(np.stack(planes, axis=2)).astype(pixels.dtype)


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Let whatever is wrong with a file name it."""
    from PIL import Image

    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} is not there: it was deleted or moved, or is a link to nothing.") from error
    except (*_DAMAGES, Image.DecompressionBombError) as error:
        if getattr(error, "errno", None) is not None:  # no permission: the path is there already
            raise
        raise ValueError(f"{path} cannot be read: {error}") from error


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    """Open a file by Pillow, or by tifffile as the only page that it has."""
    from PIL import Image, UnidentifiedImageError

    is_tiff = Path(path).suffix.lower() in _TIFF
    try:
        image = Image.open(path, formats=_FORMATS)
    except UnidentifiedImageError:
        if not is_tiff:
            raise ValueError("it is no PNG, JPEG or TIFF file.") from None
        image = None
    if image is not None:
        with image:
            _require_one_page(1 if image.format == "MPO" else getattr(image, "n_frames", 1))
            if not (is_tiff and _is_cut_to_8_bits(image)):
                yield image
                return
    with _tifffile().TiffFile(path) as file:
        _require_one_page(len(file.pages))
        yield file.pages[0]


def _require_one_page(n_pages: int) -> None:
    if n_pages > 1:
        raise ValueError(f"it has {n_pages} pages or frames; write each into a file of its own.")


def _is_pillow(image: Any) -> bool:
    return hasattr(image, "mode")


def _is_cut_to_8_bits(image: Any) -> bool:
    """Return whether Pillow would round the pixels of a TIFF file: several channels of 16 bits."""
    bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,)) if image.format == "TIFF" else (1,)
    return len(bits) > 1 and max(bits) > 8


def _mode(image: Any) -> str:
    """Return Pillow's mode in which an image is taken."""
    if image.mode == "P":
        return "RGBA" if image.has_transparency_data else "RGB"
    mode = _TAKEN_AS.get(image.mode, image.mode)
    if mode not in _CHANNELS:
        raise ValueError(f"its pixels are of Pillow's mode {image.mode}; those of 8 and of 16 bits can be read.")
    return mode


def in_plain_mode(image: Any) -> Any:
    """Return an image of Pillow's as grey, in colours, or in colours with a transparency; numbers stay numbers.

    Examples
    --------
    >>> from PIL import Image
    >>> in_plain_mode(Image.new("RGB", (2, 2), "red").quantize(4)).getpixel((0, 0))
    (255, 0, 0)
    """
    return image if image.mode in ("1", "I", "F") else image.convert(_mode(image))


def _tifffile() -> Any:
    try:
        import tifffile
    except ImportError as error:
        raise ImportError('TIFF files of this kind need tifffile: pip install "skmlbio[images]"') from error
    return tifffile


def _tiff_header(page: Any) -> Header:
    if page.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"its pixels are {page.dtype}; those of 8 and of 16 bits can be read.")
    shape = dict(zip(page.axes, page.shape, strict=True))
    if not shape.keys() <= set("YXS"):
        raise ValueError(f"its axes are {page.axes}; those of height, width and channels can be read.")
    return Header((shape["Y"], shape["X"]), shape.get("S", 1), np.dtype(page.dtype))


def _tiff_pixels(page: Any) -> NDArray:
    header = _tiff_header(page)
    pixels = page.asarray()
    if page.axes == "SYX":
        pixels = np.moveaxis(pixels, 0, 2)
    return np.ascontiguousarray(pixels).reshape(*header.size, header.n_channels)
