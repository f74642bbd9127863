"""Fetching files: over a server on loopback that breaks off, stalls and serves other files."""

import hashlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from skmlbio.datasets import _download, _uci, fetch_ecoli_promoters, fetch_multiloc, get_data_home

pytest.importorskip("pooch")

CONTENT = b"+,S10,\t\tacgtta\n-, N1 ,ttgaca\n\n+,S11, acgtta\n"
NAME = "promoters.data"


@pytest.fixture(autouse=True)
def small_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The promoters of these tests are three lines."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    monkeypatch.setattr(_uci, "_PROMOTERS", _uci._PROMOTERS._replace(sha256=digest))


@pytest.fixture
def fetch(server, tmp_path: Path) -> Callable:
    server.contents = {NAME: CONTENT}
    return lambda **options: fetch_ecoli_promoters(**{"data_home": tmp_path / "home", "delay": 0, **options})


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_file_is_downloaded_once(fetch: Callable, server, tmp_path: Path) -> None:
    bunch = fetch()
    assert bunch.data == ["acgtta", "ttgaca", "acgtta"]
    assert bunch.target.tolist() == ["+", "-", "+"]
    assert bunch.target_names == ["+", "-"]
    assert bunch.ids == ["S10", "N1", "S11"]
    assert bunch.groups.tolist() == [0, 1, 0]
    assert bunch.frame is None
    assert "Licence" in bunch.DESCR and _uci._PROMOTERS.commit in bunch.DESCR
    assert files_in(tmp_path) == ["home/uci_promoters/promoters.data"]
    assert (tmp_path / "home" / "uci_promoters" / NAME).read_bytes() == CONTENT
    fetch()
    fetch(download_if_missing=False)
    source = _uci._PROMOTERS
    assert server.asked == [f"/{source.repository}/{source.commit}/{source.path}"]


def test_forms_of_the_answer(fetch: Callable) -> None:
    X, y = fetch(return_X_y=True)
    assert fetch().data == X and y.tolist() == fetch().target.tolist()
    pandas = pytest.importorskip("pandas")
    bunch = fetch(as_frame=True)
    assert list(bunch.frame.columns) == ["id", "sequence", "target"] and bunch.frame["id"].tolist() == bunch.ids
    assert isinstance(bunch.data, pandas.Series) and bunch.data.tolist() == X
    X, y = fetch(as_frame=True, return_X_y=True)
    assert X.equals(bunch.data) and y.equals(bunch.target)
    for train, test in GroupKFold(2).split(X, y, bunch.groups):
        assert not set(X[train]) & set(X[test])


@pytest.mark.parametrize("fault", ["breaks off", "stalls", "wrong", 503, 429])
def test_a_fault_that_passes_is_no_fault(
    fault: str | int, fetch: Callable, server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_download, "_TIMEOUT", 0.3)
    server.behaviours = [fault, "serves"]
    assert len(fetch().data) == 3
    assert len(server.asked) == 2
    assert files_in(tmp_path) == ["home/uci_promoters/promoters.data"]


