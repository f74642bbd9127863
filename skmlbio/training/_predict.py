"""What a fitted network answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmlbio._tensorflow import keras
from skmlbio.training._batches import Bucket, Data
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._initial import preserved_python_random
from skmlbio.training._network import is_seed

_ROWS_AT_ONCE = 4096
_BYTES_AT_ONCE = 2**24
_FEW_ROWS = 256


def predict(blueprint: Blueprint, head: str, weights: list[np.ndarray], data: Data) -> Any:
    """Return the outputs of a head, in its own structure, as arrays with one row a sample.

    Long data are cut so that what passes between layers stays in the processor's cache.
    """
    network = get_network(blueprint)
    buckets = data.buckets()
    if len(buckets) == 1:
        n_rows = _rows_at_once(buckets[0])
        parts = [slice(i, i + n_rows) for i in range(0, len(data), n_rows)]
        answers = network.forward(head, weights, (buckets[0].take(part) for part in parts), buckets[0].form)
        return answers[0] if len(answers) == 1 else keras.tree.map_structure(_concatenate, *answers)
    sizes = [_rows_at_once(bucket) for bucket in buckets]
    parts = [
        (bucket, bucket.rows[i : i + n_rows])
        for bucket, n_rows in zip(buckets, sizes, strict=True)
        for i in range(0, len(bucket.rows), n_rows)
    ]
    answers = [
        answer for bucket, rows in parts for answer in network.forward(head, weights, [bucket.take(rows)], bucket.form)
    ]
    order = np.argsort(np.concatenate([rows for _, rows in parts]))
    return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays)[order], *answers)


def _rows_at_once(bucket: Bucket) -> int:
    """Return how many rows pass together: the wider, the fewer, so that sparse data are never dense all at once."""
    if len(bucket.rows) <= _FEW_ROWS:
        return bucket.batch_size(_FEW_ROWS)
    return bucket.batch_size(max(_FEW_ROWS, min(_ROWS_AT_ONCE, _BYTES_AT_ONCE // bucket.row_bytes())))


def _concatenate(*arrays: np.ndarray) -> np.ndarray:
    return np.concatenate(arrays)


def live_model(blueprint: Blueprint) -> tuple[keras.Model, list[keras.Variable]]:
    """Build a network of one's own: the model that users see, and the variables that hold its weights, in order."""
    with preserved_python_random():
        architecture = blueprint.build()
    variables = [v for v in architecture.training.variables if not is_seed(v)]
    return next(iter(architecture.heads.values())), variables


def fitted_model(blueprint: Blueprint, weights: list[np.ndarray]) -> keras.Model:
    """Return a Keras model of one's own that holds the given weights."""
    model, variables = live_model(blueprint)
    for variable, value in zip(variables, weights, strict=True):
        variable.assign(value)
    return model
