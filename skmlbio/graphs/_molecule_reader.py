"""Molecules as RDKit has them, from SMILES or from its own objects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rdkit.Chem import Mol


def require_rdkit(caller: str) -> None:
    """Raise an ImportError that says how to install RDKit, where it is missing."""
    try:
        import rdkit  # noqa: F401
    except ImportError as error:
        raise ImportError(f'{caller} needs RDKit: pip install "skmlbio[chem]"') from error


def read_molecule(item: Any, index: int, explicit_hydrogens: bool) -> Mol:
    """One item as a sanitised molecule of one atom or more, whose stereochemistry is known.

    Raises
    ------
    ValueError
        If the item is missing or empty, or RDKit refuses it.
    TypeError
        If it is neither a string nor a molecule.
    """
    from rdkit import Chem

    if isinstance(item, str):
        molecule = _from_smiles(item.strip(), index)
    elif isinstance(item, Chem.Mol):
        molecule = _sanitized(item, index)
    elif _is_missing(item):
        raise ValueError(f"molecule {index} is missing ({item})")
    else:
        raise TypeError(
            f"molecule {index} must be a SMILES string or a molecule of RDKit; got {item!r:.50} of type "
            f"{type(item).__name__}"
        )
    if not molecule.GetNumAtoms():
        raise ValueError(f"molecule {index} is empty; at least one atom is needed")
    if not Chem.GetUseLegacyStereoPerception():  # which labels atoms and bonds where the newer one does not
        from rdkit.Chem.rdCIPLabeler import AssignCIPLabels

        AssignCIPLabels(molecule)
    return Chem.AddHs(molecule) if explicit_hydrogens else molecule


def _from_smiles(smiles: str, index: int) -> Mol:
    from rdkit import Chem

    name = f"molecule {index}, {smiles!r:.80},"
    # RDKit passes over what is no ASCII, and takes what follows a blank for a name, unless it begins an extension.
    if not smiles.isascii():
        raise ValueError(f"{name} has characters that are not ASCII, so it is no SMILES")
    if len(parts := smiles.split(maxsplit=1)) == 2 and not parts[1].startswith("|"):
        raise ValueError(f"{name} has text after a blank; a SMILES string has no blanks and no name")
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        unchecked = Chem.MolFromSmiles(smiles, sanitize=False)
        raise ValueError(f"{name} {_refusal(unchecked)}")
    return molecule


def _sanitized(given: Mol, index: int) -> Mol:
    """A copy of a molecule without those hydrogens that SMILES leave out."""
    from rdkit import Chem

    try:
        molecule = Chem.RemoveHs(given)
        Chem.AssignStereochemistry(molecule, cleanIt=True)
    except Chem.MolSanitizeException as error:
        raise ValueError(f"molecule {index} {_refusal(given)}") from error
    return molecule


def _refusal(molecule: Mol | None) -> str:
    """Why a molecule is refused that RDKit can read without looking at it closely, or cannot read at all."""
    from rdkit import Chem

    problems = () if molecule is None else Chem.DetectChemistryProblems(molecule)
    return f"is no molecule to RDKit: {problems[0].Message()}" if problems else "is no SMILES that RDKit can read"


def _is_missing(item: Any) -> bool:
    return (
        item is None
        or type(item).__name__ in ("NAType", "NaTType")
        or (isinstance(item, float | np.floating) and math.isnan(item))
    )
