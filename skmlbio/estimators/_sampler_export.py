"""A sampler in TensorFlow alone: what stands beside samples, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skmlbio.estimators._sampler_input import SamplerInput
from skmlbio.estimators._table_export import served_columns, table_entrance

if TYPE_CHECKING:
    import tensorflow as tf

    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance, Signature


class SamplerExport(SamplerInput):
    """The signatures of an exported sampler."""

    def _entrances(self, network):
        return self._entrances_beside(network, self._library_given)

    def _entrances_of_codes(self, network):
        return self._entrances_beside(network, False)

    def _entrances_beside(self, network: ServedNetwork, with_sizes: bool) -> dict[str, Entrance]:
        return {suffix: self._with_beside(way, network, with_sizes) for suffix, way in self._ways(network).items()}

    def _ways(self, network: ServedNetwork) -> dict[str, Entrance]:
        """Return the ways in for rows alone."""
        return {"": table_entrance(self._table, network)} if self._of_table() else super()._entrances(network)

    def _with_beside(self, way: Entrance, network: ServedNetwork, with_sizes: bool) -> Entrance:
        """Let labels in beside rows, and library sizes if these are wanted; else rows have sums."""
        import tensorflow as tf

        labels = ServedLabels(self._conditions, network, way.inputs)
        sizes = {"library_size": tf.TensorSpec((None,), tf.float32)} if with_sizes else {}

        def encode(**given):
            (x,) = way.encode(**{name: given[name] for name in way.inputs})
            if not self._of_counts():
                return (x, *labels.codes(given))
            x = require_served_counts(x)
            return (x, *labels.codes(given), given["library_size"] if sizes else tf.reduce_sum(x, axis=1))

        return way._replace(inputs=way.inputs | labels.inputs | sizes, encode=encode)

    def _answers(self):
        return super()._answers() | {"score_samples": self._served_bounds()}

    def _export_signatures(self, network):
        found, code = super()._export_signatures(network), self._answers()["transform"]
        ways = self._entrances_of_codes(network).items()
        found |= {f"transform{suffix}": way.signature(network, "transform", code) for suffix, way in ways}
        found |= {"inverse_transform": self._decoding(network), "sample": self._sampling(network)}
        if self._of_counts() or "covariates" in self._conditions:
            ways = self._ways(network).items()
            found |= {f"denoise{suffix}": self._denoising(network, way) for suffix, way in ways}
        of_rows = [verb for verb in ("reconstruct", "inverse_transform", "sample", "denoise") if verb in found]
        return found | {verb: self._in_columns(verb, found[verb]) for verb in of_rows if self._of_table()}

    def _in_columns(self, verb: str, signature: Signature) -> Signature:
        """Let a signature answer with the columns of the table."""
        return signature._replace(
            function=lambda **given: served_columns(self._table, signature.function(**given)[verb])
        )

    def _wanted_sizes(self) -> dict[str, tf.TensorSpec]:
        """Return the input of library sizes that means of counts shall have."""
        import tensorflow as tf

        return {"library_size": tf.TensorSpec((None,), tf.float32)} if self._of_counts() else {}

    def _decoding(self, network: ServedNetwork) -> Signature:
        from skmlbio.export._signatures import Signature, array_entrance

        way = array_entrance(network.inputs("inverse_transform")[0])
        labels, sizes = ServedLabels(self._conditions, network, way.inputs), self._wanted_sizes()

        def decode(X, **given):
            beside = *labels.codes(given), *(given[name] for name in sizes)
            return {"inverse_transform": network.answer("inverse_transform", *way.encode(X=X), *beside)}

        return Signature(way.inputs | labels.inputs | sizes, decode)

    def _denoising(self, network: ServedNetwork, way: Entrance) -> Signature:
        import tensorflow as tf

        from skmlbio.export._signatures import Signature

        covariates = {name: of for name, of in self._conditions.items() if name == "covariates"}
        own, sizes = ServedLabels(self._conditions, network, way.inputs), self._wanted_sizes()
        to = ServedLabels(covariates, network, way.inputs | own.inputs, "to_")

        def denoise(**given):
            (x,) = way.encode(**{name: given[name] for name in way.inputs})
            codes, others, wanted = own.codes(given), to.codes(given), [given[name] for name in sizes]
            z = network.answer("transform", x, *codes, *wanted)  # a code does not depend on what is wanted
            if others:
                codes = [tf.concat([others[0], codes[0][:, others[0].shape[1] :]], axis=1)]
            return {"denoise": network.answer("inverse_transform", z, *codes, *wanted)}

        return Signature(way.inputs | own.inputs | to.inputs | sizes, denoise)

    def _sampling(self, network: ServedNetwork) -> Signature:
        import tensorflow as tf

        from skmlbio.export._signatures import Signature

        labels = ServedLabels(self._conditions, network, {}, one=True)

        def sample(n_samples, seed, **given):
            seeds = tf.range(n_samples), tf.fill(tf.reshape(n_samples, (1,)), seed)
            told = [tf.repeat(code, n_samples, axis=0) for code in labels.codes(given)]
            sizes = [network.answer("library_size", *seeds)] if self._of_counts() else []
            rows = network.answer("sample", *seeds, *told, *sizes)
            return {"sample": tf.cast(rows, tf.int64) if self._of_counts() else rows}

        inputs = {name: tf.TensorSpec((), tf.int64) for name in ("n_samples", "seed")}
        return Signature(inputs | labels.inputs, sample)


class ServedLabels:
    """Labels on their way into an exported network: strings, or int64 for whole numbers and booleans.

    Parameters
    ----------
    conditions : dict of str to Conditions
        The labels of a fit.
    network : ServedNetwork
        Whose module shall own the tables of labels.
    taken : iterable of str
        Names that other inputs have.
    prefix : str
        What goes before the names of these.
    one : bool
        Whether they are single labels, for all samples.

    Attributes
    ----------
    inputs : dict of str to tf.TensorSpec
    """

    def __init__(self, conditions, network: ServedNetwork, taken, prefix: str = "", *, one: bool = False):
        import tensorflow as tf

        from skmlbio.export import input_names

        columns = [(title, values) for of in conditions.values() for title, values in of.values.items()]
        names = input_names([*taken, *(prefix + title for title, _ in columns)])[len(taken) :]
        self._tables = {name: _table(values) for name, (_, values) in zip(names, columns, strict=True)}
        self._one = one
        shape = () if one else (None,)
        self.inputs = {name: tf.TensorSpec(shape, table.key_dtype) for name, table in self._tables.items()}
        network.module.labels = [*getattr(network.module, "labels", ()), *self._tables.values()]

    def codes(self, given: dict[str, tf.Tensor]) -> list[tf.Tensor]:
        """Return the numbers of labels, as the network takes them, if there are any."""
        import tensorflow as tf

        if not self._tables:
            return []
        found = tf.stack([table.lookup(given[name]) for name, table in self._tables.items()], axis=-1)
        tf.debugging.Assert(tf.reduce_all(found >= 0), ["a label is none of those in fit."])
        return [tf.cast(found[tf.newaxis] if self._one else found, tf.int32)]


def _table(values: tuple) -> tf.lookup.StaticHashTable:
    import tensorflow as tf

    keys = np.array(values, object if isinstance(values[0], str) else np.int64)
    pairs = tf.lookup.KeyValueTensorInitializer(tf.constant(keys), tf.range(len(values), dtype=tf.int64))
    return tf.lookup.StaticHashTable(pairs, -1)


def require_served_counts(X: tf.Tensor) -> tf.Tensor:
    """Stop the server at what is no count."""
    import tensorflow as tf

    check = tf.debugging.Assert(tf.reduce_all((X >= 0) & (tf.floor(X) == X)), ["X must hold counts."])
    with tf.control_dependencies([check]):
        return tf.identity(X)
