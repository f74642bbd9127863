"""Batches and epochs where the user does not say."""

from itertools import pairwise

import numpy as np
import pytest

from skmlbio.training._budget import Plateau, automatic_batch_size, automatic_end


@pytest.mark.parametrize(
    ("n_samples", "size"), [(1, 32), (4096, 32), (8191, 32), (8192, 64), (20_000, 128), (32_768, 256), (10**7, 256)]
)
def test_batch_sizes(n_samples: int, size: int) -> None:
    assert automatic_batch_size(n_samples) == size


def test_more_samples_never_mean_smaller_batches() -> None:
    sizes = [automatic_batch_size(n) for n in range(1, 60_000, 97)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("steps", "averaged", "most"),
    [(1, False, 300), (10**6, False, 300), (1, True, 300), (10, True, 200), (32, True, 100)],
)
def test_most_epochs(steps: int, averaged: bool, most: int) -> None:
    assert automatic_end(steps, averaged)[0] == most


def falling(n_epochs: int, rate: float, level: float = 1.0, noise: float = 0.0) -> list[float]:
    """The losses of epochs that fall from 1 above the level towards it."""
    draws = np.random.default_rng(0).normal(size=n_epochs)
    return (level + np.exp(-rate * np.arange(n_epochs)) + noise * draws).tolist()


def end(losses: list[float], steps_of_an_epoch: int = 100) -> int:
    """After how many epochs a fit with these losses ends."""
    plateau, n_epochs = Plateau(0.02, steps_of_an_epoch), 0
    while True:
        n_epochs = plateau.next_look(n_epochs)
        if n_epochs >= len(losses) or plateau.reached(losses[:n_epochs]):
            return n_epochs


@pytest.mark.parametrize("level", [0.0, 1.0, -5.0])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_the_end_depends_on_the_shape_of_the_losses_only(level: float, scale: float) -> None:
    losses = [scale * loss for loss in falling(500, 0.1, level)]
    assert end(losses, 10**6) == end(falling(500, 0.1), 10**6)


def test_what_falls_slowly_is_trained_for_longer_in_proportion() -> None:
    ends = [end(falling(5000, rate)) for rate in (0.1, 0.05, 0.025, 0.0125)]
    for quick, slow in pairwise(ends):
        assert slow / quick == pytest.approx(2, rel=0.25)
    left = [np.exp(-rate * n) for rate, n in zip((0.1, 0.05, 0.025, 0.0125), ends, strict=True)]
    assert max(left) < 0.05  # of what there was to learn


def test_noise_ends_no_fit_that_still_learns() -> None:
    assert end(falling(3000, 0.02, noise=0.02)) > 80
    assert end(falling(3000, 0.02, noise=0.02)) < 600


def test_a_slow_start_is_waited_for_but_not_for_ever() -> None:
    late = [1.0] * 60 + falling(300, 0.1, 0.0)
    assert end(late, steps_of_an_epoch=10) > 100
    assert 1000 <= 10 * end([1.0] * 400, steps_of_an_epoch=10) < 1300
    assert end([1.0] * 400, steps_of_an_epoch=10_000) == 22


def test_looks_become_rarer() -> None:
    looks = [0]
    while looks[-1] < 100:
        looks.append(Plateau.next_look(looks[-1]))
    assert looks[:6] == [0, 20, 22, 24, 27, 30]
    assert all(later - earlier <= max(20, earlier // 8) for earlier, later in pairwise(looks))
