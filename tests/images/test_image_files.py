"""Folders of images: classes by sub-folder, nothing read before it is needed, and what is wrong with a folder."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skmlbio.images import ImageFiles, _image_files, read_images


def write(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes, one with a folder inside, and files that are no images."""
    for number, name in enumerate(("wing/b.png", "wing/a.jpg", "eye/patient 2/c.tif", "eye/d.PNG")):
        write(tmp_path / name, np.full((4 + number, 6), 50 * number, np.uint8))
    for name in ("notes.txt", "wing/table.csv", "wing/._b.png", ".hidden/x.png", "__MACOSX/wing/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("no image")
    return tmp_path


def test_classes_are_sub_folders(folder: Path) -> None:
    X, y = read_images(folder)
    assert y.tolist() == ["eye", "eye", "wing", "wing"]
    assert [Path(path).name for path in X.paths] == ["d.PNG", "c.tif", "a.jpg", "b.png"]
    assert X.sizes.tolist() == [[7, 6], [6, 6], [5, 6], [4, 6]] and (X.n_channels, X.dtype, X.shape) == (
        1,
        "uint8",
        (4,),
    )
    assert [int(image[0, 0, 0]) for image in X] == [150, 100, 50, 0]
    assert repr(X[1:]) == "<ImageFiles: 3 images, n_channels=1, uint8>"
    (folder / "eye" / "patient 2" / "back").symlink_to(folder, target_is_directory=True)
    assert read_images(folder).images.paths.tolist() == X.paths.tolist()
    images, labels = read_images(folder / "wing")
    assert labels is None and images.paths.tolist() == X.paths[2:].tolist()


def test_nothing_is_read_before_it_is_needed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(_image_files, "read_pixels", lambda path: read.append(path) or np.zeros((4, 6, 1), np.uint8))
    X, _ = read_images(str(folder))
    part = pickle.loads(pickle.dumps(X[[3, 1]]))
    assert read == [] and type(part) is ImageFiles and part.paths.tolist() == X.paths[[3, 1]].tolist()
    assert part[0].shape == (4, 6, 1) and read == [X.paths[3]]


def test_size_channels_and_bits(folder: Path) -> None:
    X, _ = read_images(folder, size=(3, 5), n_channels=3)
    assert {image.shape for image in X} == {(3, 5, 3)} and [int(image.mean()) for image in X] == [150, 100, 50, 0]
    assert X[::-1][0].shape == (3, 5, 3)
    write(folder / "wing" / "deep.png", np.full((2, 2), 65535, np.uint16))
    write(folder / "wing" / "white.png", np.full((2, 2), 255, np.uint8))
    X, _ = read_images(folder)
    assert X.dtype == np.uint16 and [int(image[0, 0, 0]) for image in X[-2:]] == [65535, 65535]
    write(folder / "wing" / "white.png", np.full((3, 2), 255, np.uint8))
    with pytest.raises(
        ValueError, match=r"white\.png is of shape \(3, 2, 1\) and dtype uint8, where \(2, 2, 1\) and uint"
    ):
        X[5]
    assert read_images(folder, size=np.array([3, 5])).images[0].shape == (3, 5, 1)


@pytest.mark.parametrize(
    ("name", "n_channels", "message"),
    [
        ("wing/z.png", 3, r"z\.png has 3 channels, but .*d\.PNG has 1; n_channels=1, 3 or 4 brings all to that number"),
        ("z.png", 1, r"z\.png stands beside sub-folders such as .*eye, whose names are the classes"),
        ("empty", 0, r"empty has no image in it, no file that ends in \.png, \.jpg, \.jpeg, \.tif, \.tiff"),
        ("wing/z.bmp", 1, r"z\.bmp has a format that is not read; PNG, JPEG and TIFF files are"),
    ],
)
def test_what_is_wrong_with_a_folder(folder: Path, name: str, n_channels: int, message: str) -> None:
    if n_channels:
        write(folder / name, np.zeros((4, 6, 3) if n_channels == 3 else (4, 6), np.uint8))
    else:
        (folder / name).mkdir()
    with pytest.raises(ValueError, match=message):
        read_images(folder)


def test_files_that_change_or_go_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    X, converted = read_images(folder.name).images, read_images(folder, size=(4, 6), n_channels=1).images
    monkeypatch.chdir(folder)
    assert X[3].shape == (4, 6, 1)
    for changed in (np.zeros((4, 6), np.uint16), np.zeros((4, 6, 3), np.uint8)):
        write(folder / "wing" / "b.png", changed)
        with pytest.raises(ValueError, match=r"b\.png is of shape .* and uint8 were announced: it has changed since"):
            X[3:][0]
    assert converted[::-1][0].shape == (4, 6, 1)  # as all colours would be
    (folder / "wing" / "b.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"/wing/b\.png is not there: it was deleted or moved, or is a link"):
        X[3]
    (folder / "wing" / "b.png").symlink_to(folder / "nothing.png")
    with pytest.raises(FileNotFoundError, match=r"/wing/b\.png is not there"):
        read_images(folder)


def test_no_such_folder_and_impossible_forms(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing"):
        read_images(folder / "missing")
    with pytest.raises(NotADirectoryError, match=r"there is no folder .*notes\.txt"):
        read_images(folder / "notes.txt")
    with pytest.raises(TypeError, match="folder must be a str or a path, got NoneType"):
        read_images(None)
    for size in (8, np.array([8.0, 4.0]), (8,), (0, 4), (True, 4), (2.5, 4), "ab"):
        with pytest.raises(ValueError, match=r"size must be \(height, width\), each an int of 1 or more, or None; got"):
            read_images(folder, size=size)
    for n_channels in (2, True, "3", 0):
        with pytest.raises(ValueError, match="n_channels must be 1, 3, 4 or None, got"):
            read_images(folder, n_channels=n_channels)


def test_pillow_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r'read_images needs Pillow: pip install "skmlbio\[images\]"'):
        read_images(folder)
