"""Random molecules with functional groups at atoms that are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from inspect import getdoc
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import Bunch

from skmlbio.sequences._intervals import Interval

from ._draws import draw_classes, draw_lengths, ensure_range, flip_labels, generator_of
from ._maker import maker

_DEFAULT_GROUPS = (None, "C(=O)O", "C(=O)N", "C#N", "[N+](=O)[O-]", "S(=O)(=O)N", "C(F)(F)F", "C=O")
_MOST_ATOMS = 400  # so that the two digits of a ring are enough, however rings are nested
_MOST_GROUPS = 4
_ATOM = re.compile(r"\[[^\[\]]+\]|Br|Cl|[BCNOPSFI]|[bcnops]")
_GROUP = re.compile(rf"({_ATOM.pattern})(({_ATOM.pattern})|[-=#()1-9])*")
_RING_SHARE = 0.15  # of the steps by which a molecule grows
_RINGS, _RING_CHANCES = ("cccccc", "ccnccc", "CCCCCC", "CCCCC", "CCOCC"), (0.5, 0.1, 0.2, 0.1, 0.1)
_CHAIN_ATOMS, _CHAIN_CHANCES = ("C", "N", "O"), (0.8, 0.1, 0.1)
_BONDS = {"C": 4, "N": 3, "O": 2, "c": 3, "n": 2}


@dataclass(eq=False)
class _Node:
    """An atom, or a group, of a molecule that is written as a tree and the rings that close it."""

    text: str
    free: int  # hydrogens in whose place something may grow
    is_group: bool = False
    children: list[_Node] = field(default_factory=list)
    rings: list[int] = field(default_factory=list)

    @property
    def is_carbon(self) -> bool:
        return self.text in ("C", "c", "-c")


@maker(
    "molecules",
    written=" as SMILES, not canonical",
    of_class="whose groups are planted",
    n_atoms=[Interval(Integral, 1, _MOST_ATOMS, closed="both"), tuple, list],
    groups=[list, tuple, None],
)
def make_molecules(
    n_samples: int = 100,
    *,
    n_atoms: int | tuple[int, int] = (10, 30),
    groups: Sequence | None = None,
    n_classes: int | None = None,
    weights: ArrayLike | None = None,
    flip_y: float = 0.0,
    random_state: Any = None,
    return_X_y: bool = True,
):
    """Make random molecules, in each of which the functional groups of its class are planted.

    A molecule grows from a carbon atom by single atoms, of carbon, nitrogen and oxygen, and by rings, benzene and
    pyridine, cyclohexane and cyclopentane, tetrahydrofuran.  Groups are put in the place of a hydrogen of a carbon
    atom each.  All bonds that grow are single or aromatic, and nitrogen and oxygen are bound to carbon, so that amines,
    alcohols and ethers turn up by chance, but none of the groups that are there by default.  The molecules are possible
    ones to RDKit, though hardly to a chemist.

    Parameters
    ----------
    n_samples : int, default=100
        Number of molecules.
    n_atoms : int or (int, int), default=(10, 30)
        Atoms of each molecule other than hydrogen, its groups included, or the smallest and the largest number, all
        between being equally probable; at most 400.
    groups : list or tuple of n_classes groups, optional
        What is planted in the molecules of each class: None for nothing, a group, or a list of up to 4 groups.  A group
        is SMILES in which no bond and no ring is left open and charges cancel, whose first atom is bound to the
        molecule, such as ``"C(=O)O"``.  By default class 0 has none, and others carboxylic acid, amide, nitrile, nitro,
        sulfonamide, trifluoromethyl and aldehyde, in this order.
    n_classes : int, optional
        Number of classes; by default as many as there are `groups`, or else 2.
    {drawn}
        atoms : list of n_samples ndarrays of shape (n_planted_atoms,), int64
            The atoms of the groups, in the order of the string from 0, which is that of RDKit and of the nodes of
            `skmlbio.MoleculeGraphTransformer`.
        groups : list of n_classes lists of str
            The groups of each class.
    {known}

    Raises
    ------
    TypeError, ValueError
        For arguments that are none of the above, and for groups larger than the smallest molecule less one atom.

    See Also
    --------
    skmlbio.MoleculeGraphTransformer : Makes graphs of the molecules.
    make_motif_sequences : The same for strings and motifs.

    Examples
    --------
    >>> from skmlbio.datasets import make_molecules
    >>> data = make_molecules(4, n_atoms=(8, 12), random_state=0, return_X_y=False)
    >>> for smiles, label, atoms in zip(data.X, data.y, data.atoms):
    ...     print(label, smiles, atoms)
    0 C(C(C(CC)OC)N)O []
    1 C(CC(N)(C)C)C(=O)O [6 7 8]
    0 C(C(c1c(cccc1)C)C)C []
    1 C(CC)(C)C(C)(N)C(=O)O [7 8 9]
    """
    parameters = dict(locals())
    n_atoms, rng = ensure_range(n_atoms, "n_atoms"), generator_of(random_state)
    if n_atoms[1] > _MOST_ATOMS:
        raise ValueError(f"n_atoms must be at most {_MOST_ATOMS}; got {n_atoms[1]}")
    groups = _ensure_groups(groups, n_classes, n_atoms[0])
    classes = draw_classes(n_samples, len(groups), weights, rng)
    sizes = draw_lengths(n_atoms, n_samples, rng)
    made = [_molecule(size, groups[number], rng) for size, number in zip(sizes.tolist(), classes.tolist(), strict=True)]
    X, y = [smiles for smiles, _ in made], flip_labels(classes, len(groups), flip_y, rng)
    if return_X_y:
        return X, y
    return Bunch(
        X=X,
        y=y,
        classes=classes,
        atoms=[atoms for _, atoms in made],
        groups=groups,
        parameters=parameters,
        DESCR=getdoc(make_molecules),
    )


def _ensure_groups(groups: Sequence | None, n_classes: int | None, smallest: int) -> list[list[str]]:
    """Return the groups of each class as a list."""
    if groups is None:
        if (n_classes or 2) > len(_DEFAULT_GROUPS):
            raise ValueError(f"n_classes={n_classes} needs groups; there are {len(_DEFAULT_GROUPS)} by default")
        groups = _DEFAULT_GROUPS[: n_classes or 2]
    if not groups or n_classes not in (None, len(groups)):
        raise ValueError(f"groups must have one entry a class, {n_classes or '1 or more'}; got {len(groups)}")
    several = [list(g) if isinstance(g, list | tuple) else [] if g is None else [g] for g in groups]
    for number, of_class in enumerate(several):
        for group in of_class:
            _require_group(group, f"a group of class {number}")
        if len(of_class) > _MOST_GROUPS:
            raise ValueError(f"class {number} has {len(of_class)} groups; at most {_MOST_GROUPS} are allowed")
        if (total := sum(map(_count_atoms, of_class))) >= smallest:
            raise ValueError(
                f"the groups of class {number} have {total} atoms, which do not fit into molecules of {smallest}; "
                "raise n_atoms"
            )
    return several


def _require_group(group: Any, name: str) -> None:
    """Refuse what is not the SMILES of a group, as far as it shows without its chemistry."""
    if not isinstance(group, str):
        raise TypeError(f"{name} must be a string of SMILES; got {type(group).__name__}")
    outside = re.sub(r"\[[^\[\]]+\]", "", group)
    depths = np.cumsum([(letter == "(") - (letter == ")") for letter in outside] or [0])
    rings_close = all(outside.count(digit) % 2 == 0 for digit in "123456789")
    if not _GROUP.fullmatch(group) or depths.min() < 0 or depths[-1] or not rings_close or group[-1] in "-=#(":
        raise ValueError(f"{name} must be SMILES that begin with an atom and leave nothing open; got {group!r}")


def _count_atoms(text: str) -> int:
    return len(_ATOM.findall(text))


def _molecule(size: int, groups: list[str], rng: np.random.Generator) -> tuple[str, np.ndarray]:
    """SMILES of so many atoms, and which of them are those of the groups."""
    nodes = [_Node("C", _BONDS["C"])]
    n_left, n_rings = size - 1 - sum(map(_count_atoms, groups)), 0
    while n_left:
        anchor = _draw([node for node in nodes if node.free], rng)
        ring = _RINGS[rng.choice(len(_RINGS), p=_RING_CHANCES)] if rng.random() < _RING_SHARE else ""
        if ring and len(ring) <= n_left:
            grown = _grow(anchor, ring)
            for end in (grown[0], grown[-1]):
                end.rings.append(n_rings)
                end.free -= 1
            n_rings += 1
        else:
            grown = _grow(anchor, _chain_atom(anchor, nodes, len(groups), rng))
        nodes += grown
        n_left -= len(grown)
    for group in groups:
        anchor = _draw([node for node in nodes if node.free and node.is_carbon], rng)
        _attach(anchor, _Node(group, 1, is_group=True))
    return _written(nodes[0], "".join(groups))


def _draw(nodes: list[_Node], rng: np.random.Generator) -> _Node:
    return nodes[rng.integers(len(nodes))]


def _chain_atom(anchor: _Node, nodes: list[_Node], n_groups: int, rng: np.random.Generator) -> str:
    """Carbon, or another atom if it is bound to carbon and leaves hydrogens there for the groups."""
    drawn = _CHAIN_ATOMS[rng.choice(len(_CHAIN_ATOMS), p=_CHAIN_CHANCES)]
    n_hydrogens = sum(node.free for node in nodes if node.is_carbon)
    return drawn if anchor.is_carbon and n_hydrogens > n_groups else "C"


def _grow(anchor: _Node, symbols: str) -> list[_Node]:
    """Append a chain of atoms to an atom."""
    nodes = [_Node(symbol, _BONDS[symbol]) for symbol in symbols]
    _attach(anchor, nodes[0])
    for node, following in pairwise(nodes):
        _attach(node, following, same_ring=True)
    return nodes


def _attach(anchor: _Node, node: _Node, same_ring: bool = False) -> None:
    anchor.children.append(node)
    anchor.free -= 1
    node.free -= 1
    if not same_ring and anchor.text.strip("-").islower() and node.text[0].islower():
        node.text = "-" + node.text  # without it, the bond would be aromatic as well


def _written(root: _Node, groups: str) -> tuple[str, np.ndarray]:
    """The molecule's SMILES and the places of the groups' atoms; no recursion, for a chain may be long."""
    digits = [str(n) if n < 10 else f"%{n}" for n in range(1, 100) if str(n) not in groups]
    parts: list[str] = []
    n_atoms, planted, opened = 0, [], {}
    waiting: list[_Node | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        parts.append(node.text)
        for ring in node.rings:
            if ring not in opened:
                opened[ring] = next(digit for digit in digits if digit not in opened.values())
                parts.append(opened[ring])
            else:
                parts.append(opened.pop(ring))
        atoms = np.arange(n_atoms, n_atoms + _count_atoms(node.text))
        n_atoms += len(atoms)
        if node.is_group:
            planted.append(atoms)
        *branches, last = node.children or [""]
        waiting += [last, *(part for branch in branches[::-1] for part in (")", branch, "("))]
    return "".join(parts), np.concatenate([np.zeros(0, np.int64), *planted])
