"""Which nodes and edges of a graph matter to its class: what is lost without each, and integrated gradients.

The graphs are made up: a ring of six or of five nodes, which is the class, with branches that grow at random and with
letters for atoms that tell nothing.
"""

import argparse
from pathlib import Path

import matplotlib.figure
import networkx
import numpy as np

from skmlbio import GCNClassifier, GraphDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(0)


def molecule(ring_size: int) -> networkx.Graph:
    """A ring with branches that grow from it at random."""
    graph = networkx.cycle_graph(ring_size)
    for node in range(ring_size, ring_size + rng.integers(4, 9)):
        graph.add_edge(node, int(rng.integers(node)))
    networkx.set_node_attributes(graph, {node: str(rng.choice(list("CCCNO"))) for node in graph}, "atom")
    return graph


sizes = rng.choice([5, 6], 800)
graphs = [molecule(size) for size in sizes]
y = np.where(sizes == 6, "ring of six", "ring of five")
classifier = GCNClassifier(hidden_layer_sizes=(64,) * 4, node_attributes="atom", random_state=0)
classifier.fit(graphs[:600], y[:600])
print(f"accuracy on 200 other graphs: {classifier.score(graphs[600:], y[600:]):.3f}")

rings = 600 + np.flatnonzero((sizes[600:] == 6) & (classifier.predict(graphs[600:]) == y[600:]))[:20]
titles = {"occlusion": "what is lost without it", "integrated_gradients": "integrated gradients"}
figure = matplotlib.figure.Figure(figsize=(11, 6.4), layout="constrained")
for row, (method, title) in zip(figure.subplots(2, 3), titles.items(), strict=True):
    for ax, i in zip(row, rings, strict=False):
        GraphDisplay.from_estimator(classifier, graphs[i], method=method, target="ring of six", ax=ax)
        ax.set_title(title, fontsize=10)
    found = classifier.attributions([graphs[i] for i in rings], method=method, target="ring of six")
    in_ring = np.mean([np.abs(each.nodes[:6]).mean() for each in found])
    outside = np.mean([np.abs(each.nodes[6:]).mean() for each in found])
    print(f"{method}: {in_ring:.2f} by a node of the ring, {outside:.2f} by another")
figure.savefig(folder / "plot_graph_occlusion.png", dpi=72)
