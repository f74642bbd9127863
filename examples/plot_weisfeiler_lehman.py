"""WeisfeilerLehmanTransformer counts what atoms see so many bonds away, and a support vector machine weighs it.

The molecules are made up.  Those of one class have an amide somewhere; the others have an aldehyde and an amine, and so
the same elements.
"""

import argparse
from pathlib import Path

import matplotlib.figure
import networkx
import numpy as np
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmlbio import MoleculeGraphTransformer, WeisfeilerLehmanTransformer
from skmlbio.datasets import make_molecules

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

GROUPS = [["C=O", "N"], "C(=O)N"]
data = make_molecules(400, n_atoms=(10, 20), groups=GROUPS, random_state=0, return_X_y=False)
figure = matplotlib.figure.Figure(figsize=(12, 4.2), layout="constrained")
left, right = figure.subfigures(1, 2, width_ratios=[1, 1.6])

# How far it has to see, and whether it has to know double bonds from single ones.
ax = left.subplots()
for bonds, color in (("order", "#3f90da"), (None, "#bd1f01")):
    graphs = MoleculeGraphTransformer(node_features="element", edge_features=bonds).fit_transform(data.X)
    scores = []
    for n_iterations in range(6):
        model = make_pipeline(WeisfeilerLehmanTransformer(n_iterations), SVC(kernel="linear", C=10))
        scores.append(cross_validate(model, graphs, data.y, cv=5)["test_score"].mean())
    label = "bonds with their orders" if bonds else "bonds alike"
    ax.plot(scores, color=color, marker="o", label=label)
    print(f"{label}: accuracies after 0 to 5 rounds", *np.round(scores, 2))
ax.set(xlabel="rounds", ylabel="accuracy in five folds", ylim=(0.4, 1.02))
ax.legend(frameon=False, loc="lower right")

# What speaks for an amide: the weights of the columns that an atom is counted in.
graphs = MoleculeGraphTransformer(node_features="element", edge_features="order").fit_transform(data.X)
transformer = WeisfeilerLehmanTransformer(3)
machine = SVC(kernel="linear", C=10).fit(transformer.fit_transform(graphs[:300]), data.y[:300])
weights = np.append(machine.coef_.toarray()[0], 0)  # columns of -1 have none
shown = 300 + np.flatnonzero(data.y[300:] == 1)[:6]
for ax, i in zip(right.subplots(2, 3).ravel(), shown, strict=True):
    (columns,) = transformer.node_columns(graphs[i : i + 1])
    spoken = weights[columns].sum(axis=1)
    drawn = networkx.Graph(graphs[i].edge_index.T.tolist())
    place = networkx.kamada_kawai_layout(drawn)
    networkx.draw_networkx_edges(drawn, place, ax=ax, edge_color="0.6")
    planted = ["black" if node in data.atoms[i] else "0.8" for node in drawn]
    nodes = networkx.draw_networkx_nodes(
        drawn, place, ax=ax, node_color=spoken[list(drawn)], cmap="PuOr_r", vmin=-9, vmax=9,
        edgecolors=planted, node_size=110,
    )  # fmt: skip
    networkx.draw_networkx_labels(drawn, place, dict(enumerate(graphs[i].features)), ax=ax, font_size=7)
    ax.axis("off")
right.colorbar(nodes, ax=right.axes, label="weight of an atom", shrink=0.7)
right.suptitle("six molecules with an amide, ringed in black", fontsize=10)
figure.savefig(folder / "plot_weisfeiler_lehman.png", dpi=80)
