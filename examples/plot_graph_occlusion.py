"""Which nodes of a graph matter to its class: each is taken out in turn, and the probability is asked again.

The graphs are made up: a ring of six or of five nodes, which is the class, with branches that grow at random and with
letters for atoms that tell nothing.
"""

import argparse
from pathlib import Path

import matplotlib
import matplotlib.figure
import networkx
import numpy as np
from matplotlib.colors import ListedColormap

from skmlbio import GCNClassifier

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


def without(graph: networkx.Graph, node: int) -> networkx.Graph:
    """The same graph without one of its nodes."""
    return graph.subgraph(set(graph) - {node})


sizes = rng.choice([5, 6], 800)
graphs = [molecule(size) for size in sizes]
y = np.where(sizes == 6, "ring of six", "ring of five")
classifier = GCNClassifier(hidden_layer_sizes=(64,) * 4, node_attributes="atom", random_state=0)
classifier.fit(graphs[:600], y[:600])
print(f"accuracy on 200 other graphs: {classifier.score(graphs[600:], y[600:]):.3f}")

pale = ListedColormap(matplotlib.colormaps["Oranges"](np.linspace(0, 0.75, 100)))  # so that letters can be read
figure = matplotlib.figure.Figure(figsize=(10, 5.2), layout="constrained")
axes = figure.subplots(2, 4).ravel()
in_ring, outside = [], []
right = 600 + np.flatnonzero(classifier.predict(graphs[600:]) == y[600:])
shown = np.concatenate([right[sizes[right] == 6][:6], right[sizes[right] == 5][:2]])
for ax, i in zip(axes, shown, strict=True):
    graph, column = graphs[i], list(classifier.classes_).index(y[i])
    hidden = classifier.predict_proba([graph] + [without(graph, node) for node in graph])[:, column]
    importance = hidden[0] - hidden[1:]
    in_ring.extend(importance[: sizes[i]])
    outside.extend(importance[sizes[i] :])
    place = networkx.kamada_kawai_layout(graph)
    networkx.draw_networkx_edges(graph, place, ax=ax, edge_color="0.6")
    nodes = networkx.draw_networkx_nodes(
        graph, place, ax=ax, node_color=importance, cmap=pale, vmin=0, vmax=1, edgecolors="0.4", node_size=170
    )
    networkx.draw_networkx_labels(graph, place, networkx.get_node_attributes(graph, "atom"), ax=ax, font_size=8)
    ax.set_title(f"{y[i]}: probability {hidden[0]:.2f}", fontsize=10)
    ax.axis("off")
figure.colorbar(nodes, ax=axes, label="probability lost without the node", shrink=0.7)
figure.savefig(folder / "plot_graph_occlusion.png", dpi=72)
print(f"probability lost on average: {np.mean(in_ring):.2f} by a node of the ring, {np.mean(outside):.2f} by another")
