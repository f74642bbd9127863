"""Tables on their way into an exported network, and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skmlbio.estimators._table import Column, Table
from skmlbio.export import input_names

if TYPE_CHECKING:
    import tensorflow as tf

    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance


def table_entrance(table: Table, network: ServedNetwork) -> Entrance:
    """Let columns in one by one, as inputs of shape (batch,): float64, or strings or int64 for categories.

    NaN stands for a number that is missing, and "" for a string, unless it is a category itself.
    """
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance

    names = served_names(table)
    tables = {column.name: _lookup(column) for column in table.columns if column.kind == "categorical"}
    network.module.categories = [*getattr(network.module, "categories", ()), *tables.values()]
    types = {
        column.name: tables[column.name].key_dtype if column.name in tables else tf.float64 for column in table.columns
    }
    inputs = {names[name]: tf.TensorSpec((None,), types[name]) for name in table.names}

    def encode(**columns):
        features = []
        for column in table.columns:
            cells = columns[names[column.name]]
            if column.name in tables:
                features.append(_one_hot(cells, tables[column.name], column.width))
            else:
                tf.debugging.Assert(~tf.reduce_any(tf.math.is_inf(cells)), [f"{column.name!r} holds infinity."])
                features.append(cells[:, tf.newaxis])
        return (tf.concat(features, axis=1),)

    return Entrance(inputs, encode)


def served_columns(table: Table, rows: tf.Tensor) -> dict[str, tf.Tensor]:
    """Return features as columns, as `Table.decode` does: categories, and int64 where the column had whole numbers."""
    import tensorflow as tf
    from pandas.api import types

    found, first, names = {}, 0, served_names(table)
    for column in table.columns:
        part = rows[:, first : first + column.width]
        first += column.width
        if column.kind == "categorical":
            found[names[column.name]] = tf.gather(tf.constant(_values(column)), tf.argmax(part, axis=1))
        elif types.is_integer_dtype(column.dtype):
            limits = np.iinfo(getattr(column.dtype, "numpy_dtype", column.dtype))
            whole = tf.clip_by_value(tf.round(part[:, 0]), float(limits.min), float(limits.max))
            found[names[column.name]] = tf.cast(whole, tf.int64)
        else:
            found[names[column.name]] = part[:, 0]
    return found


def served_names(table: Table) -> dict:
    """Return how an exported model calls the columns."""
    return dict(zip(table.names, input_names(map(str, table.names)), strict=True))


def _values(column: Column) -> np.ndarray:
    """Return the categories of a column as strings, booleans or int64."""
    if isinstance(column.values[0], str):
        return np.array(column.values, object)
    return np.array(column.values, bool if all(isinstance(v, bool | np.bool_) for v in column.values) else np.int64)


def _lookup(column: Column) -> tf.lookup.StaticHashTable:
    import tensorflow as tf

    if any(isinstance(value, float) and not value.is_integer() for value in column.values):
        raise TypeError(f"column {column.name!r} has categories that are fractions, which TensorFlow cannot look up.")
    keys = _values(column)
    keys = keys if keys.dtype == object else keys.astype(np.int64)
    pairs = tf.lookup.KeyValueTensorInitializer(tf.constant(keys), tf.range(len(keys), dtype=tf.int64))
    return tf.lookup.StaticHashTable(pairs, -1)


def _one_hot(cells: tf.Tensor, table: tf.lookup.StaticHashTable, width: int) -> tf.Tensor:
    import tensorflow as tf

    numbers = table.lookup(cells)
    missing = numbers < 0
    allowed = ~missing | (cells == "") if cells.dtype == tf.string else ~missing
    tf.debugging.Assert(tf.reduce_all(allowed), ["a column has a category that it did not have in fit."])
    gaps = tf.constant(np.nan, tf.float64)
    return tf.where(missing[:, tf.newaxis], gaps, tf.one_hot(numbers, width, dtype=tf.float64))
