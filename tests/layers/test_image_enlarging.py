"""Images made larger undo the shape of pooling, whatever their size."""

import numpy as np
import pytest

from skmlbio.layers import ImageEnlarging, WindowPooling


@pytest.mark.parametrize("factor", [1, 2, 3])
@pytest.mark.parametrize("size", [(6, 6), (7, 10), (1, 5)])
def test_every_pixel_gets_the_value_of_its_window(factor: int, size: tuple[int, int]) -> None:
    x = np.random.default_rng(0).normal(size=(2, *size, 3)).astype("float32")
    pooled = WindowPooling(factor)(x)
    known, asked = ImageEnlarging(factor, size)(pooled).numpy(), ImageEnlarging(factor)(pooled, x).numpy()
    assert np.array_equal(known, asked) and known.shape == x.shape
    for row in range(size[0]):
        for column in range(size[1]):
            assert np.array_equal(known[:, row, column], pooled[:, row // factor, column // factor])
