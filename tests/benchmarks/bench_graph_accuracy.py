"""Print the accuracy of `GCNClassifier` on MUTAG and PROTEINS beside baselines, as Markdown for `docs/benchmarks.md`.

Ten stratified folds, shuffled with seed 0.  The classifier has its defaults, `random_state=0` (`--random-states` takes
the mean over several) and the list of all node types; nothing is chosen on test folds.  The baselines are a support
vector machine on the Weisfeiler-Lehman kernel, whose number of rounds and C are chosen by 5 folds within each training
part, and logistic regression on what needs no structure: counts of node types, nodes and edges.  `--conv` measures
other convolutions.  The data are read from the folder `SKMLBIO_DATA`.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
from _graph_data import load, weisfeiler_lehman
from _timing import machine, markdown
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmlbio import GCNClassifier
from skmlbio.graphs import Graph, ensure_graphs

FOLDS = StratifiedKFold(10, shuffle=True, random_state=0)
N_ROUNDS, STRENGTHS = 5, [0.01, 0.1, 1, 10, 100]
TARGETS = {"MUTAG": 85, "PROTEINS": 75}
Fold = tuple[np.ndarray, np.ndarray]


def network(graphs: list[Graph], y: np.ndarray, folds: list[Fold], conv: str, states: list[int]) -> list[float]:
    """The accuracy in each fold, averaged over random states.

    Some types occur in one or two graphs only, so all are made known.
    """
    types = ensure_graphs(graphs).node_types
    runs = []
    for state in states:
        classifier = GCNClassifier(conv, node_types=types, random_state=state)
        runs.append(cross_val_score(classifier, graphs, y, cv=folds))
        print(f"{conv}, random_state={state}: {np.mean(runs[-1]):.4f}", file=sys.stderr, flush=True)
    return np.mean(runs, axis=0).tolist()


def weisfeiler_lehman_svm(graphs: list[Graph], y: np.ndarray, folds: list[Fold]) -> list[float]:
    """The accuracy in each fold; kernels of 0 to 5 rounds, each normalised to a diagonal of 1."""
    total, kernels = 0, []
    for counts in weisfeiler_lehman(graphs, N_ROUNDS):
        total = total + (counts @ counts.T).toarray()
        scale = np.sqrt(np.diag(total))
        kernels.append(total / np.outer(scale, scale))
    accuracies = []
    for train, test in folds:
        inner = StratifiedKFold(5, shuffle=True, random_state=0)
        search = GridSearchCV(SVC(kernel="precomputed"), {"C": STRENGTHS}, cv=inner)
        searches = [clone(search).fit(kernel[np.ix_(train, train)], y[train]) for kernel in kernels]
        best = max(range(len(kernels)), key=lambda i: searches[i].best_score_)
        accuracies.append(searches[best].score(kernels[best][np.ix_(test, train)], y[test]))
    return accuracies


def without_structure(graphs: list[Graph], y: np.ndarray, folds: list[Fold]) -> list[float]:
    """The accuracy in each fold, of counts alone."""
    samples = ensure_graphs(graphs)
    types = np.add.reduceat(samples.features, np.cumsum(samples.n_nodes) - samples.n_nodes)
    counts = np.column_stack([types, samples.n_nodes, samples.n_edges])
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return cross_val_score(model, counts, y, cv=folds).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--conv", nargs="+", default=["gin"])
    parser.add_argument("--random-states", nargs="+", type=int, default=[0])
    chosen = parser.parse_args()
    methods: dict[str, Callable] = {}
    for conv in chosen.conv:
        name = "`GCNClassifier()`" if conv == "gin" else f"`GCNClassifier({conv!r})`"
        methods[name] = partial(network, conv=conv, states=chosen.random_states)
    methods |= {"Weisfeiler-Lehman + SVM": weisfeiler_lehman_svm, "no structure": without_structure}
    rows = []
    for name in chosen.data:
        graphs, y = load(name)
        folds = list(FOLDS.split(graphs, y))
        for method, measure in methods.items():
            accuracies = 100 * np.array(measure(graphs, y, folds))
            figure, spread = f"{accuracies.mean():.1f} %", f"{accuracies.std():.1f}"
            rows.append((name, method, figure, spread, f"≥ {TARGETS[name]}" if method.startswith("`") else ""))
    print(machine(), "", markdown("data | method | accuracy | spread over folds | to reach", rows), sep="\n")


if __name__ == "__main__":
    main()
