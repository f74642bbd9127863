"""Print what saving and loading 10 million weights takes, beside a pickle and beside the bytes alone.

Protocol: an auto-encoder of 2,000 numbers by way of 2,000 and 500, whose weights are random, seed 0; no fit is needed.
Each way writes to and reads from the same folder, in turns, 7 times, and the medians are printed.  "bytes" writes the
arrays one after another and reads them into arrays.  Nothing waits for the disk.
"""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import numpy as np
from _timing import amount, clocked, duration, interleaved, machine, markdown

import skmlbio
from skmlbio import AutoEncoderTransformer

N_REPEATS = 7
MOST_BYTES_BESIDE = 50_000
MOST_TIMES = 2.0


def large_estimator() -> AutoEncoderTransformer:
    """An estimator that was fitted to a few samples, with 10 million weights or a few more."""
    X = np.random.default_rng(0).normal(size=(8, 2000)).astype(np.float32)
    return AutoEncoderTransformer(hidden_layer_sizes=(2000,), latent_dim=500, epochs=1, random_state=0).fit(X)


def ways(estimator: AutoEncoderTransformer, folder: Path) -> dict[str, tuple]:
    """For each way a function that writes and one that reads."""
    weights = estimator.weights_

    def write_bytes() -> None:
        with open(folder / "bytes", "wb") as file:
            for weight in weights:
                file.write(np.ascontiguousarray(weight).data.cast("B") if weight.size else b"")

    def read_bytes() -> list[np.ndarray]:
        with open(folder / "bytes", "rb") as file:
            return [np.fromfile(file, weight.dtype, weight.size) for weight in weights]

    return {
        "bytes": (write_bytes, read_bytes),
        "pickle": (
            lambda: (folder / "pickle").write_bytes(pickle.dumps(estimator)),
            lambda: pickle.loads((folder / "pickle").read_bytes()),
        ),
        "skmlbio.save, load": (
            lambda: skmlbio.save(estimator, folder / "skmlbio.save, load"),
            lambda: skmlbio.load(folder / "skmlbio.save, load"),
        ),
    }


def main() -> None:
    estimator = large_estimator()
    n_bytes = sum(weight.nbytes for weight in estimator.weights_)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        both = ways(estimator, folder)
        for write, read in both.values():
            write(), read()
        calls = {
            (way, step): call for way, pair in both.items() for step, call in zip(("save", "load"), pair, strict=True)
        }
        times = interleaved(clocked(calls), N_REPEATS)
        beside = {way: (folder / way).stat().st_size - n_bytes for way in both}
    sums = {way: times[way, "save"] + times[way, "load"] for way in both}
    print(machine())
    print(f"{n_bytes / 1e6:.1f} MB of weights; to reach: {amount(MOST_BYTES_BESIDE)} beside, {MOST_TIMES:g} x bytes\n")
    print(
        markdown(
            "way | beside the weights | save | load | both, x bytes",
            [
                (
                    way,
                    amount(beside[way]),
                    *(duration(times[way, step]) for step in ("save", "load")),
                    f"{sums[way] / sums['bytes']:.2f}",
                )
                for way in both
            ],
        )
    )


if __name__ == "__main__":
    main()
