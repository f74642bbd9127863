"""Planetoid's folders: a small graph in pickles of Python 2, written by hand, and pickles that do harm."""

import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from skmlbio.datasets import load_planetoid
from skmlbio.datasets._plain_pickles import read_plain_pickle

N_BEFORE, N_NODES = 504, 508  # two nodes for training, 500 for validation, two unlabelled; then three of four for tests
TEST = [507, 504, 506]  # of node 505 nothing is known, as of some of CiteSeer
RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.random((N_NODES, 3)) * (np.arange(N_NODES) != 505)[:, np.newaxis]
Y = np.where(np.arange(N_NODES) == 505, -1, np.arange(N_NODES) % 2)
GRAPH = {node: [node, (node + 1) % N_NODES, (node + 1) % N_NODES] for node in range(N_NODES)}  # a ring, and much else


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def text(value: bytes) -> bytes:
    return b"T" + struct.pack("<i", len(value)) + value


def array(values: np.ndarray) -> bytes:
    """An array as Python 2 and an old NumPy pickled it."""
    code = values.dtype.str[1:].encode()
    dtype = b"cnumpy\ndtype\n(" + text(code) + number(0) + number(1) + b"tR"
    dtype += b"(" + number(3) + text(b"<") + b"NNN" + number(-1) + number(-1) + number(0) + b"tb"
    shape = b"(" + b"".join(map(number, values.shape)) + b"t"
    empty = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(" + number(0) + b"t" + text(b"b") + b"tR"
    return empty + b"(" + number(1) + shape + dtype + b"\x89" + text(values.tobytes()) + b"tb"


def matrix(values: np.ndarray) -> bytes:
    csr = sparse.csr_array(values)
    parts = {"data": csr.data, "indices": csr.indices.astype(np.int32), "indptr": csr.indptr.astype(np.int32)}
    state = b"".join(text(name.encode()) + array(part) for name, part in parts.items())
    shape = b"(" + number(values.shape[0]) + number(values.shape[1]) + b"t"
    return b"cscipy.sparse.csr\ncsr_matrix\n)\x81}(" + state + text(b"_shape") + shape + b"ub"


def lists(values: dict[int, list[int]]) -> bytes:
    items = b"".join(number(key) + b"](" + b"".join(map(number, value)) + b"e" for key, value in values.items())
    return b"ccollections\ndefaultdict\n(c__builtin__\nlist\ntR(" + items + b"u"


def one_hot(labels: np.ndarray) -> bytes:
    return array(np.eye(2, dtype=np.int32)[labels])


PARTS = {
    "allx": matrix(FEATURES[:N_BEFORE]),
    "ally": one_hot(Y[:N_BEFORE]),
    "tx": matrix(FEATURES[TEST]),
    "ty": one_hot(Y[TEST]),
    "y": one_hot(Y[:2]),
    "graph": lists(GRAPH),
}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder; changed parts are given by name, None leaves one out."""

    def write(index: str = "507\n504\n506\n", **changes: bytes | None) -> Path:
        for part, content in (PARTS | changes).items():
            if content is not None:
                (tmp_path / f"ind.small.{part}").write_bytes(b"\x80\x02" + content + b".")
        (tmp_path / "ind.small.test.index").write_text(index)
        return tmp_path

    return write


def test_everything_is_where_it_belongs(folder: Callable) -> None:
    bunch = load_planetoid(folder())
    assert bunch.graph.has_sparse_features and np.array_equal(bunch.graph.features.toarray(), FEATURES)
    assert np.array_equal(bunch.y, Y) and bunch.y.dtype == np.int64
    assert bunch.train.tolist() == [0, 1] and bunch.test.tolist() == [504, 506, 507]
    assert np.array_equal(bunch.validation, np.arange(2, 502))
    first, second = bunch.graph.edge_index
    assert len(first) == 2 * N_NODES and not (first == second).any()
    assert np.array_equal(np.unique((first - second) % N_NODES), [1, N_NODES - 1])
    assert np.array_equal(np.lexsort((second, first)), np.arange(len(first)))


@pytest.mark.parametrize(
    "harm",
    [
        "cos\nmkdir\n(V{path}\ntR",
        "cbuiltins\nexec\n(V__import__('os').mkdir('{path}')\ntR",
        "c__builtin__\neval\n(V__import__('os').mkdir('{path}')\ntR",
        "cnumpy\nload\n(V{path}\ntR",
        "cnumpy.core.multiarray\n_reconstruct.__init__\n(V{path}\ntR",
    ],
)
def test_nothing_runs_that_a_pickle_names(folder: Callable, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "made"
    content = harm.format(path=path).encode()
    with pytest.raises(ValueError, match=r"ind.small.allx' is damaged, or not .*: it names .*, which no array"):
        load_planetoid(folder(allx=content))
    assert not path.exists()
    if "load" not in harm and "_reconstruct" not in harm:
        pickle.loads(content + b".")  # there is no false alarm: it does what it says
        assert path.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ally": PARTS["ally"][:-50]}, "ind.small.ally' is damaged, or not what it should be"),
        ({"allx": PARTS["allx"].replace(b"csr\ncsr", b"csc\ncsc")}, "allx' is damaged.* it names scipy.sparse.csc"),
        ({"tx": PARTS["ty"]}, "ind.small.tx' must hold a csr_array; it holds a ndarray"),
        ({"graph": b"]"}, "ind.small.graph' must hold a dict; it holds a list"),
        ({"ty": array(np.zeros(1)).replace(b"f8", b"O8")}, "ty' is damaged.*an array holds no numbers, but 'O8'"),
        ({"ty": PARTS["ally"]}, "do not belong together: rows of tx and ty are 3 and 504"),
        ({"index": "507\n504\n"}, "rows of tx and nodes of test.index are 3 and 2"),
        ({"graph": lists({0: [1], 1: [0]})}, "the last node of test.index and that of graph are 508 and 2"),
        ({"index": "507\n507\n506\n"}, "test.index in .* names a node twice"),
        ({"index": "507\n1\n506\n"}, "or one that has a row in allx"),
        ({"index": "507\nx\n506\n"}, "line 2 of .*ind.small.test.index' must be a node; got 'x'"),
        ({"graph": lists({**GRAPH, 3: [900]})}, "graph in .* names the node 900; there are 508, numbered from 0"),
        ({"y": one_hot(Y[:300])}, "have 504 rows in allx, too few for training and validation"),
    ],
)
def test_damaged_folders(folder: Callable, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_planetoid(folder(**changes))


def test_missing_files(folder: Callable, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"must have one file ind\.NAME\.graph; it has none"):
        load_planetoid(tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere' is no folder"):
        load_planetoid(tmp_path / "nowhere")
    folder(ty=None)
    with pytest.raises(FileNotFoundError, match=r"ind\.small\.ty' is missing"):
        load_planetoid(tmp_path)


def test_indices_of_a_matrix_are_checked(folder: Callable, tmp_path: Path) -> None:
    values = np.array([[1.0, 2.0]])
    spoiled = matrix(values).replace(np.array([0, 1], np.int32).tobytes(), np.array([0, 9], np.int32).tobytes())
    folder(allx=spoiled)
    with pytest.raises(ValueError, match=r"allx' is damaged, or not what it should be: .*indices"):
        read_plain_pickle(tmp_path / "ind.small.allx", sparse.csr_array)
