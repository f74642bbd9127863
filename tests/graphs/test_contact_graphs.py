"""Structures of proteins as graphs of the residues that touch."""

import gzip
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from Bio.PDB import PDBParser
from scipy.spatial.distance import cdist

from skmlbio.graphs import Graph, contact_graphs

RANDOM = np.random.default_rng(0)


class Atom(NamedTuple):
    """One line of a file; residues stand 3 Å apart along x unless told otherwise."""

    residue: str
    number: int
    atom: str = "CA"
    chain: str = "A"
    x: float | None = None
    model: int = 1
    hetero: bool = False
    location: str = ""
    insertion: str = ""
    occupancy: float = 1.0

    @property
    def record(self) -> str:
        return "HETATM" if self.hetero else "ATOM"

    @property
    def place(self) -> float:
        return 3.0 * self.number if self.x is None else self.x


def pdb_line(serial: int, atom: Atom) -> str:
    return (
        f"{atom.record:6}{serial:5d} {' ' + atom.atom:4}{atom.location or ' '}{atom.residue:>3} {atom.chain}"
        f"{atom.number:4d}{atom.insertion or ' '}   {atom.place:8.3f}{0:8.3f}{0:8.3f}{atom.occupancy:6.2f}{0:6.2f}"
        f"          {atom.atom[0]:>2}"
    )


def pdb(atoms: list[Atom]) -> str:
    lines = ["HEADER    A PROTEIN"]
    for model in sorted({atom.model for atom in atoms}):
        lines += [f"MODEL     {model:4d}"]
        lines += [pdb_line(serial, atom) for serial, atom in enumerate(atoms, 1) if atom.model == model]
        lines += ["ENDMDL"]
    return "\n".join([*lines, "END", ""])


def mmcif_row(serial: int, atom: Atom) -> dict[str, object]:
    return {
        "group_PDB": atom.record,
        "id": serial,
        "type_symbol": atom.atom[0],
        "label_atom_id": atom.atom,
        "label_alt_id": atom.location or ".",
        "label_comp_id": atom.residue,
        "label_asym_id": atom.chain,
        "label_seq_id": atom.number,
        "pdbx_PDB_ins_code": atom.insertion or "?",
        "Cartn_x": atom.place,
        "Cartn_y": 0,
        "Cartn_z": 0,
        "occupancy": atom.occupancy,
        "B_iso_or_equiv": 0,
        "auth_seq_id": atom.number,
        "auth_asym_id": atom.chain,
        "pdbx_PDB_model_num": atom.model,
    }


def mmcif(atoms: list[Atom]) -> str:
    rows = [mmcif_row(serial, atom) for serial, atom in enumerate(atoms, 1)]
    lines = [" ".join(map(str, row.values())) for row in rows]
    return "\n".join(
        ["# a comment", "data_TEST", "#", "loop_", *(f"_atom_site.{name}" for name in rows[0]), *lines, "#", ""]
    )


FORMATS = pytest.mark.parametrize("written", [pdb, mmcif])
PEPTIDE = [Atom("MET", 1), Atom("LYS", 2), Atom("VAL", 3), Atom("ALA", 4)]


def graph_of(text: str, **parameters: object) -> Graph:
    if "chains" in parameters:
        parameters["chains"] = [parameters["chains"]]
    return contact_graphs([io.StringIO(text)], **parameters)[0]


def letters(graph: Graph) -> str:
    return "".join(graph.features)


@pytest.mark.parametrize("distance", [1.0, 8.0, 20.0])
def test_edges_are_the_pairs_that_are_near(distance: float) -> None:
    coordinates = RANDOM.normal(size=(60, 3), scale=8)
    (graph,) = contact_graphs([coordinates], ["MKVA" * 15], distance=distance, edge_features="distance")
    distances = cdist(coordinates, coordinates)
    expected = np.argwhere((distances <= distance) & ~np.eye(60, dtype=bool))
    assert np.array_equal(graph.edge_index.T, expected)
    np.testing.assert_allclose(graph.edge_features[:, 0], distances[tuple(expected.T)])
    assert (graph.edge_weight == 1).all() and letters(graph) == "MKVA" * 15 and graph.node_names is None


