"""GCNTransformer makes vectors of graphs, without labels and with them: kinds of random graphs come out apart."""

import argparse
from pathlib import Path

import matplotlib.figure
import networkx
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import GCNClassifier, GCNTransformer, LatentSpaceDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# Four kinds of graphs of 20 to 40 nodes that carry nothing: only who is joined with whom tells them apart.
random = np.random.default_rng(0)
KINDS = {
    "tree": lambda n, seed: networkx.random_labeled_tree(n, seed=seed),
    "lattice": lambda n, seed: networkx.convert_node_labels_to_integers(networkx.grid_2d_graph(4, n // 4)),
    "small world": lambda n, seed: networkx.watts_strogatz_graph(n, 4, 0.2, seed=seed),
    "scale-free": lambda n, seed: networkx.barabasi_albert_graph(n, 2, seed=seed),
}
kinds = np.repeat(list(KINDS), 40)
graphs = [KINDS[kind](int(random.integers(20, 41)), seed) for seed, kind in enumerate(kinds)]

options = {"hidden_layer_sizes": (32, 32), "epochs": 40, "learning_rate": 5e-3, "random_state": 0}
encoder = GCNTransformer(8, **options)
seeing = GCNTransformer(estimator=GCNClassifier(readout_layer_sizes=(8,), **(options | {"epochs": 10})))

folds = StratifiedKFold(3, shuffle=True, random_state=0)
vectors = encoder.fit_transform(graphs)
scores = cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), vectors, kinds, cv=folds)
print(f"kinds told by vectors of the auto-encoder: {scores.mean():.0%} right, by chance 25%")

figure = matplotlib.figure.Figure(figsize=(11, 4.5), layout="constrained")
axes = figure.subplots(1, 2)
for ax, title, codes in zip(
    axes,
    ("auto-encoder, no labels", "last layer of a classifier"),
    (vectors, seeing.fit_transform(graphs, kinds)),
    strict=True,
):
    LatentSpaceDisplay.from_data(StandardScaler().fit_transform(codes), y=kinds, components="pca", ax=ax)
    ax.set_title(title)
figure.savefig(folder / "plot_graph_embedding.png", dpi=120)
print(f"wrote {folder / 'plot_graph_embedding.png'}")
