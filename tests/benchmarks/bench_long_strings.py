"""Print time and memory of attention over long strings, within a window and among all residues, as Markdown.

Each line is one process: a first fit and prediction, which trace the network, then the same again under a clock.
Of several calls, the one that took the processor least counts; its time on all cores stands beside the clock's.  Memory
is the most that the process ever held, Python and TensorFlow included.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _timing import duration, fresh, import_all_of_ours, machine, markdown, seconds

LENGTHS, WINDOW, N_STRINGS, EPOCHS = (2_048, 8_192), 128, 4, 4


def measure(length: int, window: int | None) -> dict[str, object]:
    """Seconds of a training step and of a prediction, both of one string, and megabytes."""
    import_all_of_ours()
    from skmlbio import AttentionClassifier

    letters = np.random.default_rng(0).choice(list("ACGT"), (N_STRINGS, length))
    X, y = ["".join(string) for string in letters], np.arange(N_STRINGS) % 2
    classifier = AttentionClassifier(
        "dna", attention_window=window, positions="rotary", batch_size=1, epochs=EPOCHS, random_state=0
    )
    classifier.fit(X, y).predict(X[:1])
    step = [part / (EPOCHS * N_STRINGS) for part in least(lambda: classifier.fit(X, y))]
    prediction = least(lambda: classifier.predict(X[:1]))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"times": [*step, *prediction], "megabytes": megabytes}


def least(call: Callable[[], object], n_repeats: int = 5) -> tuple[float, float]:
    """Seconds by the clock and of the processor, of the call that took the processor least."""
    runs = []
    for _ in range(n_repeats):
        begun = time.process_time()
        elapsed = seconds(call)
        runs.append((time.process_time() - begun, elapsed))
    processor, elapsed = min(runs)
    return elapsed, processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", nargs=2, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--lengths", nargs="+", type=int, default=LENGTHS)
    parser.add_argument("--windows", nargs="+", type=int, default=[WINDOW, 0], help="0 is attention among all")
    chosen = parser.parse_args()
    if chosen.measure:
        length, window = chosen.measure
        print(json.dumps(measure(length, window or None)))
        return
    lines = []
    for window in chosen.windows:
        for length in chosen.lengths:
            found = fresh(Path(__file__), "--measure", length, window)
            figures = [found]
            if isinstance(found, dict):
                figures = [*map(duration, found["times"]), f"{found['megabytes']:.0f} MB"]
            lines.append((window or "all", f"{length:,}", *figures))
    header = "window | length | training step | processor | prediction | processor | peak memory"
    print(machine(), "", markdown(header, lines), sep="\n")


if __name__ == "__main__":
    main()
