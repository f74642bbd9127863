"""Print memory and time of an auto-encoder on rows in files and in memory, as Markdown.

The rows are written to a temporary folder.  Each line is one process.  Memory is what the process holds beside pages of
files, which the system takes back when it needs them: the most of it during the fit, less what it was after a fit of a
few rows.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from _timing import fresh, grown, machine, markdown

N_COLUMNS, ROWS_AT_ONCE = 2_000, 8_192
STORES = ("memmap", "HDF5", "Zarr")


def opened(store: str, folder: Path, n_rows: int = 0):
    """The array of a store; a new one of so many rows, if there are any."""
    shape, chunks = (n_rows, N_COLUMNS), (8, N_COLUMNS)
    if store == "memmap":
        path = folder / "x.npy"
        return np.lib.format.open_memmap(path, "w+", "float32", shape) if n_rows else np.load(path, mmap_mode="r")
    if store == "HDF5":
        import h5py

        file = h5py.File(folder / "x.h5", "w" if n_rows else "r")
        return file.create_dataset("x", shape, "float32", chunks=chunks) if n_rows else file["x"]
    import zarr

    path = folder / "x.zarr"
    if not n_rows:
        return zarr.open_array(path, mode="r")
    return zarr.create_array(path, shape=shape, chunks=chunks, shards=(ROWS_AT_ONCE, N_COLUMNS), dtype="float32")


def write(store: str, folder: Path, n_rows: int) -> None:
    array, rng = opened(store, folder, n_rows), np.random.default_rng(0)
    for start in range(0, n_rows, ROWS_AT_ONCE):
        n = min(ROWS_AT_ONCE, n_rows - start)
        codes = rng.normal(size=(n, 8)).astype("float32")
        array[start : start + n] = codes @ np.ones((8, N_COLUMNS), "float32") + rng.random((n, N_COLUMNS), "float32")


def measure(store: str, folder: Path, from_memory: bool) -> dict[str, float]:
    """Megabytes and seconds of a fit of one epoch."""
    from skmlbio import AutoEncoderTransformer

    estimator = AutoEncoderTransformer(8, hidden_layer_sizes=(32,), epochs=1, batch_size=256, random_state=0)
    estimator.fit(np.random.default_rng(0).normal(size=(1_000, N_COLUMNS)))

    def fit() -> None:
        rows = opened(store, folder)
        estimator.fit(rows[:] + np.float32(0) if from_memory else rows)

    return dict(zip(("megabytes", "seconds"), grown(fit), strict=True))


def measured(store: str, folder: Path, *options: str) -> list[str]:
    found = fresh(Path(__file__), "--measure", store, folder, *options)
    if isinstance(found, str):
        return [found, ""]
    return [f"{found['megabytes']:.0f} MB", f"{found['seconds']:.1f} s"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=4.0, help="of the large file")
    parser.add_argument("--small", type=float, default=0.5, help="gigabytes of the file that is read into memory too")
    parser.add_argument("--stores", nargs="+", choices=STORES, default=["memmap"])
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--from-memory", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure[0], Path(chosen.measure[1]), chosen.from_memory)))
        return
    lines = []
    for store in chosen.stores:
        for gigabytes in (chosen.small, chosen.gigabytes):
            with tempfile.TemporaryDirectory() as folder:
                write(store, Path(folder), round(gigabytes * 1e9 / (4 * N_COLUMNS)))
                lines.append((store, f"{gigabytes:g} GB", *measured(store, Path(folder))))
                if gigabytes == chosen.small:
                    lines.append(("memory", f"{gigabytes:g} GB", *measured(store, Path(folder), "--from-memory")))
    print(machine(), "", markdown("rows in | size | memory of the fit | one epoch", lines), "", sep="\n")


if __name__ == "__main__":
    main()
