"""A fitted estimator, or pipeline, as TensorFlow functions that can be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.utils.validation import check_is_fitted

import skmlbio.export._converters  # noqa: F401  (registers them)
from skmlbio._tensorflow import tf
from skmlbio.export._conversion import Conversion
from skmlbio.export._input_names import input_names
from skmlbio.export._metadata import write_metadata
from skmlbio.export._register import CONVERTERS, Converted
from skmlbio.export._served_network import ServedNetwork
from skmlbio.export._signatures import MAX_NAMED_COLUMNS, Signature


class ExportedModel(NamedTuple):
    """An estimator, its functions by the names of signatures, the main first, and networks and tables that they ask."""

    estimator: Any
    functions: dict[str, Any]
    networks: list[ServedNetwork]
    tables: list[Any]

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
        write_metadata(self.estimator, ["serving_default", *self.functions], folder)


def exported_model(estimator: Any) -> ExportedModel:
    """Trace what a fitted estimator, or pipeline, answers."""
    alone, conversion = _alone(estimator), Conversion()
    if hasattr(alone, "_export_signatures") and _full_name(alone) not in CONVERTERS:
        check_is_fitted(alone, "weights_")
        conversion.networks.append(ServedNetwork(alone.blueprint_, alone.weights_))
        signatures = alone._export_signatures(conversion.networks[0])
    else:
        signatures = _signatures(estimator, conversion.of(estimator))
    if not signatures:
        raise TypeError(f"{conversion.label(estimator)} cannot be exported, because it answers nothing.")
    functions = {name: _trace(signature) for name, signature in signatures.items()}
    return ExportedModel(estimator, functions, conversion.networks, conversion.tables)


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
    if isinstance(reads, dict):
        return _with_inputs(converted, reads, "", lambda **inputs: inputs)
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


def _with_inputs(converted: Converted, inputs: dict, suffix: str, flow: Callable) -> dict[str, Signature]:
    def signature(verb, answer):
        def function(**given):
            found = answer(flow(**given))
            if isinstance(found, list) and verb == "transform":
                found = _joined(found)
            return {f"{verb}_{i}": part for i, part in enumerate(found)} if isinstance(found, list) else {verb: found}

        return Signature(inputs, function)

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
