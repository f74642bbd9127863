"""Print memory and time of reading proteins from a FASTA file and from a list, for an epoch of training, as Markdown.

The files are written to a temporary folder: random proteins of 50 to 450 residues, 60 in a line.  Measured is what a
fit of one epoch does with them, but for the steps of the network, whose memory is that of a batch: records are found,
the alphabet is recognised, strings are checked, shuffled and laid out for the steps, 256 in each.  Each line is one
process; memory is what that takes beside pages of files, which the system takes back when it needs them.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from _timing import fresh, grown, machine, markdown

LETTERS = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8)


def write(path: Path, n_bytes: int) -> None:
    random = np.random.default_rng(0)
    with open(path, "wb") as file:
        while file.tell() < n_bytes:
            protein = LETTERS[random.integers(20, size=random.integers(50, 451))].tobytes()
            lines = [protein[start : start + 60] for start in range(0, len(protein), 60)]
            file.write(b">protein\n" + b"\n".join(lines) + b"\n")


def measure(path: Path, from_memory: bool) -> dict[str, float]:
    """Megabytes and seconds of an epoch."""
    from skmlbio import MaskedSequenceEncoder
    from skmlbio.sequences import FastaFile, read_fasta
    from skmlbio.training._batches import TrainingSet, epoch_blocks, plan_blocks

    def epoch() -> None:
        X = read_fasta(path).sequences if from_memory else FastaFile(path)
        data = MaskedSequenceEncoder()._encode(X, reset=True)
        training = TrainingSet(data, (), np.ones(len(data)))
        n_steps = sum(
            block.n_steps
            for block in epoch_blocks(training.weights, plan_blocks(training, 256), np.random.default_rng(0))
        )
        assert n_steps >= len(data) / 256

    return dict(zip(("megabytes", "seconds"), grown(epoch), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[50, 200, 800], help="of the files")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--from-memory", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.from_memory)))
        return
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for megabytes in chosen.megabytes:
            path = Path(folder, f"{megabytes}.fasta")
            write(path, megabytes * 10**6)
            for name, options in (("file", []), ("list", ["--from-memory"])):
                found = fresh(Path(__file__), "--measure", path, *options)
                if isinstance(found, dict):
                    found = f"{found['megabytes']:.0f} MB | {found['seconds']:.0f} s"
                lines.append((name, f"{megabytes} MB", found))
            path.unlink()
    print(machine(), "", markdown("proteins in | size | memory | one epoch", lines), "", sep="\n")


if __name__ == "__main__":
    main()
