"""Estimators of skmlbio that have a network."""

import functools

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import columns
from skmlbio.export._register import Converted, converter
from skmlbio.export._served_network import ServedNetwork


@converter("skmlbio", parts=True)  # no class: for all that tell what they answer
def convert_network(estimator, conversion):
    network = ServedNetwork(estimator.blueprint_, estimator.weights_)
    conversion.networks.append(network)
    entrances = estimator._entrances(network)
    entrance, numbers = entrances.get("_matrix", entrances[""]), entrances.get("_tokens")
    reads, adapt = _way_in(estimator, entrance.inputs, conversion)

    def verb(name):
        def answer(X):
            is_numbers = numbers is not None and isinstance(X, dict) and X["X"].dtype != tf.string
            way, given = (numbers, X) if is_numbers else (entrance, adapt(X))
            ask = functools.partial(network.answer, form=way.form)
            return estimator._answers_to(way)[name](ask, *way.encode(**given))

        return answer

    verbs = {name: verb(name) for name in estimator._answers_to(entrance)}
    return Converted(verbs, reads, None if numbers is None else numbers.alphabets["X"])


def _way_in(estimator, inputs, conversion):
    """Return what `Converted.reads` shall be, and a function from what flows to the inputs of an entrance."""
    spec = next(iter(inputs.values()))
    if inputs.keys() == {"X"} and spec.dtype != tf.string and spec.shape.rank == 2:
        return [tf.float64] * spec.shape[1], lambda X: {"X": tf.cast(conversion.matrix(estimator, X), spec.dtype)}
    if inputs.keys() == {"X"}:
        return dict(inputs), lambda X: X if isinstance(X, dict) else {"X": tf.cast(X, spec.dtype)}
    if all(part.shape.rank == 1 for part in inputs.values()):
        return [part.dtype for part in inputs.values()], lambda X: _as_typed(estimator, inputs, X, conversion)
    return dict(inputs), lambda X: X


def _as_typed(estimator, inputs, X, conversion):
    """Give columns the types of the inputs; whole numbers come as float64 from other steps."""
    given = dict(zip(inputs, columns(X), strict=True))
    for name, spec in inputs.items():
        if (given[name].dtype == tf.string) != (spec.dtype == tf.string):
            raise TypeError(f"{conversion.label(estimator)} takes {spec.dtype.name} as {name!r}, which it lacks.")
    return {name: tf.cast(given[name], spec.dtype) for name, spec in inputs.items()}
