"""What a fitted network answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmlbio._tensorflow import keras
from skmlbio.training._batches import Bucket, Data
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._initial import preserved_python_random
from skmlbio.training._network import Network, is_seed

_ROWS_AT_ONCE = 4096
_BYTES_AT_ONCE = 2**24
_FEW_ROWS = 256


def predict(blueprint: Blueprint, head: str, weights: list[np.ndarray], data: Data) -> Any:
    """Return the outputs of a head, in its own structure, as arrays with one row a sample.

    Long data are cut so that what passes between layers stays in the processor's cache.
    """
    network, buckets = get_network(blueprint), data.buckets()
    if len(buckets) == 1:
        return _of_one_bucket(network, head, weights, buckets[0])
    answers = [_of_one_bucket(network, head, weights, bucket) for bucket in buckets]
    order = np.argsort(np.concatenate([bucket.rows for bucket in buckets]))
    return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays)[order], *answers)


def _of_one_bucket(network: Network, head: str, weights: list[np.ndarray], bucket: Bucket) -> Any:
    n_rows, n_at_once = len(bucket.rows), _rows_at_once(bucket)
    whole = bucket.rows[0] == 0 and bucket.rows[-1] == n_rows - 1  # slices need no copy
    cuts = [slice(i, min(i + n_at_once, n_rows)) for i in range(0, n_rows, n_at_once)]
    parts = (bucket.filled(cut if whole else bucket.rows[cut]) for cut in cuts)
    answers = network.forward(head, weights, parts, bucket.form)
    return keras.tree.map_structure(lambda *arrays: _concatenate(arrays)[:n_rows], *answers)


def _rows_at_once(bucket: Bucket) -> int:
    """Return how many rows pass together: the wider, the fewer, so that sparse data are never dense all at once."""
    if len(bucket.rows) <= _FEW_ROWS or bucket.shared:
        return bucket.rows_at_once(_FEW_ROWS)
    size = bucket.batch_size(max(_FEW_ROWS, min(_ROWS_AT_ONCE, _BYTES_AT_ONCE // bucket.row_bytes())))
    return max(1, size // bucket.filled_up_to) * bucket.filled_up_to


def _concatenate(arrays: tuple[np.ndarray, ...]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


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
