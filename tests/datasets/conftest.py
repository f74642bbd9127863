"""A server on loopback in place of the hosts that data sets come from."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from skmlbio.datasets import _download


class Handler(BaseHTTPRequestHandler):
    """Answers as its server is told to, one answer after the other, the last one for ever."""

    def do_GET(self) -> None:
        asked, behaviours = self.server.asked, self.server.behaviours
        asked.append(self.path)
        behaviour = behaviours[min(len(asked), len(behaviours)) - 1]
        content = self.server.contents.get(self.path.rpartition("/")[2])
        if content is None or isinstance(behaviour, int):
            self.send_error(behaviour if isinstance(behaviour, int) else 404)
            return
        content = b"<html>Log in first</html>" if behaviour == "wrong" else content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if behaviour in ("breaks off", "stalls") else content)
        if behaviour == "stalls":
            self.wfile.flush()
            self.server.over.wait(20)

    def log_message(self, *args: object) -> None:
        """Keep the report of the tests free."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.contents: dict[str, bytes] = {}  # by the name of the file
        self.behaviours: list[str | int] = ["serves"]
        self.asked: list[str] = []
        self.over = threading.Event()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that knows no file yet; all sources are looked for there."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(_download, "_HOST", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where sources are looked for."""
    with Server() as closed:
        port = closed.server_port
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(_download, "_HOST", f"http://127.0.0.1:{port}")


@pytest.fixture
def data_content(data_file: Callable) -> Callable[[str], bytes]:
    """From the name of a file among the real data sets to its bytes as the source has them."""

    def read(name: str) -> bytes:
        import gzip

        path = data_file(name)
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()

    return read
