"""Measure the server of app.py: clients that ask one string at a time, on this machine alone.

python load.py FOLDER
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

HOST = "127.0.0.1"
APP = Path(__file__).with_name("app.py")
PATIENCE = 120  # seconds for a server to start
BODIES = [json.dumps({"sequences": [s * 20]}) for s in ("ACGT", "TATA", "GGCC", "CACG", "TTGA", "CATG", "AATT", "GACC")]


@contextmanager
def server(*arguments: str) -> Iterator[int]:
    """Start a server on a free port, and end it afterwards."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(APP), *arguments, "--port", str(port)])
    try:
        wait_for(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait_for(process: subprocess.Popen, port: int) -> None:
    """Return once a server answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
            try:
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)
    raise RuntimeError(f"the server did not start within {PATIENCE} s, or has ended")


def client(port: int, body: str, n_requests: int, seconds: float, taken: list[float]) -> None:
    """Ask again and again over one connection, and note how long each answer took."""
    end = time.monotonic() + seconds
    with closing(http.client.HTTPConnection(HOST, port, timeout=30)) as connection:
        for _ in range(n_requests):
            start = time.perf_counter()
            connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the server answered {answer.status}: {text[:200]!r}")
            taken.append(time.perf_counter() - start)
            if time.monotonic() > end:
                return


def measured(port: int, n_clients: int, n_requests: int, seconds: float) -> tuple[float, np.ndarray]:
    """Return requests a second, and the milliseconds of each, of clients that ask at the same time."""
    taken: list[float] = []
    threads = [
        threading.Thread(target=client, args=(port, BODIES[i % len(BODIES)], n_requests // n_clients, seconds, taken))
        for i in range(n_clients)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - start), 1000 * np.array(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="the exported model")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--requests", type=int, default=8000, help="of a round, at most")
    parser.add_argument("--seconds", type=float, default=20, help="of a round, at most")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with server(options.folder) as with_model, server() as without_model:
        ports = {"with the model": with_model, "without a model": without_model}
        for port in ports.values():
            measured(port, options.clients, 50 * options.clients, 5)  # the first answers take longer
        for _ in range(options.rounds):  # in turn, for other programs on the machine disturb both alike
            for name, port in ports.items():
                per_second, milliseconds = measured(port, options.clients, options.requests, options.seconds)
                p50, p99 = np.percentile(milliseconds, [50, 99])
                print(f"{name}: {per_second:.0f} requests/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    main()
