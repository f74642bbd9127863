"""Print the accuracy of `AttentionClassifier` beside its baselines, as Markdown for `docs/benchmarks.md`.

Splice junctions (UCI): ten stratified folds, shuffled with seed 0.  AMPlify's balanced set: the authors' training and
test strings.  The classifier has its defaults, the alphabet that the data have, and `random_state=0`; nothing is chosen
on test strings.  The baselines are logistic regressions, on one-hot letters for splice junctions and on counts of
residues and pairs of residues for peptides.  The data are read from the folder `SKMLBIO_DATA`.
"""

import argparse
import gzip
import sys

import numpy as np
from _timing import DATA, machine, markdown
from sklearn.base import BaseEstimator, clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AttentionClassifier
from skmlbio.sequences import OneHotSequenceEncoder, read_fasta

Split = tuple[list[str], np.ndarray, list[str], np.ndarray]


def splice() -> list[Split]:
    with gzip.open(DATA / "uci_splice" / "splice.data.gz", "rt") as file:
        rows = [[field.strip() for field in line.split(",")] for line in file]
    strings, y = [row[2] for row in rows], np.array([row[0] for row in rows])
    folds = StratifiedKFold(10, shuffle=True, random_state=0).split(strings, y)
    return [([strings[i] for i in train], y[train], [strings[i] for i in test], y[test]) for train, test in folds]


def amplify() -> list[Split]:
    parts = []
    for part in ("train", "test"):
        files = f"AMPlify_AMP_{part}_common.fa", f"AMPlify_non_AMP_{part}_balanced.fa"
        antimicrobial, other = (list(read_fasta(DATA / "amp_amplify" / name).sequences) for name in files)
        parts += [antimicrobial + other, np.repeat([1, 0], [len(antimicrobial), len(other)])]
    return [tuple(parts)]


PAIRS = make_pipeline(
    CountVectorizer(analyzer="char", ngram_range=(1, 2)),
    StandardScaler(with_mean=False),
    LogisticRegression(max_iter=1000),
)
ONE_HOT = make_pipeline(OneHotSequenceEncoder("dna", flatten=True), LogisticRegression(C=0.1, max_iter=1000))
# Data, how to read them, the figure to reach, and the classifiers.
WORK = {
    "UCI splice, 10 folds": (splice, 96, {"`AttentionClassifier`": AttentionClassifier("dna", random_state=0),
                                          "logistic regression on one-hot letters": ONE_HOT}),
    "AMPlify's test set": (amplify, 91, {"`AttentionClassifier`": AttentionClassifier("protein", random_state=0),
                                         "logistic regression on counts": PAIRS}),
}  # fmt: skip


def accuracy(estimator: BaseEstimator, split: Split) -> float:
    X, y, X_test, y_test = split
    score = 100 * clone(estimator).fit(X, y).score(X_test, y_test)
    print(f"{type(estimator).__name__}: {score:.1f}", file=sys.stderr, flush=True)
    return score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    rows = []
    for data, (read, target, methods) in WORK.items():
        splits = read()
        for method, estimator in methods.items():
            scores = [accuracy(estimator, split) for split in splits]
            spread = f"{np.std(scores):.1f}" if len(scores) > 1 else ""
            rows.append((data, method, f"{np.mean(scores):.1f} %", spread, f"≥ {target}" if "`" in method else ""))
    print(machine(), "", markdown("data | method | accuracy | spread over folds | to reach", rows), sep="\n")


if __name__ == "__main__":
    main()
