"""Encoders of categories."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import columns, numbers
from skmlbio.export._converters._missing import is_gap
from skmlbio.export._register import Converted, converter


@converter("sklearn.preprocessing._encoders.OneHotEncoder", parts=True)
def convert_one_hot_encoder(encoder, conversion):
    places = []
    dropped = encoder._drop_idx_after_grouping
    for i, categories in enumerate(encoder.categories_):
        grouped = _grouped(encoder, i, len(categories))
        others = grouped[-1]
        if encoder.handle_unknown in ("ignore", "error") or others < 0:
            others = -1
        grouped = np.append(grouped[:-1], others)
        if dropped is not None and dropped[i] is not None:
            grouped = np.where(grouped == dropped[i], -1, grouped - (grouped > dropped[i]))
        places.append(grouped)

    def row(i, place):
        return tf.one_hot(place, encoder._n_features_outs[i], dtype=tf.float64)

    return _tabulated(encoder, conversion, [tf.constant(part, tf.int64) for part in places], row)


@converter("sklearn.preprocessing._encoders.OrdinalEncoder", parts=True)
def convert_ordinal_encoder(encoder, conversion):
    codes = []
    for i, categories in enumerate(encoder.categories_):
        missing = encoder._missing_indices.get(i)
        grouped = _grouped(encoder, i, len(categories)).astype(np.float64)
        if encoder.handle_unknown == "use_encoded_value":
            grouped[-1] = encoder.unknown_value
        if missing is not None:
            grouped[missing] = encoder.encoded_missing_value
        codes.append(numbers(grouped))
    return _tabulated(encoder, conversion, codes, lambda i, code: code[:, tf.newaxis])


def _grouped(encoder, i, n_categories):
    """Return the code of every category of a column, and of an unknown one: that of the infrequent ones, or -1."""
    mapping = encoder._default_to_infrequent_mappings[i] if encoder._infrequent_enabled else None
    if mapping is None:
        return np.append(np.arange(n_categories), -1)
    return np.append(mapping, mapping[encoder._infrequent_indices[i][0]])


def _tabulated(encoder, conversion, tables, row):
    """Look every cell up: the last entry of a table is for what is not among the categories."""
    finds = [_finder(conversion, encoder, i) for i in range(len(encoder.categories_))]

    def transform(X):
        rows = []
        for i, (cells, (kind, find), table) in enumerate(zip(columns(X), finds, tables, strict=True)):
            if (cells.dtype == tf.string) != (kind == tf.string):
                raise TypeError(
                    f"{conversion.label(encoder)} takes {kind.name} in column {i}, where what comes before it hands on "
                    f"{cells.dtype.name}."
                )
            found = find(cells)
            if encoder.handle_unknown == "error":
                message = f"{conversion.label(encoder)} got a category in column {i} that it did not have in fit."
                tf.debugging.Assert(tf.reduce_all(found >= 0), [message])
            rows.append(row(i, tf.gather(table, tf.where(found < 0, tf.size(table, tf.int64) - 1, found))))
        return tf.concat(rows, axis=1)

    return Converted({"transform": transform}, [kind for kind, _ in finds])


def _finder(conversion, encoder, column):
    """Return the type of a column, and a function from cells to the positions of their categories, or -1."""
    values = encoder.categories_[column].tolist()
    gaps = [i for i, value in enumerate(values) if is_gap(value)]
    known = [i for i, value in enumerate(values) if not is_gap(value)]
    of_strings = any(isinstance(values[i], str) for i in known)
    if not all(isinstance(values[i], str if of_strings else int | float) for i in known):
        raise TypeError(f"{conversion.label(encoder)} has categories that are neither strings nor numbers.")
    sent = ["" if i in gaps else value if of_strings else float(value) for i, value in enumerate(values)]
    _require_different(conversion.label(encoder), column, values, sent)
    if of_strings:
        return tf.string, _string_finder(sent, conversion)
    known = sorted(known, key=lambda i: values[i])
    keys, places = numbers([values[i] for i in known] or [0]), tf.constant(known or [-1], tf.int64)
    gap = tf.constant(gaps[0] if gaps else -1, tf.int64)

    def find(cells):
        cells = tf.cast(cells, tf.float64)
        tf.debugging.Assert(~tf.reduce_any(tf.math.is_inf(cells)), [f"{conversion.label(encoder)} got infinity."])
        near = tf.minimum(tf.searchsorted(keys, tf.where(tf.math.is_nan(cells), numbers(0), cells)), len(keys) - 1)
        found = tf.where(tf.gather(keys, near) == cells, tf.gather(places, near), tf.constant(-1, tf.int64))
        return tf.where(tf.math.is_nan(cells), gap, found)

    return tf.float64, find


def _require_different(label, column, values, sent):
    """Raise a TypeError where two categories would be one in what a model is sent."""
    first = {}
    for value, key in zip(values, sent, strict=True):
        if key in first:
            same = "would both be sent as missing" if key == "" else "are the same number in float64"
            raise TypeError(
                f"{label} cannot be exported, because the categories {first[key]!r} and {value!r} of column {column} "
                f"{same}."
            )
        first[key] = value


def _string_finder(sent, conversion):
    places = {text: i for i, text in enumerate(sent)}
    pairs = tf.lookup.KeyValueTensorInitializer(tf.constant(list(places)), tf.constant(list(places.values()), tf.int64))
    table = tf.lookup.StaticHashTable(pairs, -1)
    conversion.tables.append(table)
    return table.lookup
