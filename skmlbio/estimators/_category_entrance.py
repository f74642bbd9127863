"""Rows of categories on their way into an exported network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skmlbio.estimators._categories import Categories
from skmlbio.export import input_names

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance


def category_entrance(categories: Categories, unknown: str, network: ServedNetwork) -> Entrance:
    """Let the columns of a table in one by one, as inputs of shape (batch,), strings, or int64 for whole numbers.

    Parameters
    ----------
    categories : Categories
        Of the columns.
    unknown : {"error", "mask"}
        What happens to other categories.
    network : ServedNetwork
        Whose module shall own the tables of categories.
    """
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance

    tables, inputs, first = [], {}, len(categories.names)
    names = input_names(str(name) if isinstance(name, str) else f"column {name}" for name in categories.names)
    for place, (name, values) in enumerate(zip(names, categories.values, strict=True)):
        keys = np.array(values, object if isinstance(values[0], str) else np.int64)
        numbers = tf.range(first, first + len(values), dtype=tf.int64)
        pairs = tf.lookup.KeyValueTensorInitializer(tf.constant(keys), numbers)
        tables.append(tf.lookup.StaticHashTable(pairs, place))
        inputs[name] = tf.TensorSpec((None,), tables[-1].key_dtype)
        first += len(values)
    network.module.categories = tables

    def encode(**columns):
        found = tf.stack([table.lookup(columns[name]) for name, table in zip(inputs, tables, strict=True)], axis=1)
        if unknown == "error":
            known = tf.reduce_all(found >= len(tables))
            tf.debugging.Assert(known, ["a column has a category that it did not have in fit."])
        return (tf.cast(found, tf.int32),)

    return Entrance(inputs, encode)
