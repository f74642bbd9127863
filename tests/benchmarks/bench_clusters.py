"""Print how well k-means finds cell types in ten dimensions of two single-cell sets, as Markdown.

Protocol: all cells; the true number of clusters; ten dimensions; k-means with ten starts; adjusted Rand index (ARI) and
normalised mutual information (NMI), means over random_state 0 to 4 of both.  worm_neuron: the 2,000 genes whose
log-normalised counts (log(1 + counts per 10,000 of a cell)) vary most; the count model sees the raw counts of these.
pbmc68k_reduced: its log-normalised values; there are no counts.  All estimators have their defaults, and columns are
centred, but not scaled, for PCA and the auto-encoder alike.  Labels are used to score only.
"""

from __future__ import annotations

from collections.abc import Callable

import h5py
import numpy as np
from _timing import DATA, markdown
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, normalize

from skmlbio import AutoEncoderTransformer, VAESampler

SEEDS, N_GENES = range(5), 2000


def centred(make: Callable) -> Callable:
    return lambda seed: make_pipeline(StandardScaler(with_std=False), make(seed))


LOGARITHMS = {
    "`PCA(10)`": centred(lambda seed: PCA(10, random_state=seed)),
    "`AutoEncoderTransformer(10)`": centred(
        lambda seed: AutoEncoderTransformer(10, standardize=False, random_state=seed)
    ),
    "`AutoEncoderTransformer(10)`, standardised": lambda seed: AutoEncoderTransformer(10, random_state=seed),
    "`VAESampler(10)`": lambda seed: VAESampler(10, random_state=seed),
}
COUNTS = {
    '`VAESampler(10, likelihood="negative_binomial")`': lambda seed: VAESampler(
        10, likelihood="negative_binomial", random_state=seed
    )
}


def worm_neuron() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log-normalised values, counts and cell types."""
    with h5py.File(DATA / "worm_neuron" / "worm_neuron_cell_select_2100.h5") as file:
        counts = sparse.vstack([sparse.csr_array(file["X"][i : i + 300]) for i in range(0, len(file["X"]), 300)])
        types = file["Y"][:]
    logarithms = (1e4 * normalize(counts, norm="l1")).log1p()
    variances = logarithms.power(2).mean(axis=0) - logarithms.mean(axis=0) ** 2
    genes = np.sort(np.argsort(np.ravel(variances))[-N_GENES:])
    return logarithms[:, genes].toarray(), counts[:, genes].toarray(), types


def pbmc68k_reduced() -> tuple[np.ndarray, None, np.ndarray]:
    """Return log-normalised values, no counts, and cell types."""
    with h5py.File(DATA / "pbmc68k_reduced" / "10x_pbmc68k_reduced.h5ad") as file:
        parts = (file["raw/X"][name][:] for name in ("data", "indices", "indptr"))
        return sparse.csr_array(tuple(parts)).toarray(), None, file["obs/bulk_labels/codes"][:]


def agreement(make: Callable, X: np.ndarray, types: np.ndarray) -> list[str]:
    figures = []
    for seed in SEEDS:
        k_means = KMeans(len(np.unique(types)), n_init=10, random_state=seed)
        clusters = make_pipeline(make(seed), k_means).fit_predict(X)
        figures.append((adjusted_rand_score(types, clusters), normalized_mutual_info_score(types, clusters)))
    return [f"{mean:.3f} ± {std:.3f}" for mean, std in zip(np.mean(figures, 0), np.std(figures, 0), strict=True)]


def main() -> None:
    rows = []
    for name, load in {"pbmc68k_reduced": pbmc68k_reduced, "worm_neuron": worm_neuron}.items():
        logarithms, counts, types = load()
        for model, make in (LOGARITHMS | (COUNTS if counts is not None else {})).items():
            rows.append([name, model, *agreement(make, counts if model in COUNTS else logarithms, types)])
            print(*rows[-1], flush=True)
    print(markdown("data | model | ARI | NMI", rows))


if __name__ == "__main__":
    main()
