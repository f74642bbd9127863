"""Print how well `GCNClassifier` classifies graphs beside baselines, as Markdown for `docs/benchmarks.md`.

MUTAG and PROTEINS, ten stratified folds; BBBP and the tasks NR-AhR and SR-ARE of Tox21 as plain graphs, whose nodes
have the elements for types and whose edges are bonds of any order, five stratified folds.  All folds are shuffled with
seed 0.  The classifier has its defaults, the list of all node types, and the random states of `--random-states`;
nothing is chosen on test folds, and `--settings` measures other settings.  The baselines are a linear support vector
machine on Weisfeiler-Lehman features, whose number of rounds and C are chosen by five folds within each training part,
for molecules also with the orders of bonds as types of edges, and logistic regression on what needs no structure:
counts of node types, nodes and edges.  The data are read from the folder `SKMLBIO_DATA`, molecules by RDKit.

Findings are added to the file of `--results`, one line a fit, as they are made; what is there already is not measured
again, so that the script can be stopped, and the table printed from what there is by `--table`.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from _timing import DATA, machine, markdown, seconds
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.metrics.pairwise import linear_kernel
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC

from skmlbio import GCNClassifier, MoleculeGraphTransformer, WeisfeilerLehmanTransformer
from skmlbio.datasets import load_tudataset
from skmlbio.graphs import Graph, ensure_graphs

Samples = tuple[list[Graph], np.ndarray]


class DataSet(NamedTuple):
    """What is read, how it is divided and measured, the machine that stays fast on it, and what is to be reached."""

    read: Callable[[], Samples]
    n_folds: int
    scoring: str
    svm: BaseEstimator
    target: str


def collected(name: str) -> Samples:
    return load_tudataset(DATA / name, edge_features=None, return_X_y=True)


def molecules(file: str, task: str) -> Samples:
    """Molecules that have the label and that RDKit can read, with bond orders at the edges."""
    table = pd.read_csv(DATA / file).dropna(subset=[task])
    transformer = MoleculeGraphTransformer(node_features="element", edge_features="order")
    table = table[transformer.readable(table["smiles"])]
    return transformer.fit_transform(table["smiles"]), table[task].to_numpy(int)


def tox21(task: str) -> DataSet:
    return DataSet(lambda: molecules("tox21/tox21.csv.gz", task), 5, "roc_auc", LINEAR, KERNEL_MARK)


KERNEL = SVC(kernel=linear_kernel)  # which multiplies sparse rows once, where kernel="linear" does for every step
LINEAR = LinearSVC(max_iter=2000)  # on thousands of molecules ten times as fast, and no worse
KERNEL_MARK = "≥ Weisfeiler-Lehman − 1"
DATA_SETS = {
    "MUTAG": DataSet(lambda: collected("mutag"), 10, "accuracy", KERNEL, "≥ 86.5"),
    "PROTEINS": DataSet(lambda: collected("proteins"), 10, "accuracy", KERNEL, "≥ 75.5"),
    "BBBP": DataSet(lambda: molecules("bbbp/bbbp.csv", "p_np"), 5, "roc_auc", KERNEL, KERNEL_MARK),
    "Tox21, NR-AhR": tox21("NR-AhR"),
    "Tox21, SR-ARE": tox21("SR-ARE"),
}


# The methods ---------------------------------------------------------------------------------------------------------


def plain(graphs: list[Graph]) -> list[Graph]:
    """The graphs without what their edges carry."""
    return [Graph(graph.features, graph.edge_index, graph.edge_weight) for graph in graphs]


def sizes(graphs: list[Graph]) -> np.ndarray:
    return np.array([[graph.n_nodes, graph.n_edges] for graph in graphs])


def weisfeiler_lehman(data: DataSet) -> BaseEstimator:
    model = make_pipeline(WeisfeilerLehmanTransformer(), data.svm)
    rounds, strength = "weisfeilerlehmantransformer__n_iterations", f"{model.steps[-1][0]}__C"
    grid = {rounds: range(6), strength: [0.01, 0.1, 1, 10, 100]}
    return GridSearchCV(model, grid, cv=StratifiedKFold(5, shuffle=True, random_state=0), scoring=data.scoring)


def without_structure() -> BaseEstimator:
    counts = make_union(WeisfeilerLehmanTransformer(0, normalize=None), FunctionTransformer(sizes))
    return make_pipeline(counts, StandardScaler(with_mean=False), LogisticRegression(max_iter=1000))


WITH_ORDERS = "Weisfeiler-Lehman + SVM, bond orders"
BASELINES: dict[str, Callable[[DataSet], BaseEstimator]] = {
    "Weisfeiler-Lehman + SVM": weisfeiler_lehman,
    WITH_ORDERS: weisfeiler_lehman,
    "no structure": lambda data: without_structure(),
}


def network(method: str, graphs: list[Graph], state: int) -> BaseEstimator:
    """The classifier that a method names; some types occur in few graphs only, so all are made known."""
    given = eval(f"dict({method.removeprefix('GCNClassifier(').removesuffix(')')})")
    return GCNClassifier(**given, node_types=ensure_graphs(graphs).node_types, random_state=state)


# Findings ------------------------------------------------------------------------------------------------------------


def measured(file: Path) -> dict[tuple, dict]:
    """Findings by data, method, random state and fold."""
    lines = file.read_text().splitlines() if file.exists() else []
    found = [json.loads(line) for line in lines]
    return {(one["data"], one["method"], one["state"], one["fold"]): one for one in found}


def measure(name: str, method: str, states: list[int], results: Path) -> None:
    """Make every fit that has not been made, and add what it gives to the file."""
    data, known = DATA_SETS[name], measured(results)
    graphs, y = data.read()
    if method == WITH_ORDERS and graphs[0].edge_features is None:
        return
    graphs = graphs if method == WITH_ORDERS else plain(graphs)
    score = get_scorer(data.scoring)
    folds = list(StratifiedKFold(data.n_folds, shuffle=True, random_state=0).split(graphs, y))
    for state in states[:1] if method in BASELINES else states:
        for fold, (train, test) in enumerate(folds):
            if (name, method, state, fold) in known:
                continue
            model = BASELINES[method](data) if method in BASELINES else network(method, graphs, state)
            taken = seconds(lambda: model.fit([graphs[i] for i in train], y[train]))  # noqa: B023
            found = score(model, [graphs[i] for i in test], y[test])
            one = {"data": name, "method": method, "state": state, "fold": fold, "score": found, "seconds": taken}
            print(one, file=sys.stderr, flush=True)
            with results.open("a") as file:
                file.write(json.dumps(one) + "\n")


def table(results: Path) -> str:
    """One row for each data set and method: means over folds and random states, and what they differ by."""
    known, rows = measured(results), []
    for name, data in DATA_SETS.items():
        for method in dict.fromkeys(key[1] for key in known if key[0] == name):
            found = [one for key, one in known.items() if key[:2] == (name, method)]
            by_state, by_fold = (
                [100 * np.mean([one["score"] for one in found if one[what] == value]) for value in values]
                for what in ("state", "fold")
                for values in [sorted({one[what] for one in found})]
            )
            states = f"{min(by_state):.1f} to {max(by_state):.1f}" if len(by_state) > 1 else ""
            measure = "accuracy" if data.scoring == "accuracy" else "ROC-AUC"
            target = "" if method in BASELINES else data.target
            taken = f"{np.mean([one['seconds'] for one in found]):.1f} s"
            rows.append(
                (name, method, measure, f"{np.mean(by_fold):.1f}", f"{np.std(by_fold):.1f}", states, target, taken)
            )
    return markdown("data | method | measure | mean, % | spread over folds | random states | to reach | a fit", rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=DATA_SETS, default=list(DATA_SETS))
    parser.add_argument("--baselines", nargs="*", choices=BASELINES, default=list(BASELINES))
    parser.add_argument("--settings", nargs="*", default=[""], help="arguments of GCNClassifier, as Python has them")
    parser.add_argument("--random-states", nargs="+", type=int, default=[0])
    parser.add_argument("--results", type=Path, required=True, help="file of findings, one JSON object a line")
    parser.add_argument("--table", action="store_true", help="measure nothing")
    chosen = parser.parse_args()
    for name in [] if chosen.table else chosen.data:
        for method in [*(f"GCNClassifier({text})" for text in chosen.settings), *chosen.baselines]:
            measure(name, method, chosen.random_states, chosen.results)
    print(machine(), "", table(chosen.results), sep="\n")


if __name__ == "__main__":
    main()
