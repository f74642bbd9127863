"""Values that an archive keeps by their parts: how they are taken apart, and put together again."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as numpy_format
from scipy import sparse
from sklearn.utils import Bunch

from skmlbio.export._archive_compiled import COMPILED, apart, together


class Parts(NamedTuple):
    """How a kind of value is written: as a list of simpler ones."""

    kind: type | None  # of values that are written so; None where more than their class tells
    apart: Callable[[Any], list]
    together: Callable[..., Any]


def _sparse(kind: type) -> Parts:
    def together(data, indices, indptr, shape):
        array = kind((data, indices, indptr), shape=shape)
        array.check_format(full_check=True)  # its indices lead somewhere
        return array

    return Parts(kind, lambda v: [v.data, v.indices, v.indptr, v.shape], together)


def _generator(state: dict) -> np.random.Generator:
    name = state["bit_generator"]
    if name not in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"):
        raise ValueError(f"{name!r:.50} is no generator of random bits")
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits)


def _random_state(state: dict) -> np.random.RandomState:
    random_state = np.random.RandomState()
    random_state.set_state(state)
    return random_state


def _scalar(dtype: np.dtype, digits: str) -> np.generic:
    if dtype.hasobject:
        raise ValueError("a number is of no objects")
    return np.frombuffer(bytes.fromhex(digits), dtype)[0] if dtype.itemsize else dtype.type()


def _masked(data: np.ndarray, mask: np.ndarray, fill_value: Any) -> np.ma.MaskedArray:
    return np.ma.MaskedArray(data, mask, fill_value=fill_value)


def _partial(function: Callable, arguments: tuple, keywords: dict) -> partial:
    return partial(function, *arguments, **keywords)


def _model_apart(model: Any) -> list:
    from skmlbio._tensorflow import keras

    return [json.dumps(keras.saving.serialize_keras_object(model)), model.get_weights()]


def _model(config: str, weights: list[np.ndarray]) -> Any:
    from skmlbio._tensorflow import keras

    model = keras.saving.deserialize_keras_object(json.loads(config), safe_mode=True)
    model.set_weights(weights)
    return model


def _distribution_apart(distribution: Any) -> list:
    return [distribution.dist.name, distribution.args, distribution.kwds]


def _distribution(name: str, arguments: tuple, keywords: dict) -> Any:
    from scipy import stats

    family = getattr(stats, name, None)
    if not isinstance(family, stats.rv_continuous | stats.rv_discrete):
        raise ValueError(f"{name!r:.50} is no distribution of SciPy")
    return family(*arguments, **keywords)


def _pandas_dtype_apart(dtype: Any) -> list:
    import pandas

    if isinstance(dtype, pandas.CategoricalDtype):
        of_categories = None if dtype.categories is None else [dtype.categories.tolist(), dtype.categories.dtype]
        return ["category", of_categories, dtype.ordered]
    if isinstance(dtype, pandas.StringDtype):
        return ["string", dtype.storage, dtype.na_value is pandas.NA]
    with suppress(TypeError, NotImplementedError):
        if pandas.api.types.pandas_dtype(str(dtype)) == dtype:
            return [str(dtype)]
    raise ValueError(f"{dtype} is a type of columns that has no name to write in an archive.")


def _pandas_dtype(name: str, *parts: Any) -> Any:
    import pandas

    if name == "category":
        of_categories, is_ordered = parts
        return pandas.CategoricalDtype(of_categories and pandas.Index(*of_categories), is_ordered)
    if name == "string":
        storage, knows_na = parts
        return pandas.StringDtype(storage, pandas.NA if knows_na else np.nan)
    dtype = pandas.api.types.pandas_dtype(name)
    if not isinstance(dtype, pandas.api.extensions.ExtensionDtype):
        raise ValueError(f"{name!r:.50} is no type of columns of pandas")
    return dtype


def _networkx_apart(graph: Any) -> list:
    keys = {"keys": True} if graph.is_multigraph() else {}
    nodes, edges = map(list, graph.nodes(data=True)), map(list, graph.edges(data=True, **keys))
    return [graph.is_directed(), graph.is_multigraph(), dict(graph.graph), [*nodes], [*edges]]


def _networkx(is_directed: bool, is_multigraph: bool, attributes: dict, nodes: list, edges: list) -> Any:
    import networkx

    graph = _kinds_of(networkx)[2 * is_multigraph + is_directed]()
    graph.graph.update(attributes)
    graph.add_nodes_from(map(tuple, nodes))
    graph.add_edges_from(map(tuple, edges))
    return graph


def _kinds_of(networkx: Any) -> tuple[type, ...]:
    return networkx.Graph, networkx.DiGraph, networkx.MultiGraph, networkx.MultiDiGraph


def _missing() -> Any:
    import pandas

    return pandas.NA


def _tuple(*items: Any) -> tuple:
    return items


def _in_order(items: set | frozenset) -> list:
    return sorted(items, key=repr)


PARTS = {
    "tuple": Parts(tuple, list, _tuple),
    "set": Parts(set, _in_order, lambda *items: set(items)),
    "frozenset": Parts(frozenset, _in_order, lambda *items: frozenset(items)),
    "slice": Parts(slice, lambda v: [v.start, v.stop, v.step], slice),
    "range": Parts(range, lambda v: [v.start, v.stop, v.step], range),
    "complex": Parts(complex, lambda v: [v.real, v.imag], complex),
    "bytes": Parts(bytes, lambda v: [v.hex()], bytes.fromhex),
    "Path": Parts(type(Path()), lambda v: [str(v)], Path),
    "partial": Parts(partial, lambda v: [v.func, v.args, v.keywords], _partial),
    "Bunch": Parts(Bunch, lambda v: [dict(v)], lambda items: Bunch(**items)),
    "defaultdict": Parts(defaultdict, lambda v: [v.default_factory, dict(v)], defaultdict),
    "scalar": Parts(None, lambda v: [v.dtype, v.tobytes().hex()], _scalar),
    "dtype": Parts(None, lambda v: [numpy_format.dtype_to_descr(v)], numpy_format.descr_to_dtype),
    "keras_model": Parts(None, _model_apart, _model),
    "pandas_dtype": Parts(None, _pandas_dtype_apart, _pandas_dtype),
    "networkx_graph": Parts(None, _networkx_apart, _networkx),
    "missing": Parts(None, lambda v: [], _missing),
    "distribution": Parts(None, _distribution_apart, _distribution),
    "RandomState": Parts(np.random.RandomState, lambda v: [v.get_state(legacy=False)], _random_state),
    "Generator": Parts(np.random.Generator, lambda v: [v.bit_generator.state], _generator),
    "MaskedArray": Parts(np.ma.MaskedArray, lambda v: [v.data, v.mask, v.fill_value], _masked),
    **{k.__name__: _sparse(k) for k in (sparse.csr_array, sparse.csr_matrix, sparse.csc_array, sparse.csc_matrix)},
    **{name: Parts(None, apart, partial(together, name)) for name in COMPILED},
}
_BY_KIND = {parts.kind: name for name, parts in PARTS.items() if parts.kind is not None}


def parts_name(value: Any) -> str | None:
    """Return the name of the parts that a value is written by, or None."""
    if isinstance(value, np.generic):
        return "scalar"
    if isinstance(value, np.dtype):
        return "dtype"
    if (keras := sys.modules.get("keras")) is not None and isinstance(value, keras.Model):
        return "keras_model"
    if (networkx := sys.modules.get("networkx")) is not None and type(value) in _kinds_of(networkx):
        return "networkx_graph"
    if (pandas := sys.modules.get("pandas")) is not None:
        if isinstance(value, pandas.api.extensions.ExtensionDtype):
            return "pandas_dtype"
        if value is pandas.NA:
            return "missing"
    if (stats := sys.modules.get("scipy.stats")) is not None and isinstance(value, stats.distributions.rv_frozen):
        return "distribution"
    name = type(value).__name__
    return name if COMPILED.get(name) == type(value).__module__ else _BY_KIND.get(type(value))
