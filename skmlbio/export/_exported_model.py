"""A fitted estimator, or pipeline, as TensorFlow functions that can be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sklearn.utils.validation import check_is_fitted

import skmlbio.export._converters  # noqa: F401  (registers them)
from skmlbio._tensorflow import tf
from skmlbio.export._conversion import Conversion
from skmlbio.export._input_names import input_names
from skmlbio.export._metadata import metadata, write_metadata
from skmlbio.export._register import CONVERTERS, OPEN, Converted
from skmlbio.export._served_network import ServedNetwork
from skmlbio.export._signatures import MAX_NAMED_COLUMNS, Signature

if TYPE_CHECKING:
    from skmlbio.sequences import Alphabet, Vocabulary


class ExportedModel(NamedTuple):
    """A fitted estimator, or pipeline, in TensorFlow.

    Attributes
    ----------
    estimator : estimator or pipeline
        What was traced.
    functions : dict of str to concrete function
        By the names of signatures, the main one first.
    networks, tables : list
        What the functions ask.
    alphabets : dict of str to Alphabet or Vocabulary
        What numbers stand for that come, or are answered, in place of strings: by the names of inputs.
    """

    estimator: Any
    functions: dict[str, Any]
    networks: list[ServedNetwork]
    tables: list[Any]
    alphabets: dict[str, Alphabet | Vocabulary]

    def save(self, folder: Path) -> None:
        """Write a SavedModel."""
        module = tf.Module()
        module.networks = [network.module for network in self.networks]
        module.tables = self.tables
        keeps_gradients = all(network.keeps_gradients for network in self.networks)
        default = next(iter(self.functions.values()))
        tf.saved_model.save(
            module,
            str(folder),
            signatures={"serving_default": default, **self.functions},
            options=tf.saved_model.SaveOptions(experimental_custom_gradients=keeps_gradients),
        )
        write_metadata(self.metadata(["serving_default", *self.functions]), folder)

    def metadata(self, signatures: list[str]) -> dict[str, Any]:
        """Return what the model tells of itself, beside some signatures."""
        return metadata(self.estimator, signatures, self.alphabets)


def exported_model(estimator: Any, chosen: Callable[[dict], dict] = dict) -> ExportedModel:
    """Trace what a fitted estimator, or pipeline, answers: those of its signatures that are chosen, by default all."""
    alone, conversion = _alone(estimator), Conversion()
    if hasattr(alone, "_export_signatures") and _full_name(alone) not in CONVERTERS:
        check_is_fitted(alone, "weights_")
        conversion.networks.append(ServedNetwork(alone.blueprint_, alone.weights_))
        signatures = alone._export_signatures(conversion.networks[0])
    else:
        signatures = _signatures(estimator, conversion.of(estimator))
    if not signatures:
        raise TypeError(f"{conversion.label(estimator)} cannot be exported, because it answers nothing.")
    signatures = chosen(signatures)
    functions = {name: _trace(signature) for name, signature in signatures.items()}
    alphabets = {name: given for signature in signatures.values() for name, given in signature.alphabets.items()}
    return ExportedModel(estimator, functions, conversion.networks, conversion.tables, alphabets)


def _alone(estimator: Any) -> Any:
    """Return the one step of a pipeline that has one beside "passthrough", the best of a search, else the estimator."""
    while True:
        if hasattr(estimator, "steps"):
            steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
            if len(steps) != 1:
                return estimator
            estimator = steps[0]
        elif hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        else:
            return estimator


def _full_name(estimator: Any) -> str:
    return f"{type(estimator).__module__}.{type(estimator).__qualname__}"


def _signatures(estimator: Any, converted: Converted) -> dict[str, Signature]:
    """Name what flows into the first step: columns that had names in `fit`, else one matrix."""
    reads = converted.reads
    if isinstance(reads, list):
        reads = [tf.float64 if kind is OPEN else kind for kind in reads]
        converted = converted._replace(reads=reads)
    else:
        found = _with_inputs(converted, reads, "", lambda **inputs: inputs)
        if converted.alphabet is not None:
            numbers = {"X": tf.TensorSpec((None, None), tf.int32)}
            found |= _with_inputs(converted, numbers, "_tokens", lambda **inputs: inputs, {"X": converted.alphabet})
        return found
    names = getattr(estimator, "feature_names_in_", None)
    kinds = {kind for kind in reads if kind is not None} or {tf.float64}
    found = {}
    if len(kinds) > 1 or (names is not None and (len(names) <= MAX_NAMED_COLUMNS or kinds != {tf.float64})):
        names = [f"column_{i}" for i in range(len(reads))] if names is None else names
        found |= _of_columns(converted, input_names(map(str, names)))
    if kinds == {tf.float64} or not found:
        X = tf.TensorSpec((None, len(reads)), *kinds)
        suffixes = [] if names is None else ["_matrix"]
        for suffix in suffixes if found else ["", *suffixes]:
            found |= _with_inputs(converted, {"X": X}, suffix, lambda X: X)
    return found


def _of_columns(converted: Converted, names: list[str]) -> dict[str, Signature]:
    kinds = dict(zip(names, converted.reads, strict=True))
    inputs = {name: tf.TensorSpec((None,), kind) for name, kind in kinds.items() if kind is not None}

    def flow(**given):
        some = next(iter(given.values()))
        unread = tf.zeros_like(some, tf.float64)  # stands where nobody looks
        return [given.get(name, unread) for name in names]

    return _with_inputs(converted, inputs, "", flow)


def _with_inputs(
    converted: Converted, inputs: dict, suffix: str, flow: Callable, alphabets: dict | None = None
) -> dict[str, Signature]:
    def signature(verb, answer):
        def function(**given):
            found = answer(flow(**given))
            if isinstance(found, list) and verb == "transform":
                found = _joined(found)
            return {f"{verb}_{i}": part for i, part in enumerate(found)} if isinstance(found, list) else {verb: found}

        return Signature(inputs, function, alphabets or {})

    return {verb + suffix: signature(verb, answer) for verb, answer in converted.verbs.items()}


def _joined(columns: list[tf.Tensor]) -> Any:
    """Return columns as one matrix, unless some are strings and some numbers, which make no tensor."""
    if len({column.dtype for column in columns}) > 1:
        return columns
    return tf.stack(columns, axis=1)


def _trace(signature: Signature) -> Any:
    # TensorFlow finds an input again by the name in its specification.
    specs = {name: tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in signature.inputs.items()}

    def function(**given):
        # A client's tensor of another rank would reach operations that end the process.
        return signature.function(**{name: tf.ensure_shape(given[name], spec.shape) for name, spec in specs.items()})

    return tf.function(function, autograph=False).get_concrete_function(**specs)
