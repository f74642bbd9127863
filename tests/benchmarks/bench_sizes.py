"""Print what a first fit by defaults takes, by the number of samples, beside a classical baseline, as Markdown.

Every fit runs in a process of its own, after all imports: building, tracing and compiling are counted.  Scores are of
1,000 samples that were held out (accuracy, R², share of the variance that two components keep, nats).  Matrices are
made by scikit-learn, strings hold one of two motifs somewhere in 40 to 80 letters, and the graphs of one class have
twice as many triangles as those of the other; all with seed 0.  Where the folder `SKMLBIO_DATA` has them, 240 peptides
of AMPlify and 344 molecules of BBBP are measured too, scored on all that are left.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _timing import DATA, duration, fresh, import_all_of_ours, machine, markdown, seconds
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import make_classification, make_friedman1, make_low_rank_matrix
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio.graphs import ensure_graphs

SIZES, N_HELD_OUT = (100, 1000, 10_000), 1000
Samples = tuple[list | np.ndarray, np.ndarray | None]


def classes(n: int) -> Samples:
    return make_classification(n, 40, n_informative=15, n_classes=4, random_state=0)


def numbers(n: int) -> Samples:
    return make_friedman1(n, 10, noise=1.0, random_state=0)


def matrix(n: int) -> Samples:
    return make_low_rank_matrix(11_000, 50, effective_rank=8, random_state=0)[:n], None


def strings(n: int) -> Samples:
    rng = np.random.default_rng(0)
    X, y = [], np.arange(n) % 2
    for label in y:
        letters = rng.choice(list("ACGT"), rng.integers(40, 81))
        place = rng.integers(len(letters) - 8)
        letters[place : place + 8] = list(("GATTACAG", "CTGTAATC")[label])
        X.append("".join(letters))
    return X, y


def graphs(n: int) -> Samples:
    import networkx

    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    neighbours = 2 + 2 * (rng.random(n) < 0.3 + 0.4 * y)  # of 4 neighbours in a ring, two are neighbours too
    sizes, seeds = rng.integers(15, 36, n), rng.integers(2**31, size=n)
    made = zip(sizes.tolist(), neighbours.tolist(), seeds.tolist(), strict=True)
    X = [networkx.newman_watts_strogatz_graph(size, k, 0.1, seed=seed) for size, k, seed in made]
    return X, y


def peptides(n: int) -> Samples:
    from bench_sequence_accuracy import amplify

    X, y, _ = amplify()
    return shuffled(X, y)


def molecules(n: int) -> Samples:
    from bench_graph_settings import bbbp

    return shuffled(*bbbp())


def shuffled(X: list, y: np.ndarray) -> Samples:
    order = np.random.default_rng(0).permutation(len(X))
    return [X[i] for i in order], y[order]


class GraphCounts(TransformerMixin, BaseEstimator):
    """Counts of node types or sums of features, of nodes and of edges."""

    def fit(self, X, y=None):
        self.types_ = ensure_graphs(X).node_types
        return self

    def transform(self, X):
        samples = ensure_graphs(X, node_types=self.types_, unknown="mask")
        sums = np.add.reduceat(samples.features, np.cumsum(samples.n_nodes) - samples.n_nodes)
        return np.column_stack([sums, samples.n_nodes, samples.n_edges])


class Variance:
    """PCA of two components, scored by the share of the variance that it keeps."""

    def fit(self, X, y):
        self.code = make_pipeline(StandardScaler(), PCA(2)).fit(X)
        return self

    def score(self, X, y):
        return kept_variance(self.code, X)


def kept_variance(code, X) -> float:
    back, scale = code.inverse_transform(code.transform(X)), X.std(axis=0)
    return 1 - (((X - back) / scale) ** 2).mean() / (((X - X.mean(axis=0)) / scale) ** 2).mean()


def score(estimator, X, y) -> float:
    return kept_variance(estimator, X) if type(estimator).__name__.startswith("AutoEnc") else estimator.score(X, y)


LOGISTIC = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
K_MERS = make_pipeline(CountVectorizer(analyzer="char", ngram_range=(1, 3)), LogisticRegression(max_iter=1000))
COUNTS = make_pipeline(GraphCounts(), StandardScaler(), LogisticRegression(max_iter=1000))
# Estimator and its baseline, by what they are fitted to; sizes other than the usual ones.
WORK: dict[str, tuple[str, Callable[[int], Samples], object, tuple[int, ...]]] = {
    "dense classifier": ("DenseClassifier", classes, LOGISTIC, SIZES),
    "dense regressor": ("DenseRegressor", numbers, make_pipeline(StandardScaler(), Ridge()), SIZES),
    "own classifier": ("NetworkClassifier", classes, LOGISTIC, SIZES),
    "own regressor": ("NetworkRegressor", numbers, make_pipeline(StandardScaler(), Ridge()), SIZES),
    "own transformer": ("NetworkTransformer", matrix, None, SIZES),
    "auto-encoder": ("AutoEncoderTransformer", matrix, Variance(), SIZES),
    "sampler": ("VAESampler", matrix, make_pipeline(StandardScaler(), GaussianMixture(random_state=0)), SIZES),
    "strings": ("AttentionClassifier", strings, K_MERS, SIZES),
    "graphs": ("GCNClassifier", graphs, COUNTS, SIZES),
    "peptides": ("AttentionClassifier", peptides, K_MERS, (240,)),
    "molecules": ("GCNClassifier", molecules, COUNTS, (344,)),
}


def measure(work: str, n: int, ours: bool) -> dict:
    """Seconds and processor seconds of a first fit, its epochs, and its score on samples held out."""
    import time

    name, load, baseline, _ = WORK[work]
    import_all_of_ours()
    import skmlbio

    X, y = load(n + N_HELD_OUT)
    estimator = getattr(skmlbio, name)(random_state=0) if ours else baseline
    if ours and work == "molecules":
        estimator.set_params(unknown="mask")
    before = time.process_time()
    taken = seconds(lambda: estimator.fit(X[:n], None if y is None else y[:n]))
    spent = time.process_time() - before
    found = score(estimator, X[n:], None if y is None else y[n:])
    return {"seconds": taken, "processor": spent, "epochs": getattr(estimator, "n_iter_", None), "score": float(found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", nargs="+", choices=WORK, default=list(WORK))
    parser.add_argument("--samples", nargs="+", type=int, help="only these numbers of them")
    parser.add_argument("--measure", nargs=3, metavar=("WORK", "SAMPLES", "OURS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        work, n, ours = chosen.measure
        return print(json.dumps(measure(work, int(n), ours == "1")))
    rows = []
    for work in chosen.work:
        name, _, baseline, sizes = WORK[work]
        if work in ("peptides", "molecules") and not DATA.is_dir():
            print(f"{work}: there is no folder {DATA}", file=sys.stderr)
            continue
        for n in (n for n in sizes if chosen.samples is None or n in chosen.samples):
            ours = fresh(Path(__file__), "--measure", work, n, 1)
            theirs = fresh(Path(__file__), "--measure", work, n, 0) if baseline is not None else None
            cells = [str(ours)] * 4 if isinstance(ours, str) else [
                duration(ours["seconds"]), duration(ours["processor"]), ours["epochs"], f"{ours['score']:.3f}"
            ]  # fmt: skip
            beside = ["", ""] if theirs is None else [theirs] * 2 if isinstance(theirs, str) else [
                duration(theirs["seconds"]), f"{theirs['score']:.3f}"
            ]  # fmt: skip
            rows.append([name, work, f"{n:,}", *cells, *beside])
    header = "estimator | data | samples | first fit | processor | epochs | score | baseline: fit | score"
    print(machine(), "", markdown(header, rows), sep="\n")


if __name__ == "__main__":
    main()
