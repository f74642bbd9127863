"""How much each node and each edge of a graph counts, as a picture of the graph."""

from __future__ import annotations

import io
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skmlbio.graphs import Graph, GraphAttributions, as_graph
from skmlbio.graphs._ensure_nodes import ensure_nodes
from skmlbio.graphs._molecule_graphs import molecule_graphs
from skmlbio.graphs._molecule_reader import read_molecule, require_rdkit

from ._display import Display
from ._graph_drawing import Colors, Lines, import_networkx, joined, nodes_around, part_of, placed
from ._plotting import axes_to_draw_on, before_final_step, final_step, label_text, require_fitted, require_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LABELS = 60  # nodes; names of more would hide the graph
_LARGEST = 1e100  # matplotlib takes the differences of what it colours


class GraphDisplay(Display):
    """A graph, with colours for how much its nodes and edges count for what a network answers.

    Red speaks for the answer and blue against it.  An edge has the mean of the numbers that are listed between its two
    nodes, and is marked the wider the more it counts; edges that lead one way only are arrows from source to target.  A
    molecule is drawn by RDKit.  Of a large graph, what is drawn of the answer for a node is its neighbourhood, in which
    the node has a thick rim.  Make one with `from_estimator` or `from_graph`.

    Parameters
    ----------
    graph : Graph
        The graph.
    attributions : GraphAttributions, default=None
        What counts, as ``attributions`` of an estimator returns it for the graph.
    labels : "auto", None or sequence of n_nodes objects, default="auto"
        What stands at the nodes: by "auto" their types, or their names in a networkx graph, where they are not too
        many.
    positions : array-like of shape (n_nodes, 2), default=None
        Where the nodes are; by default networkx places them by the distances between them, always alike.
    molecule : rdkit.Chem.Mol, default=None
        The molecule that the graph was made of, with its atoms in the order of the nodes.
    node : int, default=None
        The position of the node that is asked about, which is marked, and named in the title.

    Attributes
    ----------
    positions_ : ndarray of shape (n_nodes, 2)
        Where the nodes are; None for a molecule.
    colorbar_ : matplotlib Colorbar
        What the colours mean; None where there are no attributions.

    See Also
    --------
    skmlbio.GCNClassifier : Has attributions, as all networks of graphs and of nodes.

    Notes
    -----
    Needs networkx: ``pip install "skmlbio[networkx]"``; molecules need RDKit, ``pip install "skmlbio[chem]"``, instead.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import networkx
    >>> from skmlbio.graphs import GraphAttributions
    >>> from skmlbio.inspection import GraphDisplay
    >>> counts = GraphAttributions(nodes=[0.1, 1.5, -0.2], edges=[0.4, 0.0, 0.4, 0.0])
    >>> display = GraphDisplay.from_graph(networkx.path_graph(3), counts)
    >>> display.positions_.shape
    (3, 2)
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        graph: Graph,
        attributions: GraphAttributions | None = None,
        *,
        labels: Any = "auto",
        positions: ArrayLike | None = None,
        molecule: Any = None,
        node: int | None = None,
    ) -> None:
        self.graph = graph
        self.attributions = attributions
        self.labels = labels
        self.positions = positions
        self.molecule = molecule
        self.node = node

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        graph: Any,
        *,
        method: str = "integrated_gradients",
        target: Any = None,
        labels: Any = "auto",
        positions: ArrayLike | None = None,
        max_nodes: int = 60,
        ax: Axes | None = None,
    ) -> GraphDisplay:
        """Ask a fitted estimator what counts in one graph, or for one node, and draw it.

        Parameters
        ----------
        graph : graph, SMILES string, rdkit.Chem.Mol, or node
            What is asked about: a graph as the estimator takes it, or a molecule where a pipeline makes graphs of
            molecules.  An estimator that answers for nodes has its graph already: give a node, by name or position.
        method, target
            As its ``attributions`` takes them.
        labels, positions
            Of all nodes of the graph, whichever are drawn.
        max_nodes : int, default=60
            How many nodes to draw at most of the graph of an estimator that answers for nodes: those as far from the
            node as the network sees, beginning with what is next to the node and counts most.  They keep their names,
            or have their positions for names, in the display's `graph`.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        """
        require_fitted(estimator, cls.__name__)
        trained = final_step(estimator)
        if not (hasattr(trained, "attributions") and hasattr(trained, "node_types_")):
            raise TypeError(
                f"{cls.__name__} needs an estimator of graphs with attributions, and {type(trained).__name__} is none"
            )
        of_nodes = hasattr(trained, "graph_")
        if of_nodes and (isinstance(graph, Graph) or hasattr(graph, "adj")):
            raise TypeError(
                f"{type(trained).__name__} answers for nodes of its own graph: give a node, by name or position, "
                f"not a {type(graph).__name__}."
            )
        X = before_final_step(estimator, [graph])
        (found,) = trained.attributions(X, method=method, target=target)
        if of_nodes:
            display = cls(trained.graph_, found, labels=labels, positions=positions)
            (node,) = ensure_nodes(X, trained.graph_)
            return display._around(int(node), trained._reach(), max_nodes).plot(ax)
        drawn = as_graph(X[0], node_attributes=trained.node_attributes, edge_attribute=trained.edge_attribute)
        molecule = _molecule_of(graph, drawn) if _is_molecule(graph) else None
        return cls(drawn, found, labels=labels, positions=positions, molecule=molecule).plot(ax)

    @classmethod
    def from_graph(
        cls,
        graph: Any,
        attributions: Any = None,
        *,
        labels: Any = "auto",
        positions: ArrayLike | None = None,
        ax: Axes | None = None,
    ) -> GraphDisplay:
        """Draw a graph, with attributions at hand or without.

        Parameters
        ----------
        graph : Graph, networkx graph, pair (features, adjacency), SMILES string or rdkit.Chem.Mol
            The graph, or the molecule, whose bonds are listed as `skmlbio.MoleculeGraphTransformer` lists them.
        attributions : GraphAttributions, default=None
            What counts: a pair of arrays of shape (n_nodes,) and (n_edges,).
        """
        molecule = None
        if _is_molecule(graph):
            require_rdkit(cls.__name__)
            molecule = read_molecule(graph, 0, explicit_hydrogens=False)
            options = {"edge_features": None, "explicit_hydrogens": False, "on_error": "raise"}
            (graph,) = molecule_graphs([molecule], node_features="element", **options)
        elif not isinstance(graph, Graph):
            has_edges = hasattr(graph, "nodes")  # a networkx graph is drawn whatever its nodes and edges carry
            graph = as_graph(graph, node_attributes=()) if has_edges else as_graph(graph)
        if attributions is not None:
            attributions = GraphAttributions(*(require_numbers("attributions", numbers) for numbers in attributions))
        return cls(graph, attributions, labels=labels, positions=positions, molecule=molecule).plot(ax)

    def _around(self, node: int, n_hops: int, max_nodes: int) -> GraphDisplay:
        """Return a display of what is around a node."""
        if isinstance(max_nodes, bool) or not isinstance(max_nodes, Integral) or max_nodes < 1:
            raise ValueError(f"max_nodes must be an int of 1 or more, got {max_nodes!r}")
        nodes = nodes_around(self.graph, node, np.abs(self.attributions.nodes), n_hops, max_nodes)
        graph, attributions = part_of(self.graph, self.attributions, nodes)
        labels, positions = self.labels, self.positions
        if not (labels is None or isinstance(labels, str)):
            labels = [self._require_one_each(labels)[place] for place in nodes]
        if positions is not None:
            positions = self._checked_positions()[nodes]
        place = int(np.searchsorted(nodes, node))
        return type(self)(graph, attributions, labels=labels, positions=positions, node=place)

    def plot(self, ax: Axes | None = None) -> GraphDisplay:
        """Draw the graph.

        Returns
        -------
        self : GraphDisplay
            The display, with ``positions_``, ``colorbar_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ValueError
            If attributions, labels or positions do not fit the graph.
        ImportError
            If matplotlib is not installed, or what draws the graph.
        """
        of_nodes, of_edges = self._checked_attributions()
        labels, positions = self._labels(), self._positions()
        lines, of_lines = joined(self.graph, of_edges)
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot", figsize=(5.6, 4.6))
        self.figure_ = self.ax_.figure
        self.positions_, self.colorbar_ = positions, None
        colors = Colors(of_nodes, of_lines, pale=self.molecule is not None)  # RDKit writes in black
        if self.molecule is not None:
            self._draw_molecule(colors.of(of_nodes), lines, colors.of(of_lines))
        else:
            self._draw_edges(lines, of_lines, colors)
            self._draw_nodes(of_nodes, labels, colors)
        if self.attributions is not None:
            self.colorbar_ = self.figure_.colorbar(colors.mappable, ax=self.ax_, label="attribution", shrink=0.8)
        self.ax_.set_axis_off()
        if self.node is not None:
            names = self.graph.node_names
            self.ax_.set_title(f"node {label_text(self.node if names is None else names[self.node])}")
        return self

    def _checked_attributions(self) -> tuple[NDArray, NDArray]:
        """Return the numbers of nodes and of edges, once they have been checked; zeros where there are none."""
        if self.attributions is None:
            return np.zeros(self.graph.n_nodes), np.zeros(self.graph.n_edges)
        expected = {"nodes": self.graph.n_nodes, "edges": self.graph.n_edges}
        checked = []
        for (name, n), numbers in zip(expected.items(), self.attributions, strict=True):
            values = require_numbers(f"attributions of {name}", numbers)
            if values.shape != (n,):
                raise ValueError(f"attributions of {n} {name} must be of shape ({n},); theirs is {values.shape}")
            wrong = ~(np.abs(values) <= _LARGEST)  # a NaN is not below it either
            if wrong.any():
                raise ValueError(
                    f"attributions must lie between -{_LARGEST:g} and {_LARGEST:g} to be drawn; number "
                    f"{wrong.argmax()} of the {name} is {values[wrong.argmax()]}"
                )
            checked.append(values)
        return checked[0], checked[1]

    def _labels(self) -> list[str] | None:
        """Return what stands at the nodes."""
        graph, labels = self.graph, self.labels
        if labels is None:
            return None
        if isinstance(labels, str):
            if labels != "auto":
                raise ValueError(f"labels must be 'auto', None or one label a node, got {labels!r}")
            labels = graph.features if graph.has_node_types else graph.node_names
            if labels is None or graph.n_nodes > _MOST_LABELS:
                return None
        return [label_text(label) for label in self._require_one_each(labels)]

    def _require_one_each(self, labels: Sequence) -> Sequence:
        n_nodes = self.graph.n_nodes
        if len(labels) != n_nodes:
            raise ValueError(f"labels must be 'auto', None or {n_nodes} labels, one a node; got {len(labels)}")
        return labels

    def _positions(self) -> NDArray[np.floating] | None:
        if self.molecule is not None:
            return None
        return placed(self.graph) if self.positions is None else self._checked_positions()

    def _checked_positions(self) -> NDArray[np.floating]:
        positions = require_numbers("positions", self.positions)
        if positions.shape != (self.graph.n_nodes, 2) or not np.isfinite(positions).all():
            raise ValueError(
                f"positions must be finite numbers of shape ({self.graph.n_nodes}, 2), one point a node; their shape "
                f"is {positions.shape}"
            )
        return positions

    def _draw_edges(self, lines: Lines, of_lines: NDArray, colors: Colors) -> None:
        networkx = import_networkx()
        edges, places = [*map(tuple, lines.ends.T.tolist())], dict(enumerate(self.positions_))
        undirected, directed = networkx.Graph(edges), networkx.DiGraph(edges)
        size = {"node_size": self._node_area(), "ax": self.ax_}
        if edges:  # colours lie beneath, so that an edge that counts nothing is an edge still
            style = {"width": 9 * colors.share(of_lines), "edge_color": colors.of(of_lines), "arrows": False}
            networkx.draw_networkx_edges(undirected, places, edges, **style, **size)
        for graph, chosen in ((undirected, lines.both_ways), (directed, ~lines.both_ways)):
            some = [edge for edge, is_chosen in zip(edges, chosen, strict=True) if is_chosen]
            style = {"arrows": graph is directed, "edge_color": "0.45"}
            networkx.draw_networkx_edges(graph, places, some, **style, **size)

    def _draw_nodes(self, of_nodes: NDArray, labels: list[str] | None, colors: Colors) -> None:
        filled = colors.of(of_nodes)
        is_asked = np.arange(len(filled)) == self.node
        rims = {"edgecolors": np.where(is_asked, "0", "0.4"), "linewidths": np.where(is_asked, 2.5, 0.8)}
        self.ax_.scatter(*self.positions_.T, s=self._node_area(), c=filled, zorder=3, **rims)
        for place, color, label in zip(self.positions_, filled, labels or [], strict=False):
            ink = "black" if color[:3] @ [0.3, 0.6, 0.1] > 0.5 else "white"
            self.ax_.text(*place, label, ha="center", va="center", fontsize=8, color=ink, zorder=4)
        self.ax_.set_aspect("equal", adjustable="datalim")
        self.ax_.margins(0.08)

    def _node_area(self) -> float:
        """Return the area of a node in square points."""
        return float(np.clip(6000 / self.graph.n_nodes, 30, 260))

    def _draw_molecule(self, of_atoms: NDArray, lines: Lines, of_lines: NDArray) -> None:
        """Let RDKit draw the molecule, with colours behind its atoms and bonds, and show the image."""
        require_rdkit(type(self).__name__)
        from matplotlib.image import imread
        from rdkit.Chem.Draw import rdMolDraw2D

        drawer = rdMolDraw2D.MolDraw2DCairo(1000, 800)
        options = drawer.drawOptions()
        options.useBWAtomPalette()
        options.padding = 0.08
        options.highlightBondWidthMultiplier = 12
        marks: dict[str, Any] = {}
        if self.attributions is not None:
            atoms = {atom: tuple(color) for atom, color in enumerate(of_atoms.tolist())}
            bonds = {
                self.molecule.GetBondBetweenAtoms(first, second).GetIdx(): tuple(color)
                for (first, second), color in zip(lines.ends.T.tolist(), of_lines.tolist(), strict=True)
            }
            marks = {
                "highlightAtoms": list(atoms),
                "highlightAtomColors": atoms,
                "highlightBonds": list(bonds),
                "highlightBondColors": bonds,
                "highlightAtomRadii": dict.fromkeys(atoms, 0.35),
            }
        rdMolDraw2D.PrepareAndDrawMolecule(drawer, self.molecule, **marks)
        drawer.FinishDrawing()
        self.ax_.imshow(imread(io.BytesIO(drawer.GetDrawingText())))


def _is_molecule(graph: Any) -> bool:
    return isinstance(graph, str) or type(graph).__module__.startswith("rdkit.")


def _molecule_of(item: Any, graph: Graph) -> Any:
    """Return the molecule of a SMILES string or of RDKit's own, with as many atoms as the graph has nodes."""
    require_rdkit("GraphDisplay")
    for explicit_hydrogens in (False, True):
        molecule = read_molecule(item, 0, explicit_hydrogens)
        if molecule.GetNumAtoms() == graph.n_nodes:
            return molecule
    raise ValueError(f"the graph of molecule {item!r:.50} has {graph.n_nodes} nodes, which are not its atoms")
