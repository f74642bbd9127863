"""Folders of images: the bits of a fit from memory, little memory, and the tools of scikit-learn."""

import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline

from skmlbio import ImageAutoEncoderTransformer, ImageCNNClassifier, PatternDetector
from skmlbio.images import ImageFolder, ImageSequence, _image_files, read_images
from skmlbio.images._image_reader import read_pixels
from skmlbio.training import _batches

FEW = {"n_filters": 4, "n_blocks": 1, "epochs": 2, "batch_size": 8, "random_state": 0}


def make_folder(folder: Path, sizes: list[tuple[int, int]]) -> ImageFolder:
    """Noise, in every other image with a line that stands."""
    random = np.random.default_rng(0)
    for number, size in enumerate(sizes):
        pixels = random.integers(0, 100, size, np.uint8)
        if number % 2:
            pixels[:, size[1] // 2] = 255
        path = folder / ("noise", "line")[number % 2] / f"{number:03d}.png"
        path.parent.mkdir(exist_ok=True, parents=True)
        Image.fromarray(pixels).save(path)
    return read_images(folder)


@pytest.fixture(scope="module")
def of_one_size(tmp_path_factory: pytest.TempPathFactory) -> ImageFolder:
    return make_folder(tmp_path_factory.mktemp("one"), [(8, 9)] * 40)


@pytest.fixture(scope="module")
def of_many_sizes(tmp_path_factory: pytest.TempPathFactory) -> ImageFolder:
    return make_folder(tmp_path_factory.mktemp("many"), [(6 + n % 3, 9) if n < 24 else (20, 9) for n in range(40)])


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read, in their order."""
    read: list[str] = []
    monkeypatch.setattr(_image_files, "read_pixels", lambda path: read.append(path) or read_pixels(path))
    return read


@pytest.mark.parametrize("folder", ["of_one_size", "of_many_sizes"])
@pytest.mark.parametrize("in_blocks", [False, True])
def test_a_folder_gives_the_bits_of_a_list(folder: str, in_blocks: bool, request, monkeypatch) -> None:
    if in_blocks:  # none of which holds all images, each read in parts
        monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**12)
        monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**12)
        monkeypatch.setattr(_batches, "_BYTES_TAKEN_AT_ONCE", 2**10)
    X, y = request.getfixturevalue(folder)
    inside = ImageCNNClassifier(**FEW, validation_fraction=0.2).fit(list(X), y)
    outside = ImageCNNClassifier(**FEW, validation_fraction=0.2).fit(X, y)
    assert inside.history_ == outside.history_ and inside.image_shape_ == outside.image_shape_
    assert all(np.array_equal(*pair) for pair in zip(inside.weights_, outside.weights_, strict=True))
    for of_file, of_list in zip(outside.attributions(X[:4]), inside.attributions(list(X[:4])), strict=True):
        assert np.array_equal(of_file, of_list)
    assert np.array_equal(inside.predict_proba(list(X)), pickle.loads(pickle.dumps(outside)).predict_proba(X))


def test_images_are_read_some_at_a_time(of_one_size, reads, monkeypatch) -> None:
    X, y = of_one_size
    classifier = ImageCNNClassifier(**FEW, batch_normalization=False).fit(X, y)
    in_memory = len(reads)
    assert 3 * len(X) <= in_memory <= 3 * len(X) + 12  # for mean, variance and training, and first ones for their size
    monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**12)
    monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**12)
    classifier.fit(X, y)
    assert 4 * len(X) <= len(reads) - in_memory <= 4 * len(X) + 12  # once more, for another epoch


class Large(ImageSequence):
    """Images that are made when they are read: a folder of gigabytes without the disk."""

    def __init__(self, numbers: np.ndarray):
        super().__init__(np.full((len(numbers), 2), 256), 1, np.uint8)
        self.numbers = numbers

    def read(self, index: int) -> np.ndarray:
        return np.full((256, 256, 1), 10 * (self.numbers[index] % 2), np.uint8)

    def subset(self, rows: np.ndarray) -> "Large":
        return Large(self.numbers[rows])


def test_images_need_not_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**23)
    images, y = Large(np.arange(240)), np.arange(240) % 2  # 63 MB as numbers
    classifier = ImageCNNClassifier(1, n_blocks=1, kernel_size=1, pool_size=16, batch_normalization=False, epochs=1)
    classifier.fit(images[:2], y[:2])  # loads TensorFlow
    tracemalloc.start()
    try:
        classifier.fit(images, y, X_val=images[:40], y_val=y[:40]).predict(images)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 42e6


def test_tools_of_scikit_learn(of_one_size, of_many_sizes) -> None:
    X, y = of_one_size
    classifier = ImageCNNClassifier(**{**FEW, "epochs": 1})
    assert cross_val_score(classifier, X, y, cv=2).shape == (2,)
    search = GridSearchCV(make_pipeline(classifier), {"imagecnnclassifier__epochs": [1, 2]}, cv=2)
    search.fit(X, y)
    assert search.predict(X[::2]).shape == (20,)
    X_train, X_test, y_train, y_test = train_test_split(*of_many_sizes, stratify=of_many_sizes.labels, random_state=0)
    assert 0 <= classifier.fit(X_train, y_train).score(X_test, y_test) <= 1


def test_partial_fit_on_parts(of_one_size) -> None:
    X, y = of_one_size
    from_files, from_memory = ImageCNNClassifier(**FEW), ImageCNNClassifier(**FEW)
    for rows in np.array_split(np.random.default_rng(0).permutation(40), 3):
        from_files.partial_fit(X[rows], y[rows], classes=["line", "noise"])
        from_memory.partial_fit([X[row] for row in rows], y[rows], classes=["line", "noise"])
    assert np.array_equal(from_files.predict_proba(X), from_memory.predict_proba(X))


def test_an_auto_encoder_reads_them_too(of_one_size) -> None:
    X, _ = of_one_size
    options = {"latent_dim": 2, "n_filters": 2, "n_blocks": 1, "epochs": 1, "random_state": 0}
    outside, inside = (ImageAutoEncoderTransformer(**options).fit(images) for images in (X, list(X)))
    assert np.array_equal(outside.transform(X), inside.transform(list(X)))


def test_a_pattern_is_found_in_files(of_one_size) -> None:
    X, _ = of_one_size
    detector = PatternDetector([[[0, 255, 0]] * 3], similarity="correlation").fit(X)
    for found, expected in zip(detector.predict(X), detector.predict(list(X)), strict=True):
        assert np.array_equal(found, expected)


def test_other_channels_and_a_cut_file(tmp_path: Path) -> None:
    X, y = make_folder(tmp_path, [(8, 9)] * 8)
    classifier = ImageCNNClassifier(**{**FEW, "epochs": 1})
    with pytest.raises(ValueError, match="image 0 has 3 channels, but those of the fit had 1"):
        classifier.fit(X, y).predict(read_images(tmp_path, n_channels=3).images)
    content = Path(X.paths[5]).read_bytes()
    Path(X.paths[5]).write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"00\d\.png cannot be read: "):
        classifier.fit(X, y)
