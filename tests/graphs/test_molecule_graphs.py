"""What nodes and edges of a molecule's graph carry."""

import networkx
import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from skmlbio.graphs import Graph
from skmlbio.graphs._molecule_graphs import ATOM_FEATURES, BOND_FEATURES, molecule_graphs

STANDARD = {"node_features": "standard", "edge_features": "standard", "explicit_hydrogens": False, "on_error": "raise"}
PLAIN = STANDARD | {"node_features": "element", "edge_features": None}
# Rings, charges, a salt, both kinds of stereochemistry, rare elements and hybridisations, hydrogens that stay.
VARIED = ["C[C@H](N)C(=O)O", "F/C=C/Cl", "F/C=C\\Cl", "[Na+].[O-]c1ccccc1", "FS(F)(F)(F)(F)F", "C[Se]C#N", "[2H]O[2H]",
          "[H][H]", "C", "*C", "C[N+](C)(C)CC(=O)[O-]", "[13CH4]", "C1CC2CCC1CC2", "O=[N+]([O-])c1ccncc1"]  # fmt: skip


def graph_of(item: object, **changes: object) -> Graph:
    return molecule_graphs([item], **STANDARD | changes)[0]


def named(row: np.ndarray, names: tuple[str, ...]) -> set[str]:
    """The names of what is 1, but that there is no charge."""
    assert set(row) <= {0, 1}
    return {name for name, value in zip(names, row, strict=True) if value} - {"charge_0"}


def test_features_of_atoms() -> None:
    first, second, third, fourth, *_ = graph_of("C[C@H](N)C(=O)O").features
    assert named(first, ATOM_FEATURES) == {"element_C", "degree_4", "hybridization_SP3", "hydrogens_3"}
    assert named(second, ATOM_FEATURES) == {
        "element_C", "degree_4", "hybridization_SP3", "hydrogens_1", "chirality_S"
    }  # fmt: skip
    assert named(third, ATOM_FEATURES) >= {"element_N", "hydrogens_2"}
    assert named(fourth, ATOM_FEATURES) == {"element_C", "degree_3", "hybridization_SP2", "hydrogens_0"}
    nitrogen = graph_of("C[n+]1ccccc1").features[1]
    assert named(nitrogen, ATOM_FEATURES) == {
        "element_N", "degree_3", "charge_1", "hybridization_SP2", "hydrogens_0", "aromatic", "ring"
    }  # fmt: skip
    sodium, sulfur = graph_of("[Na+].[O-]C").features[0], graph_of("FS(F)(F)(F)(F)F").features[1]
    assert named(sodium, ATOM_FEATURES) >= {"element_other", "charge_1", "degree_0"}
    assert named(sulfur, ATOM_FEATURES) == {"element_S", "degree_5+", "hybridization_SP3D2", "hydrogens_0"}
    assert named(graph_of("[O-2]").features[0], ATOM_FEATURES) >= {"charge_-2"}
    assert named(graph_of("[Al+3]").features[0], ATOM_FEATURES) >= {"charge_other"}
    assert graph_of("C").features[0][ATOM_FEATURES.index("charge_0")] == 1
    assert named(graph_of("C").features[0], ATOM_FEATURES) >= {"hydrogens_4+"}


def test_features_of_bonds() -> None:
    def bonds(smiles: str) -> list[set[str]]:
        graph = graph_of(smiles)
        return [
            named(row, BOND_FEATURES)
            for row, (i, j) in zip(graph.edge_features, graph.edge_index.T, strict=True)
            if i < j
        ]

    assert bonds("C#CC") == [{"order_triple"}, {"order_single"}]
    assert bonds("F/C=C/F") == [{"order_single"}, {"order_double", "stereo_E"}, {"order_single"}]
    assert bonds("F/C=C\\F")[1] == {"order_double", "stereo_Z"}
    assert bonds("FC=CF")[1] == {"order_double"}
    assert bonds("c1ccccc1") == [{"order_aromatic", "conjugated", "ring"}] * 6
    assert bonds("N->[Cu]") == [{"order_other"}]


def test_types_in_place_of_features() -> None:
    graph = graph_of("CC(=O)[O-].[Na+]", node_features="element", edge_features="order")
    assert graph.features.tolist() == ["C", "C", "O", "O", "Na"]
    assert graph.edge_index.tolist() == [[0, 1, 1, 1, 2, 3], [1, 0, 2, 3, 1, 1]]
    assert graph.edge_features.tolist() == ["single", "single", "double", "single", "double", "single"]
    assert graph_of("N->[Cu]", edge_features="order").edge_features.tolist() == ["dative"] * 2
    assert graph_of("CC", edge_features=None).edge_features is None


