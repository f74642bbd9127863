"""Print memory and time of an auto-encoder on rows in files and in memory, as Markdown.

The rows are written into a temporary folder in FOLDER, which is removed afterwards, and so is what a fit writes to
shuffle rows that are in chunks.  Each line is one process.  Memory is what the process holds beside pages of files,
which the system takes back when it needs them: the most of it during a fit of one epoch, or while codes are asked for,
less what it was after a fit of a few rows.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from _timing import fresh, grown, machine, markdown

N_COLUMNS, ROWS_AT_ONCE, CHUNK_ROWS = 2_000, 8_192, 1_024
STORES = ("memmap", "HDF5", "Zarr", "Parquet")
LIMIT = 500  # megabytes


def opened(store: str, folder: Path, n_rows: int = 0):
    """The array of a store; a new one of so many rows, if there are any."""
    shape, chunks = (n_rows, N_COLUMNS), (CHUNK_ROWS, N_COLUMNS)
    if store == "memmap":
        path = folder / "x.npy"
        return np.lib.format.open_memmap(path, "w+", "float32", shape) if n_rows else np.load(path, mmap_mode="r")
    if store == "HDF5":
        import h5py

        file = h5py.File(folder / "x.h5", "w" if n_rows else "r")
        return file.create_dataset("x", shape, "float32", chunks=chunks) if n_rows else file["x"]
    if store == "Parquet":
        from skmlbio.tables import ParquetFiles

        return ParquetRows(folder / "x.parquet") if n_rows else ParquetFiles(folder)
    import zarr

    path = folder / "x.zarr"
    return zarr.create_array(path, shape=shape, chunks=chunks, dtype="float32") if n_rows else zarr.open_array(path)


class ParquetRows:
    """Rows that are written to a file where they are set, each part as a row group."""

    def __init__(self, path: Path):
        import pyarrow
        from pyarrow import parquet

        names = [f"x{column}" for column in range(N_COLUMNS)]
        self._schema = pyarrow.schema([(name, "float32") for name in names])
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd", use_dictionary=False)

    def __setitem__(self, rows: slice, values: np.ndarray) -> None:
        import pyarrow

        self._writer.write_table(pyarrow.table([*values.T], schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def write(store: str, folder: Path, n_rows: int) -> None:
    array, rng = opened(store, folder, n_rows), np.random.default_rng(0)
    for start in range(0, n_rows, ROWS_AT_ONCE):
        n = min(ROWS_AT_ONCE, n_rows - start)
        codes = rng.normal(size=(n, 8)).astype("float32")
        array[start : start + n] = codes @ np.ones((8, N_COLUMNS), "float32") + rng.random((n, N_COLUMNS), "float32")
    if store == "Parquet":
        array.close()


def measure(store: str, folder: Path, from_memory: bool) -> dict[str, float]:
    """Megabytes and seconds of a fit of one epoch, and of the codes of all rows."""
    from skmlbio import AutoEncoderTransformer

    estimator = AutoEncoderTransformer(8, hidden_layer_sizes=(32,), epochs=1, batch_size=256, random_state=0)
    few = np.random.default_rng(0).normal(size=(1_000, N_COLUMNS)).astype("float32")
    estimator.fit(few).transform(few)

    def rows():
        found = opened(store, folder)
        return np.asarray(found[:]) + np.float32(0) if from_memory else found

    found = dict(zip(("fit_megabytes", "fit_seconds"), grown(lambda: estimator.fit(rows())), strict=True))
    asked = grown(lambda: estimator.transform(rows()))
    return found | dict(zip(("codes_megabytes", "codes_seconds"), asked, strict=True))


def measured(store: str, folder: Path, *options: str) -> list[str]:
    found = fresh(Path(__file__), folder, "--measure", store, *options)
    if isinstance(found, str):
        return [found, "", "", "", ""]
    most = max(found["fit_megabytes"], found["codes_megabytes"])
    figures = [f"{found[f'{of}_megabytes']:.0f} MB, {found[f'{of}_seconds']:.1f} s" for of in ("fit", "codes")]
    return [*figures, "yes" if most <= LIMIT else "no"]


def lines_of(store: str, gigabytes: float, room: Path, with_memory: bool) -> Iterator[list[str]]:
    """Yield the line of a store, and that of the same rows in memory."""
    with tempfile.TemporaryDirectory(dir=room) as folder:
        os.environ["TMPDIR"] = folder  # of the processes that measure
        write(store, Path(folder), round(gigabytes * 1e9 / (4 * N_COLUMNS)))
        yield [store, f"{gigabytes:g} GB", *measured(store, Path(folder))]
        if with_memory:
            yield ["memory", f"{gigabytes:g} GB", *measured(store, Path(folder), "--from-memory")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where there is room for twice the largest file")
    parser.add_argument("--gigabytes", type=float, default=8.0, help="of the large file")
    parser.add_argument("--small", type=float, default=0.5, help="gigabytes of the file that is read into memory too")
    parser.add_argument("--stores", nargs="+", choices=STORES, default=["memmap"])
    parser.add_argument("--measure", choices=STORES, help=argparse.SUPPRESS)
    parser.add_argument("--from-memory", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.folder, chosen.from_memory)))
        return
    print(machine(), "", sep="\n")
    print(markdown(f"rows in | size | fit of one epoch | codes of all rows | at most {LIMIT} MB", ()), flush=True)
    for store in chosen.stores:
        for gigabytes in sorted({chosen.small, chosen.gigabytes}):
            for line in lines_of(store, gigabytes, chosen.folder, with_memory=gigabytes == chosen.small):
                print("| " + " | ".join(line) + " |", flush=True)


if __name__ == "__main__":
    main()
