"""Print how well each family of sequence estimators classifies, beside its baselines, as Markdown.

All have their defaults, the alphabet that the data have, and the random states of `--seeds`; nothing is chosen on test
strings.  UCI promoters: leave one out, and ten stratified folds.  Splice junctions: ten stratified folds.  Arabidopsis
and MultiLoc: five stratified folds.  All folds are shuffled with seed 0.  AMPlify and NF-E2: the authors' training and
test strings.  The baselines are logistic regressions, on counts of k-mers (nucleotides: 1 to 6, both strands as they
are; residues: 1 and 2) and on one-hot letters, whose strength is chosen by five folds within each training part, and
Markov chains.  The data are read from the folder `SKMLBIO_DATA`.

Findings are added to the file of `--results`, one line a fit, as they are made; what is there already is not measured
again, so that the script can be stopped, and the table printed from what there is by `--table`.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _timing import DATA, machine, markdown, seconds
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import LeaveOneOut, StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler

import skmlbio
from skmlbio.sequences import KmerCounter, OneHotSequenceEncoder, read_fasta

Samples = tuple[list[str], np.ndarray]
Rows = tuple[np.ndarray, np.ndarray]


def promoters() -> Samples:
    rows = [line.split(",") for line in (DATA / "uci_promoters" / "promoters.data").read_text().splitlines() if line]
    return [row[2].strip() for row in rows], np.array([row[0] for row in rows])


def splice() -> Samples:
    with gzip.open(DATA / "uci_splice" / "splice.data.gz", "rt") as file:
        rows = [[field.strip() for field in line.split(",")] for line in file]
    return [row[2] for row in rows], np.array([row[0] for row in rows])


def labelled(files: dict[str, list[Path]]) -> Samples:
    """The strings of FASTA files, and the class of each file."""
    X, y = [], []
    for label, paths in files.items():
        for path in paths:
            strings = read_fasta(path).sequences
            X += strings
            y += [label] * len(strings)
    return X, np.array(y)


def arabidopsis(promoter: str, other: str) -> Samples:
    folder = DATA / "arabidopsis_promoters"
    files = {"promoter": f"Arabidopsis_{promoter}.fa.gz", "other": f"Arabidopsis_{other}.fa.gz"}
    return labelled({label: [folder / name] for label, name in files.items()})


def multiloc() -> Samples:
    files = sorted((DATA / "multiloc").glob("*.fasta*"))
    return labelled({path.name.split(".")[0]: [path] for path in files})


def amplify() -> tuple[list[str], np.ndarray, int]:
    """Strings, classes, and how many of them, the first, are for training."""
    parts = []
    for part in ("train", "test"):
        names = {"antimicrobial": f"AMPlify_AMP_{part}_common.fa", "other": f"AMPlify_non_AMP_{part}_balanced.fa"}
        parts.append(labelled({label: [DATA / "amp_amplify" / name] for label, name in names.items()}))
    return joined(*parts)


def nfe2() -> tuple[list[str], np.ndarray, int]:
    folder = DATA / "nfe2_binding"
    return joined(*(labelled({c: [folder / f"{part}_{c}.fa"] for c in ("pos", "neg")}) for part in ("train", "test")))


def joined(training: Samples, test: Samples) -> tuple[list[str], np.ndarray, int]:
    return training[0] + test[0], np.r_[training[1], test[1]], len(training[0])


def stratified(n_folds: int) -> Callable[[Samples], list[Rows]]:
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=0)
    return lambda samples: list(folds.split(*samples))


def one_split(samples: tuple[list[str], np.ndarray, int]) -> list[Rows]:
    rows = np.arange(len(samples[0]))
    return [(rows[: samples[2]], rows[samples[2] :])]


# What is read, how it is divided, the alphabet, the measure, and what the best of ours is to reach.
DATA_SETS = {
    "promoters": (promoters, lambda samples: list(LeaveOneOut().split(samples[0])), "dna", "errors", 5),
    "promoters, 10 folds": (promoters, stratified(10), "dna", "errors", None),
    "splice": (splice, stratified(10), "dna", "accuracy", 0.965),
    "TATA": (lambda: arabidopsis("tata", "non_prom"), stratified(5), "dna", "MCC", 0.93),
    "non-TATA": (lambda: arabidopsis("non_tata", "non_prom_big"), stratified(5), "dna", "MCC", 0.88),
    "AMPlify": (amplify, one_split, "protein", "accuracy", 0.92),
    "MultiLoc": (multiloc, stratified(5), "protein", "accuracy", 0.72),
    "NF-E2": (nfe2, one_split, "dna", "accuracy", None),
}


def logistic(*steps: BaseEstimator) -> BaseEstimator:
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    options = {"l1_ratios": (0,), "scoring": "neg_log_loss", "use_legacy_attributes": False, "max_iter": 2000}
    return make_pipeline(*steps, LogisticRegressionCV(Cs=np.logspace(-3, 2, 6), cv=folds, **options))


class OneHot(TransformerMixin, BaseEstimator):
    """One-hot letters of strings, cut or filled to the median length of those of training."""

    def __init__(self, alphabet: str):
        self.alphabet = alphabet

    def fit(self, X, y=None):
        self.length_ = int(np.median([len(string) for string in X]))
        self.encoder_ = OneHotSequenceEncoder(self.alphabet, length=self.length_, truncate=True, flatten=True)
        self.encoder_.fit(X)
        return self

    def transform(self, X):
        return self.encoder_.transform(X)


def k_mers(alphabet: str) -> BaseEstimator:
    lengths = range(1, 7) if alphabet == "dna" else range(1, 3)
    return make_union(*(KmerCounter(k, alphabet=alphabet) for k in lengths))


METHODS: dict[str, Callable[[str, int], BaseEstimator]] = {
    "SequenceCNNClassifier": lambda alphabet, seed: skmlbio.SequenceCNNClassifier(alphabet, random_state=seed),
    "RNNClassifier": lambda alphabet, seed: skmlbio.RNNClassifier(alphabet, random_state=seed),
    "AttentionClassifier": lambda alphabet, seed: skmlbio.AttentionClassifier(alphabet, random_state=seed),
    "MarkovClassifier": lambda alphabet, seed: skmlbio.MarkovClassifier(alphabet=alphabet),
    "k-mers + logistic regression": lambda alphabet, seed: logistic(k_mers(alphabet), MaxAbsScaler()),
    "one-hot + logistic regression": lambda alphabet, seed: logistic(OneHot(alphabet)),
}
SEEDED = list(METHODS)[:3]


def finding(estimator: BaseEstimator, X: list[str], y: np.ndarray, train: np.ndarray, test: np.ndarray) -> dict:
    """What one fit gives: right answers, correlation, Brier score (summed over classes), and seconds."""
    taken = seconds(lambda: estimator.fit([X[i] for i in train], y[train]))
    probabilities = estimator.predict_proba([X[i] for i in test])
    predicted = estimator.classes_[probabilities.argmax(axis=1)]
    hits = y[test][:, np.newaxis] == estimator.classes_
    return {
        "samples": len(test),
        "right": int((predicted == y[test]).sum()),
        "MCC": float(matthews_corrcoef(y[test], predicted)),
        "Brier": float(((probabilities - hits) ** 2).sum(axis=1).mean()),
        "seconds": taken,
    }


def measured(file: Path) -> dict[tuple, dict]:
    """Findings by data, method, seed and fold."""
    lines = file.read_text().splitlines() if file.exists() else []
    found = [json.loads(line) for line in lines]
    return {(one["data"], one["method"], one["seed"], one["fold"]): one for one in found}


def measure(data: str, method: str, seeds: list[int], results: Path) -> None:
    """Make every fit that has not been made, and add what it gives to the file."""
    read, divide, alphabet, *_ = DATA_SETS[data]
    samples = read()
    X, y = samples[:2]
    known = measured(results)
    for seed in seeds if method in SEEDED else seeds[:1]:
        for fold, (train, test) in enumerate(divide(samples)):
            if (data, method, seed, fold) in known:
                continue
            key = {"data": data, "method": method, "seed": seed, "fold": fold}
            found = key | finding(METHODS[method](alphabet, seed), X, y, train, test)
            print(found, file=sys.stderr, flush=True)
            with results.open("a") as file:
                file.write(json.dumps(found) + "\n")


def table(results: Path) -> str:
    """One row for each data set and method: means over folds and seeds, and what seeds differ by."""
    rows, known = [], measured(results)
    for data, (*_, measure, target) in DATA_SETS.items():
        for method in METHODS:
            found = [one for key, one in known.items() if key[:2] == (data, method)]
            if not found:
                continue
            seeds = sorted({one["seed"] for one in found})
            of_seeds = [score([one for one in found if one["seed"] == seed], measure) for seed in seeds]
            brier = np.average([one["Brier"] for one in found], weights=[one["samples"] for one in found])
            spread = f"{min(of_seeds):.3g} to {max(of_seeds):.3g}" if len(seeds) > 1 else ""
            taken = np.mean([one["seconds"] for one in found])
            goal = "" if target is None else f"{'≤' if measure == 'errors' else '≥'} {target}"
            n_fits = f"{len(seeds)} x {len(found) // len(seeds)}"
            rows.append(
                [
                    data,
                    method,
                    measure,
                    f"{np.mean(of_seeds):.4g}",
                    spread,
                    goal,
                    f"{brier:.3f}",
                    f"{taken:.1f} s",
                    n_fits,
                ]
            )
    header = "data | method | measure | mean | seeds | best to reach | Brier | a fit | seeds x folds"
    return markdown(header, rows)


def score(found: list[dict], measure: str) -> float:
    samples, right = (sum(one[name] for one in found) for name in ("samples", "right"))
    if measure == "errors":
        return samples - right
    return right / samples if measure == "accuracy" else float(np.mean([one["MCC"] for one in found]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=DATA_SETS, default=list(DATA_SETS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--results", type=Path, required=True, help="file of findings, one JSON object a line")
    parser.add_argument("--table", action="store_true", help="measure nothing")
    chosen = parser.parse_args()
    if not chosen.table:
        for data in chosen.data:
            for method in chosen.methods:
                measure(data, method, chosen.seeds, chosen.results)
    print(machine(), "", table(chosen.results), sep="\n")


if __name__ == "__main__":
    main()
