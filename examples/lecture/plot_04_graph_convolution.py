r"""
4. Graph convolution
====================

A pixel has neighbours in a grid; an atom has neighbours in a molecule.  A graph convolution collects the features of
each node's neighbours, weighted by the edges between them, and sends all through the same matrix:

.. math:: x'_i = \sigma\Bigl(\sum_j a_{ij} W x_j\Bigr), \qquad X' = \sigma(A X W^T)
"""

# %%
# One layer
# ---------
# ``graph_convolution`` is the product in the layer :class:`skmlbio.layers.GraphConvolution`; the activation
# :math:`\sigma` comes after it.  Here are a path of four nodes, two features a node, and both ways of writing it.
import matplotlib.pyplot as plt
import numpy as np

from skmlbio.layers.graph_convolution import graph_convolution

A = np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], "float32")
X = np.array([[1, 0], [0, 1], [1, 1], [0, 2]], "float32")
W = np.array([[1, -1], [0, 2], [1, 1]], "float32")  # three new features of two

node_by_node = np.stack([np.maximum(0, sum(A[i, j] * W @ X[j] for j in range(4))) for i in range(4)])
at_once = np.maximum(0, A @ X @ W.T)
layer = np.maximum(0, graph_convolution(A[np.newaxis], X[np.newaxis], W.T)[0])
print("sums and product agree:", np.array_equal(node_by_node, at_once))
print("product and layer agree:", np.array_equal(at_once, layer))

# %%
# Self-connections
# ----------------
# Without them, a node forgets its own features: the diagonal of :math:`A` is zero.  With :math:`A + I` it keeps them.
# Degrees differ, so sums grow where there are many neighbours; Kipf and Welling divide by
# :math:`\sqrt{d_i d_j}`.
from skmlbio import GraphDisplay
from skmlbio.graphs import Graph

star = np.zeros((7, 7), "float32")
star[0, 1:6] = star[1:6, 0] = star[5, 6] = star[6, 5] = 1
x = np.eye(7, dtype="float32")[:, 5:6]  # one node has something to tell
identity = np.ones((1, 1), "float32")
steps = {
    "x: one node has something to tell": x,
    "A x: its neighbours know, and it forgets": graph_convolution(star[np.newaxis], x[np.newaxis], identity)[0],
    "(A + I) x: it remembers": graph_convolution(star[np.newaxis], x[np.newaxis], identity, self_connections=True)[0],
    "normalised by degrees (darkest: 0.4)": graph_convolution(
        star[np.newaxis], x[np.newaxis], identity, self_connections=True, normalization="symmetric"
    )[0],
}
graph = Graph(x, np.argwhere(star).T)
figure, axes = plt.subplots(2, 2, figsize=(8, 5), layout="constrained")
positions = np.array([[0, 0], [-1, 0.6], [-1, -0.6], [-0.2, 1.1], [-0.2, -1.1], [1, 0], [2, 0]])
for ax, (name, values) in zip(axes.flat, steps.items(), strict=True):
    values = np.asarray(values)[:, 0]
    colours, names = (values, np.zeros(graph.n_edges)), [f"{value:.1g}" for value in values]
    display = GraphDisplay.from_graph(graph, colours, labels=names, positions=positions, ax=ax)
    display.colorbar_.remove()  # the numbers stand at the nodes
    ax.set_title(name)

# %%
# The order of nodes does not matter
# ----------------------------------
# Number the nodes otherwise, by a permutation :math:`P`, and the answer is numbered otherwise, and else the same:
# :math:`\sigma(P A P^T\, P X\, W^T) = P\, \sigma(A X W^T)`.  This is equivariance, as of images that move.  A sum or a
# mean over all nodes no longer knows the numbers: the vector of a graph is invariant.
P = np.eye(4, dtype="float32")[[2, 0, 3, 1]]
renumbered = np.maximum(0, graph_convolution((P @ A @ P.T)[np.newaxis], (P @ X)[np.newaxis], W.T)[0])
print("permuted in, permuted out:", np.allclose(renumbered, P @ at_once))
print("mean over nodes, before and after:", at_once.mean(axis=0), renumbered.mean(axis=0))

