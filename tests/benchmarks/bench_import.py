"""Print what `import skmlbio` costs beside `import sklearn.base`: medians over fresh processes, taken in turns."""

import statistics
import subprocess
import sys
import tempfile

N_RUNS = 15
STATEMENTS = ["import sklearn.base", "import skmlbio", "from skmlbio import AutoEncoderTransformer"]
PROGRAM = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


def seconds(statement: str, folder: str) -> float:
    """Time one statement in a fresh process that does not start in the checkout."""
    command = [sys.executable, "-c", PROGRAM.format(statement)]
    return float(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for statement in STATEMENTS:
            seconds(statement, folder)  # the first run compiles bytecode and fills the disk cache
        runs = [[seconds(statement, folder) for statement in STATEMENTS] for _ in range(N_RUNS)]
    medians = [statistics.median(times) for times in zip(*runs, strict=True)]
    for statement, median in zip(STATEMENTS, medians, strict=True):
        print(f"{statement:45s} {1000 * median:8.1f} ms   {median / medians[0]:5.2f} x import sklearn.base")


if __name__ == "__main__":
    main()
