"""Protein structures as graphs of the residues that touch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from ._graph import Graph
from ._structures import Residues, residues_of


def contact_graphs(
    structures: Sequence,
    sequences: Sequence[str] | None = None,
    *,
    distance: float = 8.0,
    chains: Sequence | None = None,
    edge_features: str | None = None,
    missing: str = "error",
) -> list[Graph]:
    """Make a graph of each protein structure: residues whose C-alpha atoms are near are neighbours.

    The type of a node is the one-letter code of its residue. An edge is there in each direction, sorted by residues,
    also between chains; neighbours along the chain are 3.8 Å apart, and so have edges.

    Files are read by Biopython. Of several models, as of NMR, the first counts; of alternate locations and of residues
    that share a place, that of the highest occupancy. Waters, ligands, ions and nucleotides are left out; modified
    residues such as selenomethionine have the letter of what they are made from, or X.

    Parameters
    ----------
    structures : sequence of n_structures items
        Each an array of shape (n_residues, 3) with the coordinates of the C-alpha atoms in angstrom, a path or open
        file in the format PDB or mmCIF, plain or compressed by gzip, or a structure of ``Bio.PDB``.
    sequences : sequence of n_structures str, default=None
        The residues of each array, one letter each, in upper or lower case. Files have their own: there it is None.
    distance : float, default=8.0
        The largest distance of two neighbours in angstrom.
    chains : sequence of n_structures str, lists of str or None, default=None
        The chain or chains of each file to be taken; None takes all.
    edge_features : {"distance"} or None, default=None
        With "distance", edges carry the distance in angstrom as a feature; None leaves them plain.
    missing : {"error", "drop"}, default="error"
        What happens to residues of files whose C-alpha is not there: an error, or they are left out.

    Returns
    -------
    graphs : list of n_structures Graph
        Those of files have ``node_names``, chain and number of the residues with the insertion code, as in "A:27B".

    Raises
    ------
    ImportError
        If there are files, and Biopython is not installed.
    FileNotFoundError
        If there is no such file.
    TypeError, ValueError
        If an item is none of the above, has no residues, lacks a chain or a C-alpha atom, or has a coordinate that is
        not finite, or several residues at 0, 0, 0. The message names the structure or file, the chain and the residue.

    Examples
    --------
    >>> from skmlbio.graphs import contact_graphs
    >>> coordinates = [[0, 0, 0], [3.8, 0, 0], [7.6, 0, 0], [11.4, 0, 0]]
    >>> (graph,) = contact_graphs([coordinates], ["MKVA"], edge_features="distance")
    >>> graph
    Graph(n_nodes=4, node_types=<U1, n_edges=10, n_edge_features=1)
    >>> graph.edge_index[:, :2].tolist(), graph.edge_features[:2].tolist()
    ([[0, 0], [1, 2]], [[3.8], [7.6]])
    """
    if isinstance(distance, bool) or not isinstance(distance, Real) or not 0 < distance < np.inf:
        raise ValueError(f"distance must be a finite number above 0, in angstrom; got {distance!r}")
    if edge_features not in ("distance", None):
        raise ValueError(f"edge_features must be 'distance' or None; got {edge_features!r}")
    if missing not in ("error", "drop"):
        raise ValueError(f"missing must be 'error' or 'drop'; got {missing!r}")
    if _is_file(structures) or not isinstance(structures, Iterable) or hasattr(structures, "get_models"):
        raise TypeError(f"structures must be a list, even of one; got {type(structures).__name__}")
    structures = list(structures)
    if not structures:
        raise ValueError("structures is empty; at least one is needed")
    first = structures[0] if isinstance(structures[0], list | tuple | np.ndarray) else []
    if len(first) and all(isinstance(number, Real) for number in first):
        raise TypeError("structures must be a list, even of one; got the coordinates of one structure")
    sequences, chains = (
        _one_each(given, len(structures), name) for given, name in ((sequences, "sequences"), (chains, "chains"))
    )
    graphs = []
    for index, (structure, sequence, of_chains) in enumerate(zip(structures, sequences, chains, strict=True)):
        name = f"structure {index}"
        residues = _residues(structure, sequence, of_chains, missing, name)
        _require_places(residues, name)
        graphs.append(_graph(residues, float(distance), edge_features is not None))
    return graphs


def _one_each(given: Sequence | None, n_structures: int, name: str) -> Sequence:
    if given is None:
        return [None] * n_structures
    if isinstance(given, str) or len(given) != n_structures:
        raise ValueError(f"{name} must have one item for each of the {n_structures} structures; got {given!r:.60}")
    return given


def _residues(structure: Any, sequence: str | None, chains: Any, missing: str, name: str) -> Residues:
    if not _is_file(structure) and not hasattr(structure, "get_models"):
        if chains is not None:
            raise ValueError(f"{name} is an array, but chains are those of a file")
        return _residues_of_array(structure, sequence, name)
    if sequence is not None:
        raise ValueError(f"{name} is a file, which has a sequence of its own; its item of sequences must be None")
    return residues_of(structure, name, [chains] if isinstance(chains, str) else chains, missing)


def _is_file(structure: Any) -> bool:
    return isinstance(structure, str | os.PathLike) or hasattr(structure, "read")


def _residues_of_array(structure: ArrayLike, sequence: str | None, name: str) -> Residues:
    try:
        coordinates = np.asarray(structure, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of coordinates, a file or a structure of Bio.PDB: {error}") from error
    if coordinates.ndim != 2 or coordinates.shape[1] != 3 or not len(coordinates):
        raise ValueError(f"{name} must have shape (n_residues, 3), of one residue or more, not {coordinates.shape}")
    if not isinstance(sequence, str):
        raise TypeError(f"{name} is an array, so sequences must have its residues as a string; got {sequence!r:.60}")
    if len(sequence) != len(coordinates):
        raise ValueError(f"{name} has {len(coordinates)} residues, but a sequence of {len(sequence)} letters")
    for place, letter in enumerate(sequence):
        if not (letter.isascii() and letter.isalpha()):
            raise ValueError(f"{name}: residue {place} is {letter!r}, which is no letter from A to Z")
    finite = np.isfinite(coordinates).all(axis=1)
    if not finite.all():
        place = int(finite.argmin())
        raise ValueError(f"{name}: residue {place} is at {coordinates[place].tolist()}; finite numbers needed")
    return Residues(list(sequence.upper()), None, coordinates)


def _require_places(residues: Residues, name: str) -> None:
    """Refuse zeros that stand for coordinates which are not known: such residues would all touch each other."""
    unplaced = np.flatnonzero(~residues.coordinates.any(axis=1))
    if len(unplaced) > 1:
        first, second = (residues.names[place] if residues.names else place for place in unplaced[:2])
        raise ValueError(
            f"{name}: residues {first} and {second} are both at [0.0, 0.0, 0.0], as if their coordinates were missing; "
            "leave such residues out"
        )


def _graph(residues: Residues, distance: float, with_distances: bool) -> Graph:
    tree = cKDTree(residues.coordinates)
    pairs = tree.query_pairs(distance, output_type="ndarray").T
    edges = np.concatenate([pairs, pairs[::-1]], axis=1).astype(np.int64)
    edges = edges[:, np.lexsort(edges[::-1])]
    lengths = np.linalg.norm(np.subtract(*residues.coordinates[edges]), axis=1, keepdims=True)
    return Graph(residues.letters, edges, None, lengths if with_distances else None, residues.names)