figure, axes = plt.subplots(2, 3, figsize=(8, 5.2), layout="constrained", width_ratios=(4, 2, 3))
rows = {
    (0, 1, 2, 3): {"A": A, "X": X, "X′ = σ(A X Wᵀ)": at_once},
    (2, 0, 3, 1): {"P A Pᵀ": P @ A @ P.T, "P X": P @ X, "σ(P A Pᵀ P X Wᵀ)": renumbered},
}
for row, (order, tables) in zip(axes, rows.items(), strict=True):
    for ax, (title, table) in zip(row, tables.items(), strict=True):
        ax.imshow(table, cmap="Blues", vmin=0, vmax=8)
        ax.set(title=title, xticks=[])
        ax.set_yticks(range(4), [f"node {node}" for node in order])
        for (line, column), value in np.ndenumerate(table):
            ax.text(column, line, f"{value:g}", ha="center", va="center", size=12)

# %%
# Graphs of any size
# ------------------
# :math:`W` knows features, not nodes: the same matrix serves molecules of 8 atoms and of 30.
# :class:`skmlbio.MoleculeGraphTransformer` makes graphs of SMILES, and :class:`skmlbio.GCNClassifier` takes them as
# they come.  ``"gcn"`` is the normalised convolution of above, which has no place for features of bonds; by default,
# where bonds have some, they are added to what a neighbour sends (``conv="gine"``).  The molecules are made, and half
# of them carry a carboxylic acid.
from sklearn.pipeline import make_pipeline

from skmlbio import GCNClassifier, MoleculeGraphTransformer
from skmlbio.datasets import make_molecules

data = make_molecules(500, n_atoms=(8, 24), random_state=0, return_X_y=False)
molecules = MoleculeGraphTransformer(edge_features=None)
model = make_pipeline(molecules, GCNClassifier("gcn", epochs=40, random_state=0))
model.fit(data.X[:350], data.y[:350])
graphs = model[:-1].transform(data.X)
sizes = [graph.n_nodes for graph in graphs]
print(
    f"graphs of {min(sizes)} to {max(sizes)} atoms; {model.score(data.X[350:], data.y[350:]):.0%} of 150 others right"
)

# %%
# Which atoms count
# -----------------
# ``attributions`` follows the answer back to nodes and edges, and :class:`skmlbio.GraphDisplay` paints them,
# red for what speaks for the class.  In molecules that the network has not seen, it is the acid, C(=O)OH.
classifier = model[-1]
acids = [i for i in range(350, 500) if data.y[i] == 1]
figure, axes = plt.subplots(2, 2, figsize=(8, 6.4), layout="constrained")
for ax, i in zip(axes.flat, [i for i in acids if 10 <= sizes[i] <= 16], strict=False):
    GraphDisplay.from_estimator(model, data.X[i], target=1, ax=ax)
    ax.set_title(f"{sizes[i]} atoms, p(acid) = {model.predict_proba(data.X[i : i + 1])[0, 1]:.2f}", fontsize=10)
found = classifier.attributions([graphs[i] for i in acids], target=1)
inside = np.mean([each.nodes[data.atoms[i]].mean() for i, each in zip(acids, found, strict=True)])
outside = np.mean([np.delete(each.nodes, data.atoms[i]).mean() for i, each in zip(acids, found, strict=True)])
print(f"mean attribution to an atom of the acid {inside:.2f}, to another {outside:.2f}")

# %%
# The honest baseline
# -------------------
# :class:`skmlbio.WeisfeilerLehmanTransformer` counts the subtrees of graphs, without any network, and is told
# elements and the orders of bonds only.  It comes close, 145 of the 150 molecules, and is the first thing to try.
from sklearn.linear_model import LogisticRegression

from skmlbio import WeisfeilerLehmanTransformer

plain = make_pipeline(
    MoleculeGraphTransformer(node_features="element", edge_features="order"),
    WeisfeilerLehmanTransformer(),
    LogisticRegression(max_iter=1000),
).fit(data.X[:350], data.y[:350])
for name, each in (("graph convolution", model), ("Weisfeiler-Lehman + logistic regression", plain)):
    print(f"{name}: {each.score(data.X[350:], data.y[350:]):.3f} right")
