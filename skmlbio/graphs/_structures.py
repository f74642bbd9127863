"""Residues of protein structures, from files or from what Biopython has made of them."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from Bio.PDB.Chain import Chain
    from Bio.PDB.Residue import Residue
    from Bio.PDB.Structure import Structure

_BACKBONE = {"N", "CA", "C"}


class Residues(NamedTuple):
    """The residues of a structure."""

    letters: list[str]
    names: list[str] | None  # chain and number, such as "A:27", where they are known
    coordinates: NDArray[np.float64]  # of shape (n_residues, 3), of the C-alpha atoms, in angstrom


def residues_of(structure: Any, name: str, chains: Collection[str] | None, missing: str) -> Residues:
    """The residues of the first model of a file or of a structure of Biopython."""
    if not hasattr(structure, "get_models"):
        name, structure = _parsed(structure, name)
    model = next(structure.get_models(), None)
    if model is None:
        raise ValueError(f"{name} has no atoms; a file in the format PDB or mmCIF is needed")
    there = [chain.id for chain in model]
    for chain in chains or ():
        if chain not in there:
            raise ValueError(f"{name} has no chain {chain!r}, but {', '.join(map(repr, there))}")
    letters, names, coordinates = [], [], []
    for chain in model:
        if chains is not None and chain.id not in chains:
            continue
        for number, residue in _amino_acids(chain, name, missing):
            letters.append(_letters().get(residue.resname.strip(), "X"))
            names.append(f"{chain.id}:{number}")
            coordinates.append(residue["CA"].coord)
    if not letters:
        raise ValueError(f"{name} has no residue with a C-alpha atom" + ("" if chains is None else " in these chains"))
    return Residues(letters, names, np.array(coordinates, np.float64))


def _amino_acids(chain: Chain, name: str, missing: str) -> Iterator[tuple[str, Residue]]:
    """The residues with a C-alpha, each with its number; of several at one place, that of the highest occupancy."""
    places: dict[str, list[Residue]] = {}
    for residue in chain:
        _, number, insertion = residue.id
        alternatives = residue.disordered_get_list() if residue.is_disordered() == 2 else [residue]
        places.setdefault(f"{number}{insertion.strip()}", []).extend(alternatives)
    for number, alternatives in places.items():
        found = [residue for residue in alternatives if "CA" in residue and _is_amino_acid(residue)]
        if found:
            yield number, max(found, key=lambda residue: residue["CA"].occupancy or 0)
        elif missing == "error" and any(_is_amino_acid(residue) for residue in alternatives):
            raise ValueError(
                f"{name} has no C-alpha atom in residue {alternatives[0].resname.strip()} {number} of chain "
                f"{chain.id!r}; missing='drop' leaves such residues out"
            )


def _is_amino_acid(residue: Residue) -> bool:
    """Whether it is part of a protein: waters, ligands, ions, caps and nucleotides are not."""
    known, has_alpha = residue.resname.strip() in _letters(), "CA" in residue
    if residue.id[0] == " ":
        return known or has_alpha
    return has_alpha and (known or {atom.id for atom in residue} >= _BACKBONE)


def _letters() -> dict[str, str]:
    """One letter for the names of residues and of modified ones."""
    from Bio.Data.PDBData import protein_letters_3to1_extended

    return protein_letters_3to1_extended


def _parsed(source: Any, name: str) -> tuple[str, Structure]:
    """The name of a file for error messages, and what is in it."""
    try:
        from Bio.PDB import MMCIFParser, PDBParser
    except ImportError as error:
        raise ImportError('contact_graphs needs Biopython for files: pip install "skmlbio[fasta]"') from error
    if isinstance(source, str | os.PathLike):
        name = repr(os.fspath(source))
        with open(source, "rb") as file:
            text = _text(file.read(), name)
    else:
        text = _text(source.read(), name)
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    is_mmcif = next(lines, "").startswith("data_")
    parser = (MMCIFParser if is_mmcif else PDBParser)(QUIET=True)
    try:
        return name, parser.get_structure("structure", io.StringIO(text))
    except Exception as error:  # Biopython's own, and a KeyError where a table of mmCIF is missing
        raise ValueError(f"{name} cannot be read as {'mmCIF' if is_mmcif else 'PDB'}: {error!r}") from error


def _text(content: str | bytes, name: str) -> str:
    if isinstance(content, str):
        return content
    if content.startswith(b"\x1f\x8b"):
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"{name} is damaged or cut off: {error}") from error
    return content.decode("latin-1")
