"""The server among the examples, on this machine alone: answers, bad requests, and what it imports."""

import asyncio
import http.client
import importlib.util
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import skmlbio
from skmlbio.export import export_saved_model

FOLDER = Path(__file__).parents[1] / "examples" / "serve"
JSON = {"Content-Type": "application/json"}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"serve_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where annotations are looked up
    spec.loader.exec_module(module)
    return module


app, load = script("app"), script("load")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the script exports."""
    folder = tmp_path_factory.mktemp("serve") / "model"
    command = [sys.executable, str(FOLDER / "train.py"), str(folder), "--epochs", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("of the labels of 300 other strings are right.\n")
    return folder


@pytest.fixture(scope="module")
def port(model: Path) -> Iterator[int]:
    with load.server(str(model)) as port:
        yield port


def asked(port: int, body: Any, headers: dict[str, str] = JSON, **options: Any) -> tuple[int, str]:
    """Send a request, and return the status and the answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", "/predict", body, headers, **options)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_many_clients_get_their_own_answers(port: int, model: Path) -> None:
    rng = np.random.default_rng(0)
    asks = [["".join(rng.choice([*"ACGTacgtN"], rng.integers(8, 40))) for _ in range(1 + i % 3)] for i in range(48)]
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda strings: asked(port, json.dumps({"sequences": strings})), asks))
    classes, ask = app.loaded(model)
    assert classes == ["ebox", "none", "tata"]
    for strings, (status, answer) in zip(asks, answers, strict=True):
        expected = ask(strings)
        assert status == 200
        answer = json.loads(answer)
        assert answer["labels"] == [classes[place] for place in expected.argmax(axis=1)]
        found = [[row[name] for name in classes] for row in answer["probabilities"]]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"", 422, "the body: Invalid JSON: EOF while parsing a value at line 1 column 0"),
        (b'{"sequences": ["ACGT"', 422, "the body: Invalid JSON: EOF while parsing a list at line 1 column 21"),
        (b"\xff\xfe{", 422, "the body: Invalid JSON: expected value at line 1 column 1"),
        (b'{"sequences": ["\xff"]}', 422, "the body: Invalid JSON: invalid unicode code point at line 1 column 17"),
        (b'{"sequences": ["\\ud800"]}', 422, "the body: Invalid JSON: "),
        (b"[" * 100_000, 422, "the body: Invalid JSON: recursion limit exceeded at line 1 column "),
        (b"9" * 5000, 422, "the body: "),
        (b'{"sequences": [1e999]}', 422, "sequences.0: Input should be a valid string"),
        (b'["ACGT"]', 422, "the body: Input should be an object"),
        (b'{"sequence": ["ACGT"]}', 422, "sequences: Field required"),
        (b'{"sequences": "ACGT"}', 422, "sequences: Input should be a valid array"),
        (b'{"sequences": []}', 422, "sequences: List should have at least 1 item"),
        (b'{"sequences": [["ACGT"]]}', 422, "sequences.0: Input should be a valid string"),
        (b'{"sequences": ["ACGT", 5]}', 422, "sequences.1: Input should be a valid string"),
        (b'{"sequences": ["ACGT", null]}', 422, "sequences.1: Input should be a valid string"),
        (b'{"sequences": ["ACGT", "ACG-"]}', 422, "sequences.1: String should match pattern"),
        (b'{"sequences": ["ACGT\\n"]}', 422, "sequences.0: String should match pattern"),
        ('{"sequences": ["ÀCGT"]}'.encode(), 422, "sequences.0: String should match pattern"),
        (b'{"sequences": [""]}', 422, "sequences.0: String should match pattern"),
        (json.dumps({"sequences": ["A"] * 65}).encode(), 422, "sequences: List should have at most 64 items"),
        (json.dumps({"sequences": ["A" * 2001]}).encode(), 422, "sequences.0: String should have at most 2000"),
        (b" " * 200_001, 413, "the body has more than 200000 bytes"),
    ],
)
def test_a_bad_request_is_told_and_the_server_stays(port: int, body: bytes, status: int, detail: str) -> None:
    found, answer = asked(port, body)
    said = json.loads(answer)["detail"]
    assert found == status and said.startswith(detail) and "\n" not in said and len(said) < 200
    assert asked(port, b'{"sequences": ["ACGT"]}')[0] == 200


