"""Images that are read when they are needed, and the tools of scikit-learn that leave them unread."""

import pickle

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.utils import _safe_indexing, shuffle

from skmlbio.images import Images, ImageSequence, ensure_images


class Made(ImageSequence):
    """Images of one number each, which they keep a record of having made."""

    def __init__(self, numbers, sizes, dtype=np.uint8, n_channels=1):
        super().__init__(sizes, n_channels, dtype)
        self.numbers, self.made = np.asarray(numbers), []

    def read(self, index):
        self.made.append(index)
        return np.full((*self.sizes[index], self.n_channels), self.numbers[index], self.dtype)

    def subset(self, rows):
        return Made(self.numbers[rows], self.sizes[rows], self.dtype, self.n_channels)


def made(n: int = 6) -> Made:
    return Made(range(n), [[2, 3 + i % 2] for i in range(n)])


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        (slice(1, 4), [1, 2, 3]),
        (slice(None, None, -2), [5, 3, 1]),
        ([4, 0, 4], [4, 0, 4]),
        (np.array([-1]), [5]),
        (np.arange(6) > 3, [4, 5]),
        ([True, False] * 3, [0, 2, 4]),
        ((np.array([2, 1]), ...), [2, 1]),
        ([], []),
    ],
)
def test_parts_are_sequences_again(key, numbers: list) -> None:
    images = made()
    part = images[key]
    assert type(part) is Made and part.numbers.tolist() == numbers and part.shape == (len(part),) == (len(numbers),)
    assert part.sizes.tolist() == images.sizes[numbers].tolist() and images.made == part.made == []
    assert [image[0, 0, 0] for image in part] == numbers


def test_an_int_reads_an_image() -> None:
    images = made()
    assert images[3].shape == (2, 4, 1) and images[np.int64(-1)][0, 0, 0] == 5 and images.made == [3, 5]
    for key in (6, -7, 1.5, "x", [6], (0, 0), None, True, np.array(2.0)):
        with pytest.raises(IndexError):
            images[key]


def test_scikit_learn_reads_nothing() -> None:
    images, y = made(12), np.arange(12) % 2
    train, test, y_train, _ = train_test_split(images, y, stratify=y, random_state=0)
    assert (len(train), len(test)) == (9, 3) and (train.numbers % 2 == y_train).all()
    for rows, _ in StratifiedKFold(3).split(images, y):
        assert _safe_indexing(images, rows).numbers.tolist() == rows.tolist()
    assert sorted(shuffle(images, random_state=0).numbers) == list(range(12))
    assert images.made == []
    assert pickle.loads(pickle.dumps(train)).numbers.tolist() == train.numbers.tolist()


def test_they_are_images_for_estimators() -> None:
    sequence = made()
    assert ensure_images(sequence) is sequence and ensure_images(sequence, n_channels=1) is sequence
    images = Images(sequence)
    assert sequence.made == [] and not images.is_wide() and images.n_channels == 1
    assert images[[4, 1]].take(np.array([1]))[0, 0, 0, 0] == np.float32(1) / np.float32(255)
    assert sequence.made == [1]
    with pytest.raises(ValueError, match="image 0 has 1 channel, but those of the fit had 3; all images need"):
        ensure_images(sequence, n_channels=3)
    with pytest.raises(ValueError, match="X is empty; at least one image is needed"):
        ensure_images(sequence[:0])


def test_what_is_read_is_checked() -> None:
    wrong = made()
    wrong.read = lambda index: np.zeros((2, 3, 1), np.uint8)
    assert wrong[0].shape == (2, 3, 1)
    with pytest.raises(ValueError, match=r"image 1 is of shape \(2, 3, 1\) and dtype uint8, where \(2, 4, 1\) and uin"):
        wrong[1]
    with pytest.raises(ValueError, match="image 1 has pixels that are no finite numbers"):
        Made([0.5, np.nan], [[2, 2]] * 2, np.float32)[1]
