"""What RDKit makes of SMILES and of its own molecules, and why it refuses some."""

import subprocess
import sys

import pytest
from rdkit import Chem, rdBase

from skmlbio.graphs._molecule_reader import read_molecule


@pytest.fixture(autouse=True)
def _quiet():
    with rdBase.BlockLogs():
        yield


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("C1CC", "molecule 7, 'C1CC', is no SMILES that RDKit can read"),
        ("cat", "molecule 7, 'cat', is no SMILES that RDKit can read"),
        ("CN(C)(C)C", r"molecule 7, 'CN\(C\)\(C\)C', is no molecule to RDKit: Explicit valence for atom # 1 N, 4,"),
        ("c1cccc1", "molecule 7, 'c1cccc1', is no molecule to RDKit: Can't kekulize mol"),
        ("CC O", "molecule 7, 'CC O', has text after a blank; a SMILES string has no blanks and no name"),
        ("CCé", "molecule 7, 'CCé', has characters that are not ASCII"),
        ("C\0C", r"molecule 7, 'C\\x00C', is no SMILES"),
        ("", "molecule 7 is empty"),
        (" \n", "molecule 7 is empty"),
        (Chem.Mol(), "molecule 7 is empty"),
        (None, r"molecule 7 is missing \(None\)"),
        (float("nan"), r"molecule 7 is missing \(nan\)"),
        (Chem.MolFromSmiles("CN(C)(C)C", sanitize=False), "molecule 7 is no molecule to RDKit: Explicit valence"),
    ],
)  # fmt: skip
def test_what_is_no_molecule(item: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_molecule(item, 7, explicit_hydrogens=False)


@pytest.mark.parametrize("item", [3, b"CCO", ["C", "C"]])
def test_what_is_neither_a_string_nor_a_molecule(item: object) -> None:
    with pytest.raises(TypeError, match="molecule 7 must be a SMILES string or a molecule of RDKit; got"):
        read_molecule(item, 7, explicit_hydrogens=False)


@pytest.mark.parametrize("smiles", ["CCO", " CCO\t\n", "CCO |$;;first$|", "[H]OCC", "OCC"])
def test_blanks_extensions_and_hydrogens_change_nothing(smiles: str) -> None:
    assert Chem.MolToSmiles(read_molecule(smiles, 0, explicit_hydrogens=False)) == "CCO"


def test_a_molecule_is_copied_and_brought_to_what_its_smiles_would_be() -> None:
    with_hydrogens = Chem.AddHs(Chem.MolFromSmiles("C[C@H](N)C(=O)O"))
    unsanitized = Chem.MolFromSmiles("C[C@H](N)C(=O)O", sanitize=False)
    for given in (with_hydrogens, unsanitized):
        before = Chem.MolToMolBlock(given, kekulize=False)
        molecule = read_molecule(given, 0, explicit_hydrogens=False)
        assert molecule.GetNumAtoms() == 6 and molecule.GetAtomWithIdx(1).GetProp("_CIPCode") == "S"
        assert Chem.MolToMolBlock(given, kekulize=False) == before
    assert read_molecule(with_hydrogens, 0, explicit_hydrogens=True).GetNumAtoms() == 13


def test_without_rdkit_it_is_said_how_to_install_it() -> None:
    program = """
import sys
sys.modules["rdkit"] = None
from skmlbio import MoleculeGraphTransformer
try:
    MoleculeGraphTransformer().fit(["C"])
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == 'MoleculeGraphTransformer needs RDKit: pip install "skmlbio[chem]"\n'