def test_case_does_not_matter() -> None:
    assert contact_graphs([np.eye(2, 3)], ["mK"])[0].features.tolist() == ["M", "K"]


def test_structures_without_a_contact() -> None:
    single, apart = contact_graphs([np.zeros((1, 3)), [[0, 0, 0], [9, 0, 0]]], ["M", "MK"], edge_features="distance")
    assert (single.n_edges, apart.n_edges) == (0, 0) and single.edge_features.shape == (0, 1)


@FORMATS
def test_a_chain_from_a_file(written) -> None:
    graph = graph_of(written(PEPTIDE), distance=4, edge_features="distance")
    assert letters(graph) == "MKVA" and graph.node_names == ("A:1", "A:2", "A:3", "A:4")
    assert graph.edge_index.tolist() == [[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]]
    assert graph.edge_features.tolist() == [[3.0]] * 6


@FORMATS
def test_paths_compressed_files_and_structures_of_biopython(written, tmp_path: Path) -> None:
    expected = graph_of(written(PEPTIDE))
    (tmp_path / "plain").write_text(written(PEPTIDE))
    (tmp_path / "compressed.gz").write_bytes(gzip.compress(written(PEPTIDE).encode()))
    with open(tmp_path / "plain", "rb") as file:
        given = [tmp_path / "plain", str(tmp_path / "compressed.gz"), file]
        assert contact_graphs(given) == [expected] * 3
    structure = PDBParser(QUIET=True).get_structure("x", io.StringIO(pdb(PEPTIDE)))
    assert contact_graphs([structure, [[0, 0, 0]]], [None, "M"])[0] == expected


@FORMATS
def test_several_chains_and_models(written) -> None:
    atoms = [*PEPTIDE, Atom("TRP", 1, chain="B", x=4.0), Atom("GLY", 2, chain="C", x=50.0), Atom("PRO", 9, model=2)]
    graph = graph_of(written(atoms))
    assert letters(graph) == "MKVAWG" and graph.node_names[-2:] == ("B:1", "C:2")
    assert [0, 4] in graph.edge_index.T.tolist() and 5 not in graph.edge_index
    assert letters(graph_of(written(atoms), chains="B")) == "W"
    assert letters(graph_of(written(atoms), chains=["C", "A"])) == "MKVAG"
    with pytest.raises(ValueError, match="structure 0 has no chain 'Z', but 'A', 'B', 'C'"):
        graph_of(written(atoms), chains="Z")


@FORMATS
def test_alternate_locations_and_insertions(written) -> None:
    atoms = [
        Atom("MET", 1, location="A", occupancy=0.3, x=100.0),
        Atom("MET", 1, location="B", occupancy=0.7, x=3.0),
        Atom("SER", 2, location="A", occupancy=0.6),
        Atom("THR", 2, location="B", occupancy=0.4),
        Atom("VAL", 2, insertion="A", x=9.0),
    ]
    graph = graph_of(written(atoms), distance=3.5)
    assert letters(graph) == "MSV" and graph.node_names == ("A:1", "A:2", "A:2A")
    assert graph.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]


@FORMATS
def test_what_is_no_residue_is_left_out(written) -> None:
    atoms = [
        *PEPTIDE,
        Atom("MSE", 5, hetero=True),
        *(Atom("XYZ", 6, atom=atom, hetero=True) for atom in ("N", "CA", "C")),  # of an unknown kind, but in the chain
        Atom("UNK", 7),
        Atom("ACE", 8, atom="C", hetero=True),
        Atom("CA", 9, hetero=True),  # calcium
        Atom("HOH", 10, atom="O", hetero=True),
        Atom("DA", 11, atom="P"),
    ]
    assert letters(graph_of(written(atoms))) == "MKVAMXX"


