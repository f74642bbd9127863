"""Print how well secondary structure is told from single sequences, in three states, as Markdown.

Trained on the FLIP training chains (NetSurfP-2.0's; 5jen-C is left out, which is a chain of TS115), with nothing
pre-trained and no profiles; Q3 is the share of right residues of those that are resolved, over all chains of a set.
Settings have been chosen on the validation chains, after six epochs on 1,500 chains; the two test sets have been looked
at once.  Baselines: always the most frequent state, and a logistic regression on a window of 17 residues, one-hot, as
the README of the data measures it, on 1,500 chains and on all.  Findings are kept in a file, a fit in a checkpoint, so
that what was stopped goes on.
"""

import argparse
import csv
import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _timing import DATA, duration, machine, markdown

FLIP, TS115 = DATA / "secondary_structure_flip", DATA / "secondary_structure_ts115"
SHARED = "5jen-C"
WINDOW, N_SOME = 17, 1500
SETS = {"validation": "validation", "364 new chains": "test", "TS115": "TS115"}
SETTINGS = {
    "body": "rnn", "n_layers": 2, "n_units": 64, "embedding_dim": 64, "kernel_width": 9, "dropout": 0.2, "l2": 1e-5,
    "learning_rate": 2e-3,
}  # fmt: skip
Chains = tuple[list[str], list[str]]


def read_fasta(name: str) -> dict[str, tuple[str, str]]:
    """The description and the letters of every chain."""
    with gzip.open(FLIP / f"{name}.fasta.gz", "rt") as file:
        records = [record.partition("\n") for record in file.read().split(">")[1:]]
    heads = [head.partition(" ") for head, _, _ in records]
    return {key: (told, "".join(text.split())) for (key, _, told), (_, _, text) in zip(heads, records, strict=True)}


def flip() -> dict[str, Chains]:
    """Residues and states of the training, validation and test chains, "?" where there is no structure."""
    sequences, labels, masks = (read_fasta(name) for name in ("sequences", "sampled", "mask"))
    parts: dict[str, Chains] = {"train": ([], []), "validation": ([], []), "test": ([], [])}
    for key, (told, states) in labels.items():
        part = "test" if "SET=test" in told else "validation" if "VALIDATION=True" in told else "train"
        if key != SHARED:
            parts[part][0].append(sequences[key][1])
            parts[part][1].append(known(states, masks[key][1]))
    return parts


def ts115() -> Chains:
    with gzip.open(TS115 / "TS115_HHblits.csv.gz", "rt") as file:
        rows = [[cell.split() for cell in row] for row in list(csv.reader(file))[1:]]
    return ["".join(letters) for letters, *_ in rows], [
        known(states, [one * other for one, other in zip(map(float, resolved), map(float, counts), strict=True)])
        for _, states, _, resolved, counts in rows
    ]


def known(states: list[str] | str, mask) -> str:
    return "".join(state if float(counts) else "?" for state, counts in zip(states, mask, strict=True))


def some(chains: Chains, n: int | None, state: int = 0) -> Chains:
    rows = np.random.default_rng(state).permutation(len(chains[0]))[:n]
    return [chains[0][i] for i in rows], [chains[1][i] for i in rows]


def most_frequent(chains: Chains, chosen: argparse.Namespace) -> Callable:
    counts = {state: sum(of_chain.count(state) for of_chain in chains[1]) for state in "CEH"}
    return lambda X: [max(counts, key=counts.get) * len(chain) for chain in X]


def windowed_linear(chains: Chains, chosen: argparse.Namespace) -> Callable:
    from sklearn.linear_model import LogisticRegression

    states = np.array(list("".join(chains[1])))
    rows = np.flatnonzero(states != "?")
    regression = LogisticRegression(max_iter=200).fit(windows(chains[0])[rows], states[rows])

    def predict(X):
        found = "".join(regression.predict(windows(X)))
        ends = np.cumsum([len(chain) for chain in X])
        return [found[end - len(chain) : end] for chain, end in zip(X, ends, strict=True)]

    return predict


def windows(X: list[str]):
    """One-hot windows of all residues, as a sparse matrix: 21 columns a place, the last for all other letters."""
    from scipy.sparse import csr_array

    number = {letter: i for i, letter in enumerate("ACDEFGHIKLMNPQRSTVWY")}
    half, places = WINDOW // 2, np.arange(WINDOW)
    columns, ends = [], [0]
    for chain in X:
        letters = np.array([-1] * half + [number.get(letter, 20) for letter in chain] + [-1] * half)
        near = np.lib.stride_tricks.sliding_window_view(letters, WINDOW)
        columns.append((near + 21 * places)[near >= 0])
        ends.append((near >= 0).sum(axis=1))
    indices, offsets = np.concatenate(columns), np.cumsum(np.concatenate([[0], *ends[1:]]))
    return csr_array((np.ones(len(indices), np.float32), indices, offsets), shape=(len(offsets) - 1, 21 * WINDOW))


def tagger(one_by_one: bool = False, **changes) -> Callable:
    """A fit of a tagger, of which labels are asked together, or each for itself."""

    def fit(chains: Chains, chosen: argparse.Namespace) -> Callable:
        from skmlbio import SequenceTagger

        settings = SETTINGS | changes
        fit = SequenceTagger("protein", random_state=0, checkpoint=chosen.checkpoint, **settings).fit(*chains)
        if not one_by_one:
            return fit.predict
        return lambda X: ["".join(fit.classes_[found.argmax(axis=1)]) for found in fit.predict_proba(X)]

    return fit


METHODS = {
    "always the most frequent state": (most_frequent, None),
    "logistic regression on 17 residues, 1,500 chains": (windowed_linear, N_SOME),
    "`SequenceTagger`, 1,500 chains": (tagger(epochs=8), N_SOME),
    "`SequenceTagger`, all chains": (tagger(epochs=8), None),
    "`SequenceTagger`, all chains, `crf=True`": (tagger(epochs=8, crf=True), None),
    "the same fit, the most probable label of each residue": (tagger(one_by_one=True, epochs=8, crf=True), None),
}


def measure(method: str, chosen: argparse.Namespace) -> None:
    from skmlbio.sequences import q3_score

    if any(found["method"] == method for found in findings(chosen.results)):
        return
    fit, n_chains = METHODS[method]
    parts = flip() | {"TS115": ts115()}
    start = time.perf_counter()
    predict = fit(parts["train"] if n_chains is None else some(parts["train"], n_chains), chosen)
    found = {"method": method, "seconds": time.perf_counter() - start}
    found |= {name: q3_score(parts[part][1], predict(parts[part][0])) for name, part in SETS.items()}
    with chosen.results.open("a") as file:
        file.write(json.dumps(found) + "\n")


def findings(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", type=int, default=list(range(len(METHODS))), help="by their places")
    parser.add_argument("--results", type=Path, required=True, help="file of findings, one JSON object a line")
    parser.add_argument("--checkpoint", help="folder for the states of fits")
    chosen = parser.parse_args()
    for place in chosen.methods:
        measure(list(METHODS)[place], chosen)
    rows = [
        [found["method"], *(f"{found[name]:.1%}" for name in SETS), duration(found["seconds"])]
        for found in sorted(findings(chosen.results), key=lambda found: list(METHODS).index(found["method"]))
    ]
    print(machine(), "", markdown(f"method | {' | '.join(SETS)} | fit", rows), sep="\n")


if __name__ == "__main__":
    main()
