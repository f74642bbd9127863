"""Serve an exported classifier of DNA strings over HTTP, with TensorFlow alone.

python app.py FOLDER --port 8000
"""

from __future__ import annotations

import argparse
import asyncio
import json
import queue
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from starlette.requests import ClientDisconnect

MOST_BYTES = 200_000  # of a request
TOO_LARGE = f"the body has more than {MOST_BYTES} bytes"
MOST_STRINGS = 64  # of a request
MOST_LETTERS = 2_000  # of a string
MOST_AT_ONCE = 256  # strings that the network is asked about in one call
MOST_REQUESTS = 512  # at the same time; others are told to come again
LETTERS = "^[ACGTRYSWKMBDHVNacgtryswkmbdhvn]+$"  # of DNA, with the codes of those that are not known for certain

Strings = list[str]
Ask = Callable[[Strings], np.ndarray]  # from strings to probabilities of shape (n_strings, n_classes)


class Question(BaseModel):
    """What a request holds."""

    sequences: Annotated[
        list[Annotated[str, StringConstraints(pattern=LETTERS, max_length=MOST_LETTERS)]],
        Field(min_length=1, max_length=MOST_STRINGS),
    ]


class Answer(BaseModel):
    """What it gets: for each string its label, and the probability of each label."""

    labels: list[str]
    probabilities: list[dict[str, float]]


class Asked(NamedTuple):
    """Strings of one request that wait for the network."""

    strings: Strings
    answer: asyncio.Future


class Batches:
    """One thread that asks the network, each time about all that waits: while it computes, the next batch gathers."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._waiting: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="network")

    async def probabilities(self, strings: Strings) -> np.ndarray:
        """Wait for the probabilities of some strings."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.put(Asked(strings, answer))
        return await answer

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer what waits, and end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, n_strings = [first], len(first.strings)
            while n_strings < MOST_AT_ONCE and not self._waiting.empty():
                asked = self._waiting.get()
                if asked is None:
                    self._waiting.put(None)  # for the loop above
                    break
                batch.append(asked)
                n_strings += len(asked.strings)
            try:
                found: Any = self._ask([string for asked in batch for string in asked.strings])
            except Exception as error:  # is the answer to these requests, and the thread goes on
                found = error
            first.answer.get_loop().call_soon_threadsafe(deliver, batch, found)


def deliver(batch: list[Asked], found: np.ndarray | Exception) -> None:
    """Give each request of a batch its rows, or the error; those whose client has gone are left out."""
    start = 0
    for asked in batch:
        end = start + len(asked.strings)
        if not asked.answer.done():
            if isinstance(found, Exception):
                asked.answer.set_exception(found)
            else:
                asked.answer.set_result(found[start:end])
        start = end


def loaded(folder: Path) -> tuple[list[str], Ask]:
    """Return the classes of an exported model, and what asks it.

    Raises
    ------
    ValueError
        If it is no exported classifier of strings.
    """
    about = folder / "assets.extra" / "skmlbio.json"
    if not about.is_file():
        raise ValueError(f"{folder} holds no model that export_saved_model has written.")
    classes = json.loads(about.read_text()).get("classes")

    import tensorflow as tf

    model = tf.saved_model.load(str(folder))
    signature = model.signatures.get("predict_proba")
    if signature is None or "predict_proba" not in signature.structured_outputs:
        raise ValueError(f"{folder} holds a model that has no classes, or several kinds of them.")
    takes = signature.structured_input_signature[1]
    if {name: spec.dtype for name, spec in takes.items()} != {"X": tf.string} or takes["X"].shape.rank != 1:
        raise ValueError(f"{folder} holds a model of {', '.join(sorted(takes)[:5])}, which are no strings.")

    def ask(strings: Strings, model: Any = model) -> np.ndarray:  # the signature needs its model
        return signature(X=tf.constant(strings))["predict_proba"].numpy()

    ask(["ACGT"])  # the first call takes longest
    return [str(label) for label in classes], ask


def without_model() -> tuple[list[str], Ask]:
    """Return what answers without looking, so that the server alone can be measured."""
    return ["none", "some"], lambda strings: np.full((len(strings), 2), 0.5)


async def question_of(request: Request) -> Question:
    """Read a request, or answer in one sentence what is wrong with it."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(422, f"the header Content-Type must be application/json, got {kind[:50]!r}")
    length, body = request.headers.get("content-length", "0"), bytearray()
    if int(length) > MOST_BYTES:
        raise HTTPException(413, TOO_LARGE)
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise HTTPException(413, TOO_LARGE)
    except ClientDisconnect as error:
        raise HTTPException(400, "the body is not whole") from error  # which nobody reads any more
    try:
        return Question.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise HTTPException(422, f"{place}: {first['msg']}") from error


def make_app(classes: list[str], ask: Ask) -> FastAPI:
    """Make the application of what answers."""
    batches = Batches(ask)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        batches.start()
        yield
        batches.stop()

    app = FastAPI(title="Classes of DNA", lifespan=lifespan)
    told = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": Question.model_json_schema()}}}
    }

    @app.post("/predict", openapi_extra=told)
    async def predict(question: Annotated[Question, Depends(question_of)]) -> Answer:
        probabilities = await batches.probabilities(question.sequences)
        labels = [classes[place] for place in probabilities.argmax(axis=1)]
        return Answer(
            labels=labels, probabilities=[dict(zip(classes, row, strict=True)) for row in probabilities.tolist()]
        )

    @app.get("/health")
    async def health() -> dict[str, list[str]]:
        return {"classes": classes}

    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="the exported model; without one, nothing is computed")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    try:
        answering = without_model() if options.folder is None else loaded(options.folder)
    except (OSError, ValueError) as error:
        parser.exit(1, f"{parser.prog}: error: {' '.join(str(error).split())}\n")
    uvicorn.run(
        make_app(*answering),
        host="127.0.0.1",
        port=options.port,
        limit_concurrency=MOST_REQUESTS,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
