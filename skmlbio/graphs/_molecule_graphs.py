"""From molecules to graphs: what atoms and bonds carry."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ._graph import Graph
from ._molecule_reader import read_molecule

if TYPE_CHECKING:
    from rdkit.Chem import Atom, Bond, Mol

_BLOCK = 1024  # molecules whose tables are made at once; a graph that is kept keeps those of its block
_MASKED = "*"  # as SMILES write an atom of no kind

_ELEMENTS = {1: "H", 5: "B", 6: "C", 7: "N", 8: "O", 9: "F", 14: "Si", 15: "P", 16: "S", 17: "Cl", 34: "Se", 35: "Br",
             53: "I"}  # fmt: skip
_HYBRIDIZATIONS = ("S", "SP", "SP2", "SP3", "SP3D", "SP3D2")
_CHIRALITIES = ("R", "S")
_ORDERS = ("SINGLE", "DOUBLE", "TRIPLE", "AROMATIC")
_STEREO = ("E", "Z")
_CHARGES = (-2, -1, 0, 1, 2)
_MOST_NEIGHBOURS, _MOST_HYDROGENS = 5, 4  # all above are one column

ATOM_FEATURES = (
    *(f"element_{symbol}" for symbol in [*_ELEMENTS.values(), "other"]),
    *(f"degree_{n}" for n in [*range(_MOST_NEIGHBOURS), f"{_MOST_NEIGHBOURS}+"]),
    *(f"charge_{charge}" for charge in [*_CHARGES, "other"]),
    *(f"hybridization_{name}" for name in [*_HYBRIDIZATIONS, "other"]),
    *(f"hydrogens_{n}" for n in [*range(_MOST_HYDROGENS), f"{_MOST_HYDROGENS}+"]),
    "aromatic",
    "ring",
    *(f"chirality_{label}" for label in _CHIRALITIES),
)
BOND_FEATURES = (
    *(f"order_{order.lower()}" for order in [*_ORDERS, "other"]),
    "conjugated",
    "ring",
    *(f"stereo_{label}" for label in _STEREO),
)


def molecule_graphs(
    items: Sequence, *, node_features: str, edge_features: str | None, explicit_hydrogens: bool, on_error: str
) -> list[Graph]:
    """A graph for each item; the parameters are those of `MoleculeGraphTransformer`."""
    graphs: list[Graph] = []
    problems: dict[int, ValueError] = {}
    for start in range(0, len(items), _BLOCK):
        molecules = _read(items[start : start + _BLOCK], start, explicit_hydrogens)
        for index, molecule in enumerate(molecules, start):
            if isinstance(molecule, ValueError):
                if on_error == "raise":
                    raise molecule
                problems[index] = molecule
                molecules[index - start] = read_molecule(_MASKED, index, explicit_hydrogens)
        graphs += _graphs(molecules, node_features, edge_features)
    if problems:
        _warn_of(problems, len(items))
    return graphs


def readable_molecules(items: Sequence) -> np.ndarray:
    """Whether a molecule can be made of each item, bool of shape (n_items,)."""
    return np.array([not isinstance(molecule, ValueError) for molecule in _read(items, 0, False)], bool)


def _read(items: Sequence, start: int, explicit_hydrogens: bool) -> list[Mol | ValueError]:
    """Each item as a molecule, or the reason why it is none; RDKit says nothing of its own meanwhile."""
    from rdkit.rdBase import BlockLogs

    with BlockLogs():
        return [_molecule_or_error(item, index, explicit_hydrogens) for index, item in enumerate(items, start)]


def _molecule_or_error(item: Any, index: int, explicit_hydrogens: bool) -> Mol | ValueError:
    try:
        return read_molecule(item, index, explicit_hydrogens)
    except ValueError as error:
        return error


def _warn_of(problems: dict[int, ValueError], n_molecules: int) -> None:
    places = ", ".join(map(str, list(problems)[:20])) + (", ..." if len(problems) > 20 else "")
    warnings.warn(
        f"{len(problems)} of {n_molecules} molecules cannot be read and count as {_MASKED!r}, an atom of no kind: "
        f"{places}. The first of them: {next(iter(problems.values()))}",
        UserWarning,
        stacklevel=4,
    )


def _graphs(molecules: list[Mol], node_features: str, edge_features: str | None) -> list[Graph]:
    """The graphs of a block of molecules, whose features are looked up together."""
    n_atoms = [molecule.GetNumAtoms() for molecule in molecules]
    n_bonds = [molecule.GetNumBonds() for molecule in molecules]
    # RDKit's iterators are slower than its indices, and a function mapped over many atoms is faster than a loop.
    atoms = [atom for m, n in zip(molecules, n_atoms, strict=True) for atom in map(m.GetAtomWithIdx, range(n))]
    bonds = [bond for m, n in zip(molecules, n_bonds, strict=True) for bond in map(m.GetBondWithIdx, range(n))]
    nodes = (_atom_types if node_features == "element" else _atom_features)(atoms)
    edges = {None: _nothing, "order": _bond_types, "standard": _bond_features}[edge_features](bonds)
    # Both directions, in the order of their atoms, as `ensure_graphs` wants them.
    begins, ends = _ends(bonds)
    edge_index = np.array([np.concatenate([begins, ends]), np.concatenate([ends, begins])])
    order = np.lexsort((*edge_index[::-1], np.tile(np.repeat(np.arange(len(molecules)), n_bonds), 2)))
    edge_index, edges = edge_index[:, order], None if edges is None else np.concatenate([edges, edges])[order]
    spans = (pairwise(np.cumsum([0, *counts]).tolist()) for counts in (n_atoms, np.multiply(n_bonds, 2)))
    return [
        Graph(nodes[first:last], edge_index[:, begin:end], None, None if edges is None else edges[begin:end])
        for (first, last), (begin, end) in zip(*spans, strict=True)
    ]


def _asked(question: Callable, things: Sequence) -> np.ndarray:
    """What a method of RDKit answers for each atom or bond, int64 of shape (n_things,)."""
    return np.fromiter(map(question, things), np.int64, len(things))


def _atom_types(atoms: list[Atom]) -> np.ndarray:
    return np.array([atom.GetSymbol() for atom in atoms], str)


def _atom_features(atoms: list[Atom]) -> np.ndarray:
    """`ATOM_FEATURES` of all atoms, float64 of shape (n_atoms, n_features)."""
    from rdkit.Chem import Atom, HybridizationType

    hybridizations = [HybridizationType.names[name] for name in _HYBRIDIZATIONS]
    degrees = _asked(Atom.GetTotalDegree, atoms)
    hydrogens = _asked(lambda atom: atom.GetTotalNumHs(includeNeighbors=True), atoms)
    chiral = [_chirality(atom) for atom in atoms]
    table = [
        _one_hot(_asked(Atom.GetAtomicNum, atoms), list(_ELEMENTS)),
        np.eye(_MOST_NEIGHBOURS + 1)[np.minimum(degrees, _MOST_NEIGHBOURS)],
        _one_hot(_asked(Atom.GetFormalCharge, atoms), _CHARGES),
        _one_hot(_asked(Atom.GetHybridization, atoms), hybridizations),
        np.eye(_MOST_HYDROGENS + 1)[np.minimum(hydrogens, _MOST_HYDROGENS)],
        _asked(Atom.GetIsAromatic, atoms)[:, np.newaxis],
        _asked(Atom.IsInRing, atoms)[:, np.newaxis],
        _one_hot(np.array(chiral), [0, 1])[:, :-1],
    ]
    return np.concatenate(table, axis=1)


def _chirality(atom: Atom) -> int:
    """The place of the atom's label, which does not depend on the order of atoms, as RDKit's tags do; or -1."""
    return _CHIRALITIES.index(label) if (label := _cip_label(atom)) in _CHIRALITIES else -1


def _ends(bonds: list[Bond]) -> tuple[np.ndarray, np.ndarray]:
    from rdkit.Chem import Bond

    return _asked(Bond.GetBeginAtomIdx, bonds), _asked(Bond.GetEndAtomIdx, bonds)


def _nothing(bonds: list[Bond]) -> None:
    return None


def _bond_types(bonds: list[Bond]) -> np.ndarray:
    return np.array([bond.GetBondType().name.lower() for bond in bonds], str)


def _bond_features(bonds: list[Bond]) -> np.ndarray:
    """`BOND_FEATURES` of all bonds, float64 of shape (n_bonds, n_features)."""
    from rdkit.Chem import Bond, BondType

    order = _asked(Bond.GetBondType, bonds)
    stereo = np.full(len(bonds), -1)
    for place in np.flatnonzero(order == BondType.DOUBLE):
        stereo[place] = _stereo(bonds[place])
    table = [
        _one_hot(order, [BondType.names[name] for name in _ORDERS]),
        _asked(Bond.GetIsConjugated, bonds)[:, np.newaxis],
        _asked(Bond.IsInRing, bonds)[:, np.newaxis],
        _one_hot(stereo, [0, 1])[:, :-1],
    ]
    return np.concatenate(table, axis=1)


def _stereo(bond: Bond) -> int:
    label = _cip_label(bond) or bond.GetStereo().name.removeprefix("STEREO")
    return _STEREO.index(label) if label in _STEREO else -1


def _cip_label(thing: Atom | Bond) -> str | None:
    """The label of Cahn, Ingold and Prelog, where there is one."""
    return thing.GetProp("_CIPCode") if thing.HasProp("_CIPCode") else None


def _one_hot(values: np.ndarray, known: Sequence[int]) -> np.ndarray:
    """One column for each known value, in that order, and one for all others: (n_values, n_known + 1)."""
    return np.column_stack([*(values == value for value in known), ~np.isin(values, known)]).astype(np.float64)
