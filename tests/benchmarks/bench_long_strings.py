"""Print time and memory of attention over long strings, within a window and among all residues, as Markdown.

Each line is one process: a first fit and prediction, which trace the network, then the same again under a clock.
Memory is the most that the process ever held, Python and TensorFlow included.
"""

import argparse
import json
import resource
from pathlib import Path

import numpy as np
from _timing import duration, fresh, import_all_of_ours, machine, markdown, seconds

LENGTHS, WINDOW, N_STRINGS, EPOCHS = (2_048, 8_192), 128, 4, 4


def measure(length: int, window: int | None) -> dict[str, float]:
    """Seconds of a training step and of a prediction, both of one string, and megabytes."""
    import_all_of_ours()
    from skmlbio import AttentionClassifier

    letters = np.random.default_rng(0).choice(list("ACGT"), (N_STRINGS, length))
    X, y = ["".join(string) for string in letters], np.arange(N_STRINGS) % 2
    classifier = AttentionClassifier(
        "dna", attention_window=window, positions="rotary", batch_size=1, epochs=EPOCHS, random_state=0
    )
    classifier.fit(X, y).predict(X[:1])
    trained = min(seconds(lambda: classifier.fit(X, y)) for _ in range(3))
    predicted = min(seconds(lambda: classifier.predict(X[:1])) for _ in range(5))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"step": trained / (EPOCHS * N_STRINGS), "prediction": predicted, "megabytes": megabytes}


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
            figures = [found, "", ""]
            if isinstance(found, dict):
                figures = [duration(found["step"]), duration(found["prediction"]), f"{found['megabytes']:.0f} MB"]
            lines.append((window or "all", f"{length:,}", *figures))
    print(machine(), "", markdown("window | length | training step | prediction | peak memory", lines), sep="\n")


if __name__ == "__main__":
    main()