@pytest.mark.parametrize("changes", [{}, {"node_features": "element", "edge_features": "order"}])
def test_atoms_without_bonds(changes: dict) -> None:
    methane, salt = molecule_graphs(["C", "[Na+].[Cl-]"], **STANDARD | changes)
    assert (methane.n_nodes, methane.n_edges, salt.n_nodes, salt.n_edges) == (1, 0, 2, 0)
    assert methane.edge_features.shape == ((0,) if changes else (0, len(BOND_FEATURES)))
    assert methane.edge_features.dtype.kind == ("U" if changes else "f")


def test_every_bond_stands_in_both_directions_sorted_and_alike() -> None:
    for graph in molecule_graphs(VARIED, **STANDARD):
        table = {
            (i, j): row.tolist() for (i, j), row in zip(graph.edge_index.T.tolist(), graph.edge_features, strict=True)
        }
        assert list(table) == sorted(table) and len(table) == graph.n_edges
        assert all(table[j, i] == row for (i, j), row in table.items())
        assert (graph.edge_weight == 1).all()


def test_hydrogens_as_nodes_leave_the_others_as_they_are() -> None:
    for smiles in VARIED:
        without, with_them = graph_of(smiles), graph_of(smiles, explicit_hydrogens=True)
        assert np.array_equal(with_them.features[: without.n_nodes], without.features)
        n_hydrogens = sum(atom.GetTotalNumHs() for atom in Chem.MolFromSmiles(smiles).GetAtoms())
        assert with_them.n_nodes == without.n_nodes + n_hydrogens
        assert (with_them.features[without.n_nodes :, ATOM_FEATURES.index("element_H")] == 1).all()


def test_one_molecule_has_one_graph_in_whatever_order_its_atoms_are() -> None:
    for smiles in VARIED:
        molecule = Chem.MolFromSmiles(smiles)
        other = Chem.MolToSmiles(molecule, doRandom=True, canonical=False)
        first, second, third = (networkx_graph(graph_of(item)) for item in (smiles, other, Chem.AddHs(molecule)))
        for graph in (second, third):
            assert networkx.is_isomorphic(first, graph, node_match=dict.__eq__, edge_match=dict.__eq__), smiles


def networkx_graph(graph: Graph) -> networkx.Graph:
    made = networkx.Graph()
    made.add_nodes_from((i, {"x": row.tobytes()}) for i, row in enumerate(graph.features))
    rows = zip(graph.edge_index.T.tolist(), graph.edge_features, strict=True)
    made.add_edges_from((i, j, {"x": row.tobytes()}) for (i, j), row in rows)
    return made


def test_a_molecule_does_not_depend_on_those_beside_it(data_file) -> None:
    smiles = pd.read_csv(data_file("esol/esol.csv")).smiles.tolist()
    graphs = molecule_graphs(smiles, **STANDARD)
    assert len(graphs) == len(smiles) > 1024, "more than a block"
    assert all(graphs[i] == graph_of(smiles[i]) for i in range(0, len(smiles), 50))
    assert all(np.isfinite(graph.features).all() and graph.n_nodes for graph in graphs)


def test_a_large_molecule() -> None:
    graph = graph_of("C" * 5000)
    assert (graph.n_nodes, graph.n_edges) == (5000, 9998)


def test_labels_do_not_depend_on_how_rdkit_perceives_stereochemistry() -> None:
    expected = molecule_graphs(VARIED, **STANDARD)
    before = Chem.GetUseLegacyStereoPerception()
    Chem.SetUseLegacyStereoPerception(not before)
    try:
        graphs = molecule_graphs(VARIED, **STANDARD)
    finally:
        Chem.SetUseLegacyStereoPerception(before)
    assert graphs == expected


def test_what_cannot_be_read_is_an_atom_of_no_kind() -> None:
    given = ["CC", "C1CC", None, "O"]
    with pytest.warns(
        UserWarning, match="2 of 4 molecules cannot be read and count as '\\*', an atom.*: 1, 2. The first"
    ):
        graphs = molecule_graphs(given, **PLAIN | {"on_error": "mask"})
    assert [graph.features.tolist() for graph in graphs] == [["C", "C"], ["*"], ["*"], ["O"]]
    with pytest.raises(ValueError, match="molecule 1, 'C1CC', is no SMILES"):
        molecule_graphs(given, **PLAIN)
