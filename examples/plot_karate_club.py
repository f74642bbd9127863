"""A club falls apart: who goes with whom is told by four members and by the friendships of all.

The network is Zachary's karate club (1977), whose members followed either the instructor, "Mr. Hi", or the president,
"Officer".  A graph convolutional network is told the side of two members each, and predicts that of the others.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import matplotlib
import matplotlib.figure
import networkx
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from scipy.sparse import eye_array

from skmlbio import GCNNodeClassifier
from skmlbio.graphs import as_graph

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

club = networkx.karate_club_graph()
members = np.array(club.nodes)
y = np.array([club.nodes[member]["club"] for member in members])

# Members differ by their friends only: a column for each of them is all that is known of a node.
graph = replace(as_graph(club, node_attributes=()), features=eye_array(len(members), format="csr"))
known = [0, 5, 33, 24]
classifier = GCNNodeClassifier(graph, random_state=0).fit(known, y[known])
others = np.setdiff1d(members, known)
print(f"told the side of {len(known)} members; of the {len(others)} others, "
      f"{classifier.score(others, y[others]):.0%} are right")  # fmt: skip
for member in others[classifier.predict(others) != y[others]]:
    print(f"member {member} went with {y[member]}, where {classifier.predict([member])[0]} was predicted")

probability = classifier.predict_proba(members)[:, list(classifier.classes_).index("Officer")]
place = networkx.kamada_kawai_layout(club, weight=None)
sides = LinearSegmentedColormap.from_list("sides", ["#7fa8e8", "#f4f4f4", "#f0907f"])
figure = matplotlib.figure.Figure(figsize=(8.5, 5.5), layout="constrained")
ax = figure.subplots()
networkx.draw_networkx_edges(club, place, ax=ax, edge_color="0.75")
for side, shape in (("Mr. Hi", "o"), ("Officer", "s")):
    drawn = [member for member in members if y[member] == side]
    networkx.draw_networkx_nodes(
        club,
        place,
        drawn,
        ax=ax,
        node_shape=shape,
        node_size=330,
        node_color=sides(probability[drawn]),
        edgecolors=["black" if member in known else "0.6" for member in drawn],
        linewidths=[2.5 if member in known else 0.8 for member in drawn],
        label=f"went with {side}",
    )
networkx.draw_networkx_labels(club, place, ax=ax, font_size=8)
scale = matplotlib.cm.ScalarMappable(matplotlib.colors.Normalize(0, 1), sides)
figure.colorbar(scale, ax=ax, label='predicted probability of "Officer"', shrink=0.7)
legend = ax.legend(loc="upper left", frameon=False, labelspacing=1.2, title="thick edge: told to the network")
for handle in legend.legend_handles:
    handle.set(facecolor="white", edgecolor="0.3", linewidth=1)
ax.axis("off")
figure.savefig(folder / "plot_karate_club.png", dpi=72)
