"""What a network can begin with: estimators, fitted or to be fitted, those in files, and models of Keras."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skmlbio.base._estimator import NetworkEstimator

_OF_KERAS = ".keras"


@dataclass(frozen=True)
class KerasEncoder:
    """A model of Keras as values: how it is built, and its weights by their paths.

    Attributes
    ----------
    name : str
        That of the model.
    config : str
        Its configuration, as JSON.
    first_layer : str
        The name of the layer that takes its input.
    input_shape : tuple of int or None
        Shape of a sample.
    n_axes : int
        Of what it returns for a sample.
    weights : list of ndarray
        Its weights, in its order.
    """

    name: str
    config: str
    first_layer: str
    input_shape: tuple[int | None, ...]
    n_axes: int
    weights: list[np.ndarray]

    @classmethod
    def of(cls, model: Any) -> KerasEncoder:
        """Take a model apart.

        Raises
        ------
        ValueError
            If it has no graph of layers, one input and one output, or cannot be built again.
        """
        from skmlbio._tensorflow import keras
        from skmlbio.training._network import is_seed

        if not getattr(model, "inputs", None):
            raise ValueError(
                f"encoder {model.name!r} must be a keras.Model(inputs, outputs), or a Sequential with an input."
            )
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            raise ValueError(
                f"encoder {model.name!r} must have one input and one output, it has {len(model.inputs)} and "
                f"{len(model.outputs)}."
            )
        config = json.dumps(keras.saving.serialize_keras_object(model))
        variables = [v for v in model.variables if not is_seed(v)]
        if wrong := [v.path for v in variables if not np.isfinite(v.numpy()).all()]:
            raise ValueError(f"encoder {model.name!r} holds NaN or infinity in {wrong[0]!r}.")
        first, shape = model.layers[0].name, tuple(model.inputs[0].shape[1:])
        n_axes = len(model.outputs[0].shape) - 1
        return cls(model.name, config, first, shape, n_axes, [v.numpy() for v in variables])

    def stride(self, shape: tuple[int, ...]) -> int:
        """Return how many times lower than an image the maps are that a model makes of it."""
        from skmlbio.networks.pretrained import built_again

        maps = built_again(self.config).compute_output_shape((1, *shape))
        return -(-shape[0] // maps[1])

    def require_axes(self, *allowed: int) -> None:
        """Raise a ValueError unless what the model returns for a sample has one of some numbers of axes."""
        if self.n_axes not in allowed:
            raise ValueError(
                f"encoder {self.name!r} returns arrays of {self.n_axes} axes a sample, but must return arrays of "
                f"{' or '.join(map(str, allowed))}."
            )

    def require_samples(self, shape: tuple[int | None, ...], what: str) -> None:
        """Raise a ValueError unless the model takes samples of a shape, where None stands for any number."""
        taken = self.input_shape
        if len(taken) != len(shape) or any(n not in (None, m) for n, m in zip(taken, shape, strict=True)):
            raise ValueError(
                f"encoder {self.name!r} takes samples of shape {_text(taken)}, by its layer {self.first_layer!r}, but "
                f"{what} of shape {_text(shape)}."
            )


def _text(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if n is None else str(n) for n in shape) + ("," if len(shape) == 1 else "") + ")"


def fitted_encoder(
    encoder: Any, kind: type, owner: str, fit: tuple, random_state: Any
) -> NetworkEstimator | KerasEncoder:
    """Return an encoder as its weights are to be taken, fitted here if it is not.

    Parameters
    ----------
    encoder : estimator, FrozenEstimator, keras.Model, str or path-like
        What the user gave.
    kind : type
        What estimators of the owner's kind of input are instances of.
    owner : str
        Whose encoder it is, for errors.
    fit : tuple
        X, y, and sample weights, for one that is not fitted.
    random_state : callable
        Returns a seed for one that has none.

    Raises
    ------
    TypeError, ValueError
        If it is none of these, of another kind, or not fitted.
    FileNotFoundError
        If there is no file.
    """
    if isinstance(encoder, (str, os.PathLike)):
        return _of_kind(read_encoder(encoder), kind, owner)
    given = _of_kind(as_given(encoder), kind, owner)
    if isinstance(given, KerasEncoder):
        return given
    if isinstance(encoder, FrozenEstimator):
        check_is_fitted(given, "weights_")
        twin = object.__new__(type(given))  # with the same arrays, and as it is now, if it is fitted again one day
        vars(twin).update(vars(given))
        return twin
    if hasattr(encoder, "weights_"):
        warnings.warn(
            f"encoder has been fitted, but this {type(encoder).__name__} is fitted anew, to X: to begin with what it "
            "has learned, give it as sklearn.frozen.FrozenEstimator(encoder).",
            stacklevel=2,
        )
    found = clone(encoder)
    if found.random_state is None:
        found.set_params(random_state=random_state())
    X, y, sample_weight = fit
    return found.fit(X, y, **({} if sample_weight is None else {"sample_weight": sample_weight}))


def _of_kind(encoder: Any, kind: type, owner: str) -> NetworkEstimator | KerasEncoder:
    if isinstance(encoder, kind) and isinstance(encoder, NetworkEstimator):
        return encoder
    if isinstance(encoder, KerasEncoder):
        return encoder
    keras = sys.modules.get("keras")  # loaded if there is a model of it
    if keras is not None and isinstance(encoder, keras.Model):
        return KerasEncoder.of(encoder)
    raise TypeError(
        f"encoder must be an estimator of this library whose network takes what {owner} takes, such a one in a "
        f"FrozenEstimator, the path of a saved one, or a keras.Model, got {type(encoder).__name__}."
    )


def as_given(encoder: Any) -> Any:
    """Return what tells one encoder from others: the estimator itself, not what it comes in."""
    return encoder.estimator if isinstance(encoder, FrozenEstimator) else encoder


def is_same_encoder(one: Any, other: Any) -> bool:
    """Whether two values of `as_given` are the same."""
    if isinstance(one, (str, os.PathLike)) and isinstance(other, (str, os.PathLike)):
        return os.fspath(one) == os.fspath(other)
    return one is other


def read_encoder(path: str | os.PathLike) -> Any:
    """Read an estimator that was saved, or a model of Keras."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"encoder {os.fspath(path)!r} is no file.")
    if Path(path).suffix != _OF_KERAS:
        from skmlbio.export import load

        return load(path)
    from skmlbio._tensorflow import keras

    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # of many kinds, from what is in the file
        raise ValueError(f"encoder {os.fspath(path)!r} cannot be read as a model of Keras: {error}") from error
    return KerasEncoder.of(model)


def digest_of_weights(encoder: Any) -> str:
    """Return what tells the weights of an encoder, a `KerasEncoder` or an estimator, from those of others."""
    found = hashlib.sha256()
    for array in encoder.weights if isinstance(encoder, KerasEncoder) else encoder.weights_:
        found.update(f"{array.dtype.str} {array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()
