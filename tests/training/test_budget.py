"""Batches and epochs where the user does not say."""

import pytest

from skmlbio.training._budget import automatic_batch_size, automatic_epochs


@pytest.mark.parametrize(
    ("n_samples", "size"), [(1, 32), (4096, 32), (8191, 32), (8192, 64), (20_000, 128), (32_768, 256), (10**7, 256)]
)
def test_batch_sizes(n_samples: int, size: int) -> None:
    assert automatic_batch_size(n_samples) == size


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "n_epochs"),
    [(1, 32, 300), (100, 32, 300), (1000, 32, 125), (20_000, 128, 25), (10**6, 256, 20), (10**6, None, 300)],
)
def test_epochs(n_samples: int, batch_size: int | None, n_epochs: int) -> None:
    assert automatic_epochs(n_samples, batch_size) == n_epochs


def test_more_samples_never_mean_more_epochs_or_smaller_batches() -> None:
    sizes = [automatic_batch_size(n) for n in range(1, 60_000, 97)]
    assert sizes == sorted(sizes)
    epochs = [automatic_epochs(n, 32) for n in range(1, 60_000, 97)]
    assert epochs == sorted(epochs, reverse=True)
