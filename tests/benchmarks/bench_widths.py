"""Print what a fit of an auto-encoder costs again and again, by width, with two threads and with one, as Markdown.

Every row is ten fits after a first one, in a process of its own for either number of threads.  A fit should cost the
same each time, and no more with two threads than with one.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

from _timing import duration, fresh, import_all_of_ours, machine, markdown, seconds

ROWS, BATCHES_OF_32 = 320, 512  # enough steps for XLA, which compiles from 256 on
SHAPES = [
    (64, (64,)), (65, (64,)), (200, (512,)), (255, (128, 64)), (500, (2048,)), (765, (64,)), (1003, (256,)),
    (1024, (1024, 256)), (2000, (2048, 512)), (4001, (64,)), (4096, (512,)), (9999, (128,)), (20000, (64,)),
    (20000, (256, 64)),
]  # fmt: skip
N_FITS = 10


def measure(columns: int, hidden: tuple[int, ...], n_threads: int) -> list[float]:
    """Seconds of each of ten fits, after a first one that compiles."""
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    import_all_of_ours()
    from skmlbio import AutoEncoderTransformer

    X = np.random.default_rng(0).normal(size=(ROWS, columns)).astype("float32")
    epochs = BATCHES_OF_32 * 32 // ROWS
    encoder = AutoEncoderTransformer(hidden_layer_sizes=hidden, epochs=epochs, batch_size=32, random_state=0)
    return [seconds(lambda: encoder.fit(X)) for _ in range(N_FITS + 1)][1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="up to 1,024 columns")
    parser.add_argument("--measure", nargs=3, metavar=("COLUMNS", "HIDDEN", "THREADS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        columns, hidden, n_threads = chosen.measure
        return print(json.dumps(measure(int(columns), tuple(json.loads(hidden)), int(n_threads))))
    rows, n_threads = [], len(os.sched_getaffinity(0))
    for columns, hidden in SHAPES:
        if chosen.quick and columns > 1024:
            continue
        several, one = (fresh(Path(__file__), "--measure", columns, json.dumps(hidden), n) for n in (n_threads, 1))
        if isinstance(several, str) or isinstance(one, str):
            sys.exit(f"{columns} columns: {several if isinstance(several, str) else one}")
        middle, alone = statistics.median(several), statistics.median(one)
        spread = f"{max(several) / middle:.2f}"
        rows.append([f"{columns:,}", hidden, duration(middle), spread, duration(alone), f"{middle / alone:.2f}"])
    header = f"columns | hidden layers | {n_threads} threads | slowest / median | one thread | {n_threads} / one"
    print(machine(), "", markdown(header, rows), sep="\n")


if __name__ == "__main__":
    main()