def test_a_body_of_untold_length_is_cut_off(port: int) -> None:
    chunks = (b" " * 50_000 for _ in range(5))
    status, answer = asked(port, chunks, JSON | {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    assert status == 413 and json.loads(answer) == {"detail": "the body has more than 200000 bytes"}
    assert asked(port, b'{"sequences": ["ACGT"]}')[0] == 200


def test_a_body_that_does_not_come(capfd: pytest.CaptureFixture) -> None:
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
    with load.server() as port:
        with socket.create_connection(("127.0.0.1", port), 60) as large:
            large.sendall(head + b"999999999999\r\n\r\n")
            assert large.recv(100).startswith(b"HTTP/1.1 413 ")
        with socket.create_connection(("127.0.0.1", port), 60) as gone:
            gone.sendall(head + b'50\r\n\r\n{"sequences"')
        assert asked(port, b'{"sequences": ["ACGT"]}')[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_header_that_is_missing_is_named(port: int) -> None:
    body = b'{"sequences": ["ACGT"]}'
    for headers, got in (({}, ""), ({"Content-Type": "text/plain"}, "text/plain")):
        status, answer = asked(port, body, headers)
        detail = f"the header Content-Type must be application/json, got {got!r}"
        assert status == 422 and json.loads(answer) == {"detail": detail}
    assert asked(port, body, {"Content-Type": "Application/JSON; charset=utf-8"})[0] == 200


def test_other_models_are_refused(tmp_path: Path) -> None:
    table = pd.DataFrame({"mass": [1.0, 2.0], "dose": [3.0, 1.0]})
    models = {
        "no model that export_saved_model has written": None,
        "a model of dose, mass, which are no strings": LogisticRegression().fit(table, ["a", "b"]),
        "a model that has no classes, or several": skmlbio.MarkovChain(1, alphabet="dna").fit(["ACGT", "AACC"]),
    }
    for place, (reason, model) in enumerate(models.items()):
        if model is not None:
            export_saved_model(model, tmp_path / str(place))
        with pytest.raises(ValueError, match=f"{place} holds {reason}"):
            app.loaded(tmp_path / str(place))


def test_a_folder_without_a_model_is_told_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "app.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    message = f"app.py: error: {tmp_path} holds no model that export_saved_model has written.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


def test_what_waits_is_asked_together() -> None:
    calls, may_go_on = [], threading.Event()

    def ask(strings: list[str]) -> np.ndarray:
        calls.append(len(strings))
        assert may_go_on.wait(60)
        if "broken" in strings:
            raise ValueError("a network that fails")
        return np.array([[float(len(string))] for string in strings])

    async def clients() -> list:
        batches = app.Batches(ask)
        waiting = [asyncio.ensure_future(batches.probabilities(["A" * i] * 40)) for i in range(1, 9)]
        await asyncio.sleep(0)  # they are in the queue now
        waiting[1].cancel()
        batches.start()
        may_go_on.set()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        answers.append(*await asyncio.gather(batches.probabilities(["broken"]), return_exceptions=True))
        answers.append(await batches.probabilities(["AAA"]))
        batches.stop()
        return answers

    *answers, broken, last = asyncio.run(clients())
    assert calls == [280, 40, 1, 1]
    assert isinstance(answers.pop(1), asyncio.CancelledError)
    assert [answer.tolist() for answer in answers] == [[[float(i)]] * 40 for i in (1, 3, 4, 5, 6, 7, 8)]
    assert str(broken) == "a network that fails" and last.tolist() == [[3.0]]


def test_the_server_needs_tensorflow_only(model: Path) -> None:
    program = f"""
import sys
from pathlib import Path
sys.modules.update(skmlbio=None, sklearn=None)  # as if they were not installed
sys.path.insert(0, {str(FOLDER)!r})
import app
print(app.loaded(Path({str(model)!r}))[1](["ACGT"]).shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "(1, 3)\n"), done.stderr


def test_the_load_is_measured_beside_a_server_without_a_model(model: Path, monkeypatch, capsys) -> None:
    bounds = ["--requests", "80", "--rounds", "1"]
    monkeypatch.setattr(sys, "argv", ["load.py", str(model), *bounds])
    load.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["with the model", "without a model"]
    assert all("requests/s, p50 " in line and ", p99 " in line for line in lines)


def test_a_server_that_cannot_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="did not start within 120 s, or has ended"), load.server(str(tmp_path)):
        pass
