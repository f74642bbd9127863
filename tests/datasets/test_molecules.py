"""Molecules with functional groups at atoms that are known."""

import numpy as np
import pytest
from rdkit import Chem
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skmlbio import MoleculeGraphTransformer, WeisfeilerLehmanTransformer
from skmlbio.datasets import make_molecules

SMARTS = [None, "[CX3](=O)[OX2H1]", "[CX3](=O)[NX3H2]", "C#N", "[N+](=O)[O-]", "S(=O)(=O)N", "C(F)(F)F", "[CX3H1]=O"]


def test_defaults() -> None:
    X, y = make_molecules(random_state=0)
    assert len(X) == 100 and all(type(smiles) is str for smiles in X)
    assert y.dtype == np.int64 and np.bincount(y).tolist() == [50, 50] and np.diff(y).any()
    sizes = [Chem.MolFromSmiles(smiles).GetNumAtoms() for smiles in X]
    assert (min(sizes), max(sizes)) == (10, 30)


def test_the_same_seed_gives_the_same_molecules() -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    first, second = (make_molecules(30, random_state=3, flip_y=0.1) for _ in range(2))
    assert first[0] == second[0] and np.array_equal(first[1], second[1])
    assert make_molecules(30, random_state=4)[0] != first[0] and make_molecules(30)[0] != make_molecules(30)[0]
    assert first[0] == make_molecules(30, random_state=3, flip_y=0.1, return_X_y=False).X
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_groups_are_where_they_are_said_to_be_and_nowhere_else() -> None:
    data = make_molecules(400, n_classes=8, n_atoms=(6, 40), random_state=0, return_X_y=False)
    patterns = [smarts and Chem.MolFromSmarts(smarts) for smarts in SMARTS]
    assert np.bincount(data.classes).tolist() == [50] * 8
    for smiles, number, atoms in zip(data.X, data.classes, data.atoms, strict=True):
        molecule = Chem.MolFromSmiles(smiles)
        assert molecule is not None, smiles
        found = [sorted(match) for p in patterns if p is not None for match in molecule.GetSubstructMatches(p)]
        assert found == ([atoms.tolist()] if number else []), smiles
        assert atoms.dtype == np.int64


def test_groups_of_one_s_own_with_rings_charges_and_several_a_class() -> None:
    groups = ["c1ccccc1Br", ["[NH3+]", "C(=O)[O-]", "OS(=O)(=O)O"], None]
    data = make_molecules(60, groups=groups, n_atoms=(11, 60), random_state=0, return_X_y=False)
    assert data.groups == [["c1ccccc1Br"], ["[NH3+]", "C(=O)[O-]", "OS(=O)(=O)O"], []]
    for smiles, number, atoms in zip(data.X, data.classes, data.atoms, strict=True):
        molecule = Chem.MolFromSmiles(smiles)
        symbols = "".join(molecule.GetAtomWithIdx(int(atom)).GetSymbol() for atom in atoms)
        expected = ["CCCCCCBr"], ["N", "COO", "OSOOO"], [""]
        assert sorted(symbols) == sorted("".join(expected[number])), smiles


def test_the_largest_molecules_and_the_smallest() -> None:
    X, _ = make_molecules(5, n_atoms=400, groups=["c1ccccc1", ["C(=O)O"] * 4], random_state=0)
    assert [Chem.MolFromSmiles(smiles).GetNumAtoms() for smiles in X] == [400] * 5
    assert set(make_molecules(20, n_atoms=4, random_state=0)[0]) >= {"CC(=O)O"}
    assert make_molecules(3, n_atoms=1, groups=[None])[0] == ["C"] * 3


def test_labels_weights_and_what_a_bunch_says() -> None:
    data = make_molecules(1000, weights=[3, 1], flip_y=0.4, n_atoms=5, random_state=0, return_X_y=False)
    assert np.bincount(data.classes).tolist() == [750, 250]
    assert (data.y != data.classes).mean() == pytest.approx(0.2, abs=0.04)
    assert data.parameters["weights"] == [3, 1] and data.DESCR.startswith("Make random molecules")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"groups": []}, "groups must have one entry a class, 1 or more; got 0"),
        ({"groups": [None, "C"], "n_classes": 3}, "groups must have one entry a class, 3; got 2"),
        ({"n_classes": 9}, "n_classes=9 needs groups; there are 8 by default"),
        ({"groups": [None, 5]}, "a group of class 1 must be a string of SMILES; got int"),
        ({"groups": [None, ["C"] * 5]}, "class 1 has 5 groups; at most 4 are allowed"),
        ({"n_atoms": 3}, "the groups of class 1 have 3 atoms, which do not fit into molecules of 3; raise n_atoms"),
        ({"n_atoms": (5, 401)}, "n_atoms must be at most 400; got 401"),
        ({"n_atoms": (5, 4)}, "n_atoms must be an int of 1 or more, or a pair of them"),
        ({"n_atoms": 0}, "The 'n_atoms' parameter of make_molecules"),
    ],
)
def test_what_is_refused(arguments: dict, reason: str) -> None:
    with pytest.raises((TypeError, ValueError), match=reason):
        make_molecules(**arguments)


@pytest.mark.parametrize("group", ["", "=O", "C(", "C)C(", "C1CC", "C=", "xyz", "C C", "(C)", "C%10", "C[N"])
def test_what_is_no_group(group: str) -> None:
    with pytest.raises(
        ValueError, match="a group of class 0 must be SMILES that begin with an atom and leave nothing open"
    ):
        make_molecules(groups=[group])


def test_groups_of_the_same_atoms_are_told_apart_by_structure() -> None:
    X, y = make_molecules(120, groups=[["C=O", "O"], ["C(=O)O"]], n_atoms=(6, 12), random_state=0)
    transformer = MoleculeGraphTransformer(node_features="element", edge_features="order")

    def score(n_rounds: int) -> float:
        model = make_pipeline(transformer, WeisfeilerLehmanTransformer(n_rounds), LogisticRegression())
        return cross_val_score(model, X, y, cv=4).mean()

    assert score(0) < 0.7 < 0.85 < score(2)
