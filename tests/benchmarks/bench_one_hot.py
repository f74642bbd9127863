"""One-hot vectors of 100,000 DNA strings of 200, beside the bare NumPy look-ups that make the same array.

Run it: ``python tests/benchmarks/bench_one_hot.py``. The encoder validates every character, folds case and reads
ambiguity codes; the look-ups do not. Each figure is the median of `N_REPEATS` runs in turn, from the list of strings
to the float32 array of shape (100000, 200, 4).
"""

import statistics
import time

import numpy as np

from skmlbio.sequences import OneHotSequenceEncoder

N_SEQUENCES, LENGTH, N_REPEATS = 100_000, 200, 9

TABLE = np.zeros((256, 4), dtype=np.float32)
TABLE[list(b"ACGT")] = np.eye(4, dtype=np.float32)


def take(strings: list[str]) -> np.ndarray:
    """The fastest one-line look-up."""
    codes = np.frombuffer("".join(strings).encode("ascii"), dtype=np.uint8)
    return TABLE.take(codes, axis=0).reshape(len(strings), -1, 4)


def fancy_index(strings: list[str]) -> np.ndarray:
    """The look-up as most people write it."""
    codes = np.frombuffer("".join(strings).encode("ascii"), dtype=np.uint8)
    return TABLE[codes].reshape(len(strings), -1, 4)


def main() -> None:
    """Time the encoder and the look-ups in turn and print medians and ratios."""
    letters = np.random.default_rng(0).choice(list("ACGT"), size=(N_SEQUENCES, LENGTH))
    strings = ["".join(row) for row in letters]
    encoder = OneHotSequenceEncoder("dna").fit(strings)
    programs = {
        "transform": encoder.transform,
        "fit_transform": encoder.fit_transform,
        "bare look-up, table.take(codes)": take,
        "bare look-up, table[codes]": fancy_index,
    }
    expected = take(strings)
    for name, program in programs.items():
        if not np.array_equal(program(strings), expected):
            raise SystemExit(f"{name} makes another array")
    del expected

    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(N_REPEATS):
        for name, program in programs.items():
            start = time.perf_counter()
            program(strings)
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    bare = medians["bare look-up, table.take(codes)"]
    print(f"one-hot of {N_SEQUENCES:,} strings of {LENGTH}, median of {N_REPEATS}")
    for name, median in medians.items():
        print(f"  {name:33s} {1000 * median:7.1f} ms   {median / bare:5.2f} x the faster look-up")


if __name__ == "__main__":
    main()
