"""From activations to motifs, against a plain count."""

import numpy as np
import pytest

from skmlbio.estimators._motif_sites import motifs_at_sites, some_of
from skmlbio.sequences import ensure_sequences, reverse_complement

RANDOM = np.random.default_rng(0)
STRINGS = ["".join(RANDOM.choice(list("ACGT"), length)) for length in (20, 13, 5, 2)]
SEQUENCES = ensure_sequences(STRINGS, alphabet="dna")
WIDTHS = (3, 6)
N_FILTERS = 2  # of each width


def counted(strings: list[str], activations: np.ndarray, width: int, threshold: float) -> tuple[np.ndarray, int]:
    """Windows of one filter, looked at one by one; a row of activations is as long as the longest string."""
    windows = [
        (activations[row, start + (width - 1) // 2], string[start : start + width])
        for row, string in enumerate(strings)
        for start in range(len(string) - width + 1)
    ]
    highest = max(value for value, _ in windows)
    sites = [window for value, window in windows if value > 0 and value > threshold * highest]
    return sum((np.array([[x == y for y in "ACGT"] for x in site]) for site in sites), np.zeros((width, 4))), len(sites)


@pytest.mark.parametrize("both_strands", [False, True])
@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.9])
def test_letters_of_active_windows_are_counted(threshold: float, both_strands: bool) -> None:
    strings = STRINGS + reverse_complement(STRINGS) if both_strands else STRINGS
    activations = np.maximum(RANDOM.normal(size=(len(strings), 20, len(WIDTHS) * N_FILTERS)), 0)
    beside = np.concatenate([activations[:4], activations[4:]], axis=1) if both_strands else activations

    def batches():
        yield beside[:3], SEQUENCES[:3]
        yield beside[3:], SEQUENCES[3:]

    motifs = motifs_at_sites(batches, SEQUENCES, WIDTHS, both_strands, threshold)
    assert [m.name for m in motifs] == [f"filter_{i}" for i in range(4)] and [m.width for m in motifs] == [3, 3, 6, 6]
    text = "".join(strings)
    for column, motif in enumerate(motifs):
        counts, n_sites = counted(strings, activations[:, :, column], motif.width, threshold)
        assert motif.n_sites == n_sites > 0
        np.testing.assert_array_equal(motif.counts, counts)
        np.testing.assert_allclose(motif.background, [text.count(letter) / len(text) for letter in "ACGT"])


def test_filters_without_a_window_have_no_sites() -> None:
    activations = np.ones((4, 20, 3), np.float32)
    activations[:, :, 0] = 0  # never active
    activations[:, :, 1] = -1
    silent, negative, everywhere = motifs_at_sites(lambda: [(activations, SEQUENCES)], SEQUENCES, (6,), False, 0.5)
    assert (silent.n_sites, negative.n_sites) == (0, 0) and not silent.counts.any()
    assert everywhere.n_sites == 15 + 8  # windows of 6 in strings of 20 and 13
    (too_wide,) = motifs_at_sites(lambda: [(activations[..., 2:], SEQUENCES)], SEQUENCES, (21,), False, 0.5)
    assert too_wide.n_sites == 0 and too_wide.width == 21


def test_what_is_ambiguous_or_unknown_counts_in_parts() -> None:
    sequences = ensure_sequences(["ARN-"], alphabet="dna", unknown="mask")
    motif, *_ = motifs_at_sites(lambda: [(np.ones((1, 4, 1)), sequences)], sequences, (4,), False, 0.5)
    assert motif.counts.tolist() == [[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0.25] * 4, [0.25] * 4]
    both = np.ones((1, 8, 1))
    motif, *_ = motifs_at_sites(lambda: [(both, sequences)], sequences, (4,), True, 0.5)
    assert motif.n_sites == 2 and motif.counts.tolist()[3] == [0.25, 0.25, 0.25, 1.25]


def test_some_strings_stand_for_many() -> None:
    lengths = np.full(1000, 50)
    assert some_of(lengths, 10**6).tolist() == list(range(1000))
    rows = some_of(lengths, 5000)
    assert len(rows) == 100 == len(set(rows.tolist())) and (rows[0], rows[-1]) == (0, 999)
    assert some_of(np.array([10**6]), 10).tolist() == [0]