@pytest.mark.parametrize(
    ("fault", "reason", "n_asked"),
    [
        ("breaks off", "the connection broke off", 3),
        ("stalls", r"there was no answer for 0\.3 seconds", 3),
        ("wrong", "another file came, whose SHA-256 is not the one known", 3),
        (503, "the server answers 503 Service Unavailable", 3),
        (404, "the server answers 404 Not Found", 1),
    ],
)
def test_a_fault_that_stays_is_one_sentence(
    fault: str | int,
    reason: str,
    n_asked: int,
    fetch: Callable,
    server,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(_download, "_TIMEOUT", 0.3)
    server.behaviours = [fault]
    with pytest.raises(OSError, match=rf"{NAME} could not be downloaded: {reason}; where there is a network") as caught:
        fetch(n_retries=2)
    assert str(tmp_path / "home" / "uci_promoters" / NAME) in str(caught.value)
    assert len(server.asked) == n_asked
    assert list(tmp_path.iterdir()) == []  # neither half a file nor a wrong one, nor a folder


def test_between_tries_there_is_a_delay(fetch: Callable, server, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []
    monkeypatch.setattr(_download.time, "sleep", waits.append)
    server.behaviours = ["wrong"]
    with pytest.raises(OSError, match="another file came"):
        fetch(n_retries=2, delay=0.5)
    assert waits == [0.5, 0.5]


def test_without_a_network(no_network, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="could not be downloaded: there is no connection") as caught:
        fetch_ecoli_promoters(data_home=tmp_path, n_retries=1, delay=0)
    assert "\n" not in str(caught.value)
    folder = tmp_path / "uci_promoters"
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT.replace(b"\n", b"\r\n"))
    with pytest.raises(OSError, match=rf"{NAME}', in place of the file there, which is damaged, its SHA-256"):
        fetch_ecoli_promoters(data_home=tmp_path, n_retries=0)
    (folder / NAME).write_bytes(CONTENT)  # as the sentence advises
    assert len(fetch_ecoli_promoters(data_home=tmp_path).data) == 3


def test_a_damaged_file_is_fetched_anew_or_refused(fetch: Callable, server, tmp_path: Path) -> None:
    fetch()
    path = tmp_path / "home" / "uci_promoters" / NAME
    path.write_bytes(CONTENT[:-5])
    with pytest.raises(OSError, match=rf"{NAME}' is damaged, its SHA-256 is not the one known, and download_if"):
        fetch(download_if_missing=False)
    assert path.read_bytes() == CONTENT[:-5] and len(server.asked) == 1
    server.behaviours = ["breaks off"]
    with pytest.raises(OSError, match="broke off"):
        fetch(n_retries=0)
    server.behaviours = ["serves"]
    assert len(fetch().data) == 3
    assert path.read_bytes() == CONTENT


def test_a_missing_file_may_not_be_downloaded(fetch: Callable, server, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=rf"{NAME}' is missing, and download_if_missing=False; it comes from"):
        fetch(download_if_missing=False)
    assert server.asked == [] and not (tmp_path / "home").exists()


def test_all_files_at_fault_are_named(no_network, tmp_path: Path) -> None:
    for options in {"download_if_missing": False}, {"n_retries": 0}:
        with pytest.raises(OSError, match=r"ER\.fasta.*; beside it, 10 more are missing or damaged: Golgi\.fasta"):
            fetch_multiloc(data_home=tmp_path / "home", **options)
        assert list(tmp_path.iterdir()) == []


def test_several_fetch_at_once(fetch: Callable, tmp_path: Path) -> None:
    found = []
    threads = [threading.Thread(target=lambda: found.append(fetch().data)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["acgtta", "ttgaca", "acgtta"]] * 4
    assert files_in(tmp_path) == ["home/uci_promoters/promoters.data"]


def test_where_data_sets_are_kept(fetch: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKMLBIO_DATA_HOME", raising=False)
    assert get_data_home() == os.path.expanduser("~/skmlbio_data")
    monkeypatch.setenv("SKMLBIO_DATA_HOME", str(tmp_path / "of the environment"))
    assert get_data_home() == str(tmp_path / "of the environment")
    assert get_data_home(tmp_path / "given") == str(tmp_path / "given")
    fetch(data_home=None)
    assert files_in(tmp_path) == ["of the environment/uci_promoters/promoters.data"]


def test_without_pooch(fetch: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pooch", None)
        with pytest.raises(ImportError, match=r'downloading data needs pooch: pip install "skmlbio\[data\]"'):
            fetch()
    fetch()
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert len(fetch().data) == 3  # what is there needs none


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"n_retries": -1}, "The 'n_retries' parameter of fetch_ecoli_promoters must be an int"),
        ({"delay": -1}, "The 'delay' parameter of fetch_ecoli_promoters must be a float"),
        ({"data_home": 3}, "The 'data_home' parameter of fetch_ecoli_promoters must be"),
        ({"as_frame": "yes"}, "The 'as_frame' parameter of fetch_ecoli_promoters must be"),
    ],
)
def test_arguments_are_checked(fault: dict, message: str, server) -> None:
    with pytest.raises(ValueError, match=message):
        fetch_ecoli_promoters(**fault)
    assert server.asked == []


def test_texts_are_complete() -> None:
    for fetch in fetch_ecoli_promoters, fetch_multiloc:
        assert "{common}" not in fetch.__doc__
        assert all(f"\n{name} : " in fetch.__doc__ for name in ["data_home", "delay", "as_frame"])


def test_classes_are_strings_of_numpy(fetch: Callable) -> None:
    assert fetch().target.dtype.kind == "U"
    assert np.array_equal(np.unique(fetch().target), fetch().target_names)