@FORMATS
def test_a_residue_without_its_alpha_carbon(written) -> None:
    atoms = [*PEPTIDE, Atom("GLU", 5, atom="N", insertion="C", chain="B"), Atom("GLU", 6, chain="B")]
    with pytest.raises(
        ValueError, match="structure 0 has no C-alpha atom in residue GLU 5C of chain 'B'; missing='drop'"
    ):
        graph_of(written(atoms))
    assert letters(graph_of(written(atoms), missing="drop")) == "MKVAE"


@pytest.mark.parametrize(
    ("structures", "sequences", "reason"),
    [
        ([[[0, 0, 0]]], None, "structure 0 is an array, so sequences must have its residues as a string; got None"),
        ([[[0, 0, 0]]], ["MK"], "structure 0 has 1 residues, but a sequence of 2 letters"),
        ([[[0, 0, 0]]], ["M", "K"], "sequences must have one item for each of the 1 structures"),
        ([[[0, 0, 0]]], "M", "sequences must have one item for each of the 1 structures"),
        ([[[0, 0]]], ["M"], r"structure 0 must have shape \(n_residues, 3\), of one residue or more, not \(1, 2\)"),
        ([np.zeros((2, 3))], ["M-"], "structure 0: residue 1 is '-', which is no letter from A to Z"),
        ([np.zeros((0, 3))], [""], r"structure 0 must have shape \(n_residues, 3\), of one residue or more"),
        ([[[0, 0, 0], [1, 0, 0], [0, 0, 0]]], ["MKV"], r"structure 0: residues 0 and 2 are both at \[0.0, 0.0, 0.0\]"),
        ([[0, 0, 0], [1, 0, 0]], "MK", "structures must be a list, even of one; got the coordinates of one structure"),
        (np.eye(3), ["MKV"], "structures must be a list, even of one; got the coordinates of one structure"),
        ([[[0, 0, 0], [0, np.nan, 0]]], ["MK"], r"structure 0: residue 1 is at \[0.0, nan, 0.0\]; finite"),
        ([5, None], None, r"structure 0 must have shape \(n_residues, 3\), of one residue or more, not \(\)"),
        ([{}], None, "structure 0 must be an array of coordinates, a file or a structure of Bio.PDB"),
        ("1abc.pdb", None, "structures must be a list, even of one; got str"),
        (None, None, "structures must be a list, even of one; got NoneType"),
        ([], None, "structures is empty"),
        ([io.StringIO(pdb(PEPTIDE))], ["MKVA"], "structure 0 is a file, which has a sequence of its own"),
        ([io.StringIO("no protein")], None, "structure 0 has no atoms"),
        ([io.StringIO("data_x\nloop_\n_cell.a\n1\n")], None, "structure 0 cannot be read as mmCIF: KeyError"),
        ([io.StringIO(pdb([Atom("DA", 1, atom="P")]))], None, "structure 0 has no residue with a C-alpha atom$"),
        ([io.BytesIO(gzip.compress(pdb(PEPTIDE).encode())[:40])], None, "structure 0 is damaged or cut off"),
    ],
)  # fmt: skip
def test_what_is_refused(structures: object, sequences: object, reason: str) -> None:
    with pytest.raises((TypeError, ValueError), match=reason):
        contact_graphs(structures, sequences)


def test_a_file_is_named_in_errors(tmp_path: Path) -> None:
    (tmp_path / "broken.pdb").write_text("no protein")
    with pytest.raises(ValueError, match=r"broken\.pdb' has no atoms; a file in the format PDB or mmCIF is needed"):
        contact_graphs([tmp_path / "broken.pdb"])
    with pytest.raises(FileNotFoundError, match=r"missing\.pdb"):
        contact_graphs([tmp_path / "missing.pdb"])


@pytest.mark.parametrize(
    "parameters", [{"distance": 0}, {"distance": True}, {"distance": np.inf}, {"edge_features": "x"}, {"missing": "x"}]
)
def test_parameters_are_checked(parameters: dict) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(parameters))} must be"):
        contact_graphs([[[0, 0, 0]]], ["M"], **parameters)


def test_chains_are_those_of_files() -> None:
    with pytest.raises(ValueError, match="structure 0 is an array, but chains are those of a file"):
        contact_graphs([[[0, 0, 0]]], ["M"], chains=["A"])
