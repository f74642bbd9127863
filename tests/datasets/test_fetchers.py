"""Data sets as their sources have them, which a server on loopback hands out."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skmlbio.datasets import (
    fetch_antimicrobial_peptides,
    fetch_arabidopsis_promoters,
    fetch_cora,
    fetch_ecoli_promoters,
    fetch_multiloc,
    fetch_mutag,
    fetch_proteins,
    fetch_splice_junctions,
    fetch_tudataset,
)
from skmlbio.graphs import ensure_graphs
from skmlbio.sequences import ensure_sequences

pytest.importorskip("pooch")
pytest.importorskip("Bio")

ARABIDOPSIS = "arabidopsis_promoters/Arabidopsis_"
AMPLIFY = "amp_amplify/AMPlify_"
PLACES = {
    "ER": 198,
    "Golgi": 150,
    "chloroplast": 449,
    "cytoplasmic": 1411,
    "extracellular": 843,
    "lysosomal": 103,
    "mitochondrial": 510,
    "nuclear": 837,
    "peroxisomal": 157,
    "plasma_membrane": 1238,
    "vacuolar": 63,
}
PACKED = {"cytoplasmic", "extracellular", "mitochondrial", "nuclear", "plasma_membrane"}


@pytest.fixture
def serve(server, data_content: Callable) -> Callable:
    """Let the server hand out these of the real files, under the names that they have at their source."""

    def hand_out(*names: str) -> None:
        server.contents = {Path(name).name.removesuffix(".gz"): data_content(name) for name in names}

    return hand_out


def test_splice_junctions(serve: Callable, tmp_path: Path) -> None:
    serve("uci_splice/splice.data.gz")
    bunch = fetch_splice_junctions(data_home=tmp_path)
    assert Counter(bunch.target.tolist()) == {"N": 1655, "IE": 768, "EI": 767}
    assert {len(sequence) for sequence in bunch.data} == {60}
    assert Counter("".join(bunch.data)).keys() == set("ACGTNDRS")
    assert (bunch.ids[0], bunch.data[0][30:34], bunch.target[0]) == ("ATRINS-DONOR-521", "GTCT", "EI")
    assert len(set(bunch.groups)) == 3005 and len(set(zip(bunch.data, bunch.target, strict=True))) == 3006
    assert len(set(bunch.ids)) == len(bunch.ids) - 12
    assert ensure_sequences(bunch.data).alphabet.name == "dna"


def test_ecoli_promoters(serve: Callable, tmp_path: Path) -> None:
    serve("uci_promoters/promoters.data")
    bunch = fetch_ecoli_promoters(data_home=tmp_path)
    assert Counter(bunch.target.tolist()) == {"+": 53, "-": 53}
    assert {len(sequence) for sequence in bunch.data} == {57}
    assert set("".join(bunch.data)) == set("acgt")
    assert bunch.ids[:2] == ["S10", "AMPC"] and len(set(bunch.ids)) == len(set(bunch.groups)) == 106


@pytest.mark.parametrize(
    ("promoters", "files", "counts", "n_distinct"),
    [
        ("non-tata", ["non_tata", "non_prom_big"], {"promoter": 5905, "non-promoter": 11459}, 5905 + 11452),
        ("tata", ["tata", "non_prom"], {"promoter": 1497, "non-promoter": 2879}, 1497 + 2878),
    ],
)
def test_arabidopsis_promoters(
    promoters: str, files: list, counts: dict, n_distinct: int, serve: Callable, tmp_path: Path
) -> None:
    serve(*(f"{ARABIDOPSIS}{name}.fa.gz" for name in files))
    bunch = fetch_arabidopsis_promoters(promoters=promoters, data_home=tmp_path)
    assert Counter(bunch.target.tolist()) == counts
    assert {len(sequence) for sequence in bunch.data} == {251}
    assert "".join(bunch.data).count("N") == (2 if promoters == "non-tata" else 0)
    assert len(set(bunch.groups)) == n_distinct
    assert bunch.ids[0].startswith("FP0000")


def test_antimicrobial_peptides(serve: Callable, server, tmp_path: Path) -> None:
    kinds = ["AMP_train_common", "non_AMP_train_balanced", "AMP_test_common", "non_AMP_test_balanced"]
    serve(*(f"{AMPLIFY}{kind}.fa" for kind in kinds))
    test = fetch_antimicrobial_peptides(subset="test", data_home=tmp_path)
    assert len(server.asked) == 2  # no more than was asked for
    assert Counter(test.target.tolist()) == {"AMP": 835, "non-AMP": 835}
    assert (test.ids[0], test.data[0], test.target[0]) == ("teAMP0001", "QLPICGETCVLGGCYTPNCRCQYPICVR", "AMP")
    train = fetch_antimicrobial_peptides(data_home=tmp_path)
    assert Counter(train.target.tolist()) == {"AMP": 3338, "non-AMP": 3338}
    both = fetch_antimicrobial_peptides(subset="all", data_home=tmp_path)
    assert both.data == train.data + test.data and both.ids == train.ids + test.ids
    assert len(set(both.groups)) == len(both.data) == 8346
    assert (min(map(len, both.data)), max(map(len, both.data))) == (2, 183)
    assert set("".join(both.data)) == set("ACDEFGHIKLMNPQRSTVWY")
    assert "GPL-3.0" in both.DESCR


def test_multiloc(serve: Callable, tmp_path: Path) -> None:
    serve(*(f"multiloc/{place}.fasta{'.gz' if place in PACKED else ''}" for place in PLACES))
    bunch = fetch_multiloc(data_home=tmp_path)
    assert Counter(bunch.target.tolist()) == PLACES
    assert (min(map(len, bunch.data)), max(map(len, bunch.data))) == (13, 5430)
    assert (bunch.ids[0], bunch.data[0][:6], bunch.target[0]) == ("P20698", "MKIIFF", "ER")
    assert not any(" " in name for name in bunch.ids)  # the signals in the headers give classes away
    assert len(set(bunch.groups)) == 5959
    assert ensure_sequences(bunch.data).alphabet.name == "protein"


def test_mutag(serve: Callable, server, tmp_path: Path) -> None:
    parts = ["A", "graph_indicator", "graph_labels", "node_labels", "edge_labels"]
    serve(*(f"mutag/MUTAG_{part}.txt" for part in parts))
    bunch = fetch_mutag(data_home=tmp_path)
    assert Counter(bunch.target.tolist()) == {1: 125, -1: 63} and bunch.target_names == [-1, 1]
    assert Counter(np.concatenate([graph.features for graph in bunch.data]).tolist()).keys() == set(range(7))
    assert Counter(np.concatenate([graph.edge_features for graph in bunch.data]).tolist()).keys() == set(range(4))
    samples = ensure_graphs(fetch_mutag(data_home=tmp_path, edge_features=None).data)
    assert (samples.n_nodes.sum(), samples.n_edges.sum()) == (3371, 7442)  # no edge twice
    assert "giannisnik/rwgnn" in bunch.DESCR and "0 C, 1 N, 2 O" in bunch.DESCR
    graphs, y = fetch_tudataset("MUTAG", data_home=tmp_path, return_X_y=True)
    assert graphs == bunch.data and np.array_equal(y, bunch.target)
    assert len(server.asked) == len(parts)


def test_proteins(serve: Callable, tmp_path: Path) -> None:
    serve(*(f"proteins/PROTEINS_{part}.txt" for part in ("graph_indicator", "graph_labels", "node_labels")),
          *(f"proteins/PROTEINS_{part}.txt.gz" for part in ("A", "node_attributes")))  # fmt: skip
    bunch = fetch_proteins(data_home=tmp_path)
    assert Counter(bunch.target.tolist()) == {1: 663, 2: 450}
    samples = ensure_graphs(bunch.data)
    assert (samples.n_nodes.sum(), samples.n_edges.sum()) == (43471, 162088)
    assert (samples.n_nodes.min(), samples.n_nodes.max()) == (4, 620)
    assert samples.node_types.tolist() == [0, 1, 2]
    attributes = fetch_tudataset("PROTEINS", data_home=tmp_path, node_features="both").data
    assert attributes[0].features.shape == (42, 4)


def test_cora(serve: Callable, data_file: Callable, tmp_path: Path) -> None:
    parts = ["x", "y", "tx", "ty", "allx", "ally", "graph", "test.index"]
    serve(*(f"cora/ind.cora.{part}" for part in parts))
    bunch = fetch_cora(data_home=tmp_path)
    known = np.load(data_file("cora/cora_planetoid.npz"))
    edges = bunch.graph.edge_index
    assert bunch.graph.features.shape == (2708, 1433) and bunch.graph.features.nnz == len(known["x_indices"])
    assert np.array_equal(bunch.graph.features.indices, known["x_indices"])
    assert set(map(tuple, edges[:, edges[0] < edges[1]].T.tolist())) == set(map(tuple, known["edges"].tolist()))
    assert edges.shape == (2, 10556) and np.array_equal(bunch.y, known["y"])
    for part, name in (("train", "train_idx"), ("validation", "val_idx"), ("test", "test_idx")):
        assert np.array_equal(bunch[part], known[name])
    graph, y = fetch_cora(data_home=tmp_path, return_X_y=True)
    assert graph == bunch.graph and np.array_equal(y, bunch.y)


@pytest.mark.parametrize(
    ("fetch", "fault"),
    [
        (fetch_antimicrobial_peptides, {"subset": "validation"}),
        (fetch_arabidopsis_promoters, {"promoters": "non_tata"}),
        (fetch_tudataset, {"name": "mutag"}),
        (fetch_mutag, {"node_features": "types"}),
    ],
)
def test_parts_that_there_are_not(fetch: Callable, fault: dict, server) -> None:
    with pytest.raises(ValueError, match=f"parameter of {fetch.__name__} must be .*among"):
        fetch(**fault)
    assert server.asked == []
