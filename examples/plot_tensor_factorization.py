"""TensorFactorizationRegressor predicts combinations of drug, cell line and dose that nobody has tried."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

from skmlbio import TensorFactorizationRegressor

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# Made responses: a drug acts by one of three mechanisms, on which each cell line depends more or less, and the share of
# cells that live falls with the dose.  15 % of all combinations are measured, with noise; the estimator knows names.
random = np.random.default_rng(0)
DOSES = ["1 nM", "10 nM", "100 nM", "1 µM", "10 µM", "100 µM"]
mechanisms = np.repeat(["kinase", "tubulin", "DNA"], 15)
dependence = random.normal(size=(40, 3))
potency = random.normal(3.0, 0.7, size=45)
needed = potency[:, np.newaxis] + 1.5 * dependence[:, np.unique(mechanisms, return_inverse=True)[1]].T
living = 1 / (1 + np.exp(2.5 * (np.arange(6) - needed[:, :, np.newaxis])))
names = pd.MultiIndex.from_product(
    [[f"drug {i}" for i in range(45)], [f"line {i}" for i in range(40)], DOSES], names=["drug", "cell line", "dose"]
)
cells = names.to_frame(index=False)
measured, others = train_test_split(np.arange(len(cells)), train_size=0.15, random_state=0)
y = living.ravel() + 0.05 * random.normal(size=len(cells))

# Doses and potencies add up here, so vectors stand side by side; the default multiplies them.
regressor = TensorFactorizationRegressor(interaction="concatenate", random_state=0)
regressor.fit(cells.iloc[measured], y[measured])
predicted = regressor.predict(cells.iloc[others])
means = pd.Series(y[measured]).groupby(cells["dose"].to_numpy()[measured]).mean()
by_dose = means[cells["dose"].iloc[others]]
print(f"{len(measured):,} of {len(cells):,} combinations are measured")
scores = r2_score(y[others], predicted), r2_score(y[others], by_dose)
print("R² on the others: {:.2f}, of the mean of each dose {:.2f}".format(*scores))

figure = matplotlib.figure.Figure(figsize=(13, 4.2), layout="constrained")
left, middle, right = figure.subplots(1, 3)
left.scatter(y[others], predicted, s=3, alpha=0.15, color="#3f90da", edgecolors="none")
left.plot([0, 1], [0, 1], color="black", linewidth=0.8)
left.set(xlabel="living cells", ylabel="predicted", title="combinations that were not measured")

plane = PCA(2).fit_transform(regressor.embedding_("dose").vectors)
order = [regressor.embedding_("dose").names.index(dose) for dose in DOSES]
middle.plot(*plane[order].T, color="#94a4a2", linewidth=1)
middle.scatter(*plane[order].T, c=range(6), cmap="viridis", s=80, zorder=2)
for place, dose in zip(order, DOSES, strict=True):
    middle.annotate(dose, plane[place], xytext=(7, 5), textcoords="offset points")
middle.margins(0.25)
middle.set(xlabel="first principal component", ylabel="second", title="vectors of doses, which were names")

plane = PCA(2).fit_transform(regressor.embedding_("drug").vectors)
of_drug = dict(zip([f"drug {i}" for i in range(45)], mechanisms, strict=True))
kinds = np.array([of_drug[name] for name in regressor.embedding_("drug").names])
for kind, color in zip(["kinase", "tubulin", "DNA"], ["#3f90da", "#ffa90e", "#bd1f01"], strict=True):
    right.scatter(*plane[kinds == kind].T, color=color, s=40, label=kind)
right.set(xlabel="first principal component", ylabel="second", title="vectors of drugs, by their mechanism")
right.legend(frameon=False)
figure.savefig(folder / "plot_tensor_factorization.png", dpi=80)
