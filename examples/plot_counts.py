"""Counts of cells from two batches: the codes of a variational auto-encoder that is told the batch show the cell."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.metrics import silhouette_score

from skmlbio import VAESampler

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# Three kinds of cells with rates of their own, in two batches that catch some genes better than others.
rng = np.random.default_rng(0)
n_cells, n_genes = 600, 200
kinds = np.array(["neuron", "muscle", "gut"])[rng.integers(0, 3, n_cells)]
batches = np.array(["first", "second"])[rng.integers(0, 2, n_cells)]
rates = {kind: rng.lognormal(0, 1, n_genes) for kind in np.unique(kinds)}
catches = {batch: rng.lognormal(0, 0.8, n_genes) for batch in np.unique(batches)}
means = np.array([rates[kind] * catches[batch] for kind, batch in zip(kinds, batches, strict=True)])
depths = rng.lognormal(0, 0.4, (n_cells, 1))
X = rng.poisson(depths * means * rng.gamma(4, 0.25, means.shape))

settings = {"likelihood": "negative_binomial", "learning_rate": 5e-3, "epochs": 60, "random_state": 0}
plain = VAESampler(2, **settings).fit(X)
told = VAESampler(2, **settings).fit(X, covariates=batches)
codes = {"not told": plain.transform(X), "told the batch": told.transform(X, covariates=batches)}

figure = matplotlib.figure.Figure(figsize=(10, 3.6), layout="constrained")
axes = figure.subplots(1, 3)
for ax, (name, z) in zip(axes, codes.items(), strict=False):
    for kind, colour in zip(np.unique(kinds), ("tab:blue", "tab:orange", "tab:green"), strict=True):
        for batch, marker in (("first", "o"), ("second", "x")):
            chosen = (kinds == kind) & (batches == batch)
            ax.scatter(*z[chosen].T, s=12, c=colour, marker=marker, linewidths=0.8, label=f"{kind}, {batch}")
    ax.set(title=f"codes, {name}", xlabel="z₁", ylabel="z₂")
    of_kinds, of_batches = silhouette_score(z, kinds), silhouette_score(z, batches)
    print(f"{name:15s} silhouette of kinds {of_kinds:.2f}, of batches {of_batches:.2f}")
axes[1].legend(fontsize=7, loc="upper left")

# As if all cells were of the second batch, and had a library of one size.
carried = told.denoise(X, covariates=batches, to="second", library_size=1000)
gene = int(np.argmax(np.log(catches["first"] / catches["second"])))
shown = {
    "raw, first": X[batches == "first", gene] / X[batches == "first"].sum(axis=1) * 1000,
    "raw, second": X[batches == "second", gene] / X[batches == "second"].sum(axis=1) * 1000,
    "carried, first": carried[batches == "first", gene],
    "carried, second": carried[batches == "second", gene],
}
axes[2].boxplot(list(shown.values()), tick_labels=[name.replace(", ", ",\n") for name in shown], showfliers=False)
axes[2].set(title=f"gene {gene}, counts of 1,000", ylabel="count")
figure.savefig(folder / "plot_counts.png", dpi=80)

drawn = told.sample(1000, covariates="first")
observed = X[batches == "first"]
print(f"counts of zero: {(observed == 0).mean():.3f} observed, {(drawn == 0).mean():.3f} sampled")
print(f"correlation of mean counts, observed and sampled: {np.corrcoef(observed.mean(0), drawn.mean(0))[0, 1]:.3f}")
