"""Print how settings of `GCNClassifier` compare on two sets of molecules, as Markdown for `docs/benchmarks.md`.

All of BBBP, and from Tox21 the active compounds of SR-MMP with as many inactive ones (drawn with seed 0).  Atoms have
their elements as types, bonds no order.  Each repeat has five stratified folds over all rows, shuffled with its number,
and the `random_state` 10 + its number.  These are sets to choose settings on, and so no test sets.  The data are read
from the folder `SKMLBIO_DATA`; molecules are read by RDKit.  `--settings` names others than those of the table.
"""

import argparse

import numpy as np
import pandas as pd
from _timing import DATA, machine, markdown
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from skmlbio import GCNClassifier, MoleculeGraphTransformer
from skmlbio.graphs import Graph, ensure_graphs

TASK = "SR-MMP"
SETTINGS = [
    "", "pooling=('mean', 'sum')", "readout_dropout=0.5", "pooling=('mean', 'sum'), readout_dropout=0.5",
    "dropout=0.1", "batch_size=64", "residual=True", "conv='gcn'", "conv='sage'",
]  # fmt: skip


def molecules(smiles: pd.Series, classes: pd.Series) -> tuple[list[Graph], np.ndarray]:
    """Graphs and classes of those molecules that RDKit can read: elements as node types, plain bonds."""
    transformer = MoleculeGraphTransformer(node_features="element", edge_features=None)
    kept = transformer.readable(smiles)
    return transformer.transform(smiles[kept]), classes[kept].to_numpy(int)


def bbbp() -> tuple[list[Graph], np.ndarray]:
    table = pd.read_csv(DATA / "bbbp" / "bbbp.csv")
    return molecules(table["smiles"], table["p_np"])


def tox21() -> tuple[list[Graph], np.ndarray]:
    table = pd.read_csv(DATA / "tox21" / "tox21.csv.gz").dropna(subset=[TASK])
    graphs, y = molecules(table["smiles"], table[TASK])
    rng = np.random.default_rng(0)
    active = np.flatnonzero(y == 1)
    inactive = rng.permutation(np.flatnonzero(y == 0))[: len(active)]
    rows = rng.permutation(np.concatenate([active, inactive]))
    return [graphs[row] for row in rows], y[rows]


def scores(graphs: list[Graph], y: np.ndarray, settings: dict, n_repeats: int) -> tuple[str, str]:
    """Accuracy and area under the ROC curve, averaged over repeats."""
    types, runs = ensure_graphs(graphs).node_types, []
    for repeat in range(n_repeats):
        classifier = GCNClassifier(node_types=types, random_state=10 + repeat, **settings)
        folds = StratifiedKFold(5, shuffle=True, random_state=repeat)
        p = cross_val_predict(classifier, graphs, y, cv=folds, method="predict_proba")[:, 1]
        runs.append((accuracy_score(y, p > 0.5), roc_auc_score(y, p)))
    accuracy, area = np.mean(runs, axis=0)
    return f"{100 * accuracy:.1f} %", f"{area:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--settings", nargs="+", default=SETTINGS, help="arguments of GCNClassifier, as Python has them"
    )
    parser.add_argument("--repeats", type=int, default=2)
    chosen = parser.parse_args()
    sets = [bbbp(), tox21()]
    rows = []
    for text in chosen.settings:
        settings = eval(f"dict({text})")
        row = [score for graphs, y in sets for score in scores(graphs, y, settings, chosen.repeats)]
        rows.append((f"`{text}`" if text else "defaults", *row))
    header = "`GCNClassifier` | BBBP: accuracy | ROC-AUC | Tox21: accuracy | ROC-AUC"
    print(machine(), "", markdown(header, rows), sep="\n")


if __name__ == "__main__":
    main()
