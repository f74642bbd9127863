"""Image files of several kinds, read as they were written, and broken ones."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from skmlbio.images._image_reader import in_form, read_header, read_pixels

RANDOM = np.random.default_rng(0)
GREY, COLOUR, OPAQUE = (RANDOM.integers(0, 256, (5, 7, *n), np.uint8) for n in ((), (3,), (4,)))
DEEP = RANDOM.integers(0, 2**16, (5, 7), np.uint16)
DEEP_COLOUR = RANDOM.integers(0, 2**16, (5, 7, 3), np.uint16)


def by_pillow(pixels: np.ndarray, path: Path, mode: str | None = None, **options) -> str:
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path, **options)
    return str(path)


def by_tifffile(pixels: np.ndarray, path: Path, **options) -> str:
    tifffile.imwrite(path, pixels, **options)
    return str(path)


@pytest.mark.parametrize(
    ("name", "write", "pixels"),
    [
        ("grey.png", by_pillow, GREY),
        ("colour.PNG", by_pillow, COLOUR),
        ("opaque.png", by_pillow, OPAQUE),
        ("deep.png", by_pillow, DEEP),
        ("grey.tif", by_pillow, GREY),
        ("colour.tiff", by_pillow, COLOUR),
        ("deep.tif", by_pillow, DEEP),
        ("deep by tifffile.tif", by_tifffile, DEEP),
        ("deep colour.tif", by_tifffile, DEEP_COLOUR),
    ],
)
def test_pixels_are_those_that_were_written(name: str, write, pixels: np.ndarray, tmp_path: Path) -> None:
    path = write(pixels, tmp_path / name)
    found, header = read_pixels(path), read_header(path)
    np.testing.assert_array_equal(found, pixels.reshape(5, 7, -1))
    assert found.dtype == pixels.dtype and (header.size, header.n_channels, header.dtype) == (
        (5, 7),
        found.shape[2],
        pixels.dtype,
    )


def test_other_ways_to_write_them(tmp_path: Path) -> None:
    found = read_pixels(by_pillow(COLOUR, tmp_path / "x.jpg", quality=95))
    assert found.shape == (5, 7, 3) and read_header(str(tmp_path / "x.jpg")).n_channels == 3
    for write, options in ((by_tifffile, {"byteorder": ">"}), (by_pillow, {"compression": "tiff_lzw"})):
        np.testing.assert_array_equal(read_pixels(write(DEEP, tmp_path / "x.tif", **options))[..., 0], DEEP)
    planes = by_tifffile(np.moveaxis(DEEP_COLOUR, 2, 0), tmp_path / "x.tif", photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(read_pixels(planes), DEEP_COLOUR)
    for mode, n_channels in {"1": 1, "P": 3, "LA": 4, "CMYK": 3}.items():
        path = by_pillow(COLOUR, tmp_path / ("x.tif" if mode == "CMYK" else "x.png"), mode)
        assert read_pixels(path).shape[2] == read_header(path).n_channels == n_channels
        assert read_pixels(path).dtype == np.uint8 and read_pixels(path).max() > 200


def test_channels_types_and_sizes() -> None:
    grey, colour, opaque = GREY[..., np.newaxis], COLOUR, OPAQUE
    as_colour = in_form(grey, 3, np.dtype(np.uint8), None)
    np.testing.assert_array_equal(as_colour, np.repeat(grey, 3, axis=2))
    np.testing.assert_array_equal(in_form(as_colour, 1, np.dtype(np.uint8), None), grey)
    by_pillow_itself = np.asarray(Image.fromarray(colour).convert("L"))
    assert abs(in_form(colour, 1, np.dtype(np.uint8), None)[..., 0].astype(int) - by_pillow_itself).max() <= 1
    np.testing.assert_array_equal(in_form(colour, 4, np.dtype(np.uint8), None)[..., 3], 255)
    np.testing.assert_array_equal(in_form(opaque, 3, np.dtype(np.uint8), None), opaque[..., :3])
    np.testing.assert_array_equal(in_form(opaque, 4, np.dtype(np.uint8), None), opaque)
    deep = in_form(grey, 1, np.dtype(np.uint16), None)
    np.testing.assert_array_equal(deep / 65535, grey / 255)
    for pixels in (grey, colour, DEEP_COLOUR):
        small = in_form(np.kron(pixels, np.ones((4, 4, 1), pixels.dtype)), pixels.shape[2], pixels.dtype, (5, 7))
        assert small.shape == pixels.shape and small.dtype == pixels.dtype
        assert abs(small.mean() / pixels.mean() - 1) < 0.03 and small.std() > 0.5 * pixels.std()  # not one pixel of 16
        constant = in_form(np.full_like(pixels, 7), pixels.shape[2], pixels.dtype, (11, 3))
        assert constant.shape == (11, 3, pixels.shape[2]) and (constant == 7).all()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's, before it raises
@pytest.mark.parametrize("name", ["cut.png", "cut.jpg", "cut.tif"])
def test_a_cut_file_is_named(name: str, tmp_path: Path) -> None:
    path = by_pillow(RANDOM.integers(0, 256, (64, 64, 3), np.uint8), tmp_path / name)
    content = Path(path).read_bytes()
    assert read_pixels(path).shape == (64, 64, 3)
    for length in (len(content) // 2, 10, 0):
        Path(path).write_bytes(content[:length])
        with pytest.raises(ValueError, match=rf"{name} cannot be read: ."):
            read_pixels(path)


def test_what_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_text("no image")
    frames = [Image.fromarray(GREY), Image.fromarray(GREY[::-1])]
    frames[0].save(tmp_path / "film.png", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "pages.tif", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "gif.png", format="GIF")
    by_tifffile(np.zeros((2, 5, 7, 3), np.uint16), tmp_path / "deep.tif", photometric="rgb")
    by_tifffile(np.zeros((5, 7), np.float32), tmp_path / "float.tif")
    for name, message in {
        "x.png": "it is no PNG, JPEG or TIFF file",
        "gif.png": "it is no PNG, JPEG or TIFF file",
        "film.png": "it has 2 pages or frames; write each into a file of its own",
        "pages.tif": "it has 2 pages or frames",
        "deep.tif": "it has 2 pages or frames",
        "float.tif": "its pixels are of Pillow's mode F; those of 8 and of 16 bits can be read",
    }.items():
        for read in (read_header, read_pixels):
            with pytest.raises(ValueError, match=f"{name} cannot be read: {message}"):
                read(str(tmp_path / name))
    with pytest.raises(FileNotFoundError, match=r"missing\.png"):
        read_header(str(tmp_path / "missing.png"))


def test_a_camera_writes_a_preview_beside_an_image(tmp_path: Path) -> None:
    image = Image.fromarray(COLOUR)
    image.save(tmp_path / "x.jpg", format="MPO", save_all=True, append_images=[image.resize((3, 2))])
    assert read_header(str(tmp_path / "x.jpg")).size == read_pixels(str(tmp_path / "x.jpg")).shape[:2] == (5, 7)


def test_too_many_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = by_pillow(GREY, tmp_path / "x.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(ValueError, match=r"x\.png cannot be read: Image size \(35 pixels\) exceeds limit of 20"):
        read_header(path)


def test_tifffile_is_asked_for_where_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grey, colour = by_tifffile(DEEP, tmp_path / "grey.tif"), by_tifffile(DEEP_COLOUR, tmp_path / "colour.tif")
    monkeypatch.setitem(sys.modules, "tifffile", None)
    assert read_header(grey).n_channels == 1
    with pytest.raises(ImportError, match=r'need tifffile: pip install "skmlbio\[images\]"'):
        read_header(colour)
