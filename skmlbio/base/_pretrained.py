"""Networks that begin with what another one has learned."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from sklearn.utils._param_validation import HasMethods, StrOptions

from skmlbio.base._encoders import (
    KerasEncoder,
    as_given,
    digest_of_weights,
    fitted_encoder,
    is_same_encoder,
    read_encoder,
)
from skmlbio.base._intervals import Interval
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.training._blueprint import Blueprint

_MOST_WAITING = 10  # epochs until all layers learn, of a fit whose number of epochs is not known


@with_parameters
class PretrainedEncoder:
    """A network that may begin with another one.

    Parameters
    ----------
    encoder : estimator, FrozenEstimator, keras.Model, str, path-like or None
        What the network begins with, in place of layers of its own: all that an estimator of the same kind of X has
        learned but its last, linear layer, or its decoder.  One that is fitted comes in scikit-learn's
        ``FrozenEstimator``, and never changes itself; one that is not is fitted in `fit`, to X (and y, if it asks for
        it), so that in a cross-validation it never sees the test samples.  A path names a file of `skmlbio.save`, or
        one of Keras, ``.keras``; a `keras.Model` has one input and one output.  All that concerns X, such as the
        alphabet, the size of images and their scale, is then that of the encoder, and keywords about those, and about
        layers which the encoder stands for, are without effect.  None: no encoder.
    freeze : bool, int or "gradual"
        Whether the encoder keeps its weights: all of them, or those of so many layers, counted from the input; then
        dropout and noise are off in there, and running moments stay.  "gradual" lets layers begin to learn one after
        the other, those next to the output first, a layer an epoch or faster (Howard and Ruder, "Universal language
        model fine-tuning for text classification", ACL 2018).
    encoder_learning_rate : float or None
        Step size in the encoder; None takes `learning_rate`, which must be a number else.
    adapt : {"lora"} or None
        With "lora", every kernel W of attention and of dense layers in the encoder is W + A B, where A and B alone
        learn, of rank `rank`, and all else keeps its weights (Hu et al., "LoRA: low-rank adaptation of large language
        models", ICLR 2022).  If the encoder is a path, a pickle of the estimator holds the adapters only, and the path
        of the file, whose weights must not change.
    rank : int
        Columns of A, with `adapt`.

    Attributes
    ----------
    encoder_ : estimator
        The encoder as it was before this fit, where there is one.
    """

    encoder: Any = parameter(default=None, allowed=[HasMethods("fit"), str, os.PathLike, None])
    freeze: bool | int | Literal["gradual"] = parameter(
        default=True, allowed=["boolean", Interval(Integral, 0, None, closed="left"), StrOptions({"gradual"})]
    )
    encoder_learning_rate: float | None = parameter(
        default=None, allowed=[Interval(Real, 0, None, closed="neither"), None]
    )
    adapt: Literal["lora"] | None = parameter(default=None, allowed=[StrOptions({"lora"}), None])
    rank: int = parameter(default=4, allowed=[Interval(Integral, 1, None, closed="left")])

    _encoder_kind = object  # what estimators of the same kind of X are instances of
    _way_in = ()  # names of what they have learned of X, for users to see

    def _keras_network(self, encoder: KerasEncoder) -> tuple[Any, dict[str, Any]]:
        """Return a function that puts a model of Keras behind the way in of X, and its arguments."""
        raise TypeError(f"encoder of {type(self).__name__} must be an estimator, not a keras.Model.")

    def _encoder_arguments(self) -> dict[str, Any]:
        """Return the arguments of `skmlbio.networks.pretrained.EncoderFeatures`."""
        found = self.encoder_
        if isinstance(found, KerasEncoder):
            network, arguments = self._keras_network(found)
            arguments |= {"config": found.config, "frozen": self._n_frozen() is None}
        else:
            network, arguments = found.blueprint_.network, found.blueprint_.arguments
        rank = int(self.rank) if self.adapt == "lora" else None
        return {"network": network, "arguments": arguments, "n_frozen": self._n_frozen(), "rank": rank}

    def _n_frozen(self) -> int | None:
        """Return how many layers of the encoder keep their weights; None stands for all."""
        if isinstance(self.freeze, (bool, np.bool_)):
            return None if self.freeze else 0
        return 0 if self.freeze == "gradual" else int(self.freeze)

    def _blueprint_on_encoder(self, **head: Any) -> Blueprint:
        """Return the network that begins with the encoder; `head` are arguments of `pretrained_network`."""
        from skmlbio.networks.pretrained import pretrained_network

        shared = {"encoder": self._encoder_arguments(), "targets": self._target_arguments(), "dtype": self.dtype}
        return Blueprint(pretrained_network, shared | head)

    def _network_parameters(self, blueprint):
        if not is_same_encoder(as_given(self.encoder), self._encoder_given):
            raise ValueError(
                "training goes on with another encoder than it began with: set that one back, or begin anew, by a "
                "clone or by fit with warm_start=False."
            )
        found = super()._network_parameters(blueprint)
        if (encoder := blueprint.arguments.get("encoder")) is None:
            return found
        freeze = True if encoder["n_frozen"] is None else encoder["n_frozen"] or False
        adapters = {} if encoder["rank"] is None else {"adapt": "lora", "rank": encoder["rank"]}
        return {name: value for name, value in found.items() if name != "encoder"} | {"freeze": freeze} | adapters

    def _checkpoint_parameters(self):
        found = super()._checkpoint_parameters()
        if not hasattr(self, "encoder_"):
            return found
        source = self._source()
        if source is None:
            return found | {"encoder": [self.encoder_.config, self.encoder_.weights]}
        return found | {"encoder": [source.blueprint_.network, source.blueprint_.arguments, source.weights_]}

    # Fitting ------------------------------------------------------------------------------------------------------

    def _check_parameters(self):
        super()._check_parameters()
        if self.encoder is None:
            return
        if self.adapt is not None and self._n_frozen() is not None:
            raise ValueError(
                f"adapt={self.adapt!r} keeps all weights of the encoder: set freeze=True, got {self.freeze!r}."
            )
        if self.encoder_learning_rate is not None and isinstance(self.learning_rate, dict):
            raise ValueError(
                "encoder_learning_rate stands beside a learning_rate that is a number, but that is a schedule."
            )

    def _encoded(self, X, y, sample_weight, validation, groups, reset):
        if reset:
            vars(self).pop("encoder_", None)
            self._encoder_given = as_given(self.encoder)
            if self.encoder is not None:
                self._take_encoder(X, y, sample_weight)
        return super()._encoded(X, y, sample_weight, validation, groups, reset)

    def _take_encoder(self, X, y, sample_weight) -> None:
        def seed() -> int | None:
            return None if self.random_state is None else int(self._generator().integers(2**31 - 1))

        owner = type(self).__name__
        self.encoder_ = fitted_encoder(self.encoder, self._encoder_kind, owner, (X, y, sample_weight), seed)
        if getattr(self.encoder_, "_conditions", None):
            raise ValueError(
                f"encoder, a {type(self.encoder_).__name__}, was fitted with covariates or with y, and asks for them; "
                "an encoder sees X alone."
            )
        if isinstance(self.encoder, (str, os.PathLike)):
            self._encoder_file = os.path.abspath(self.encoder), digest_of_weights(self.encoder_)
        self._let_unknown_in()
        for name in self._way_in:
            vars(self).pop(name, None)
            if hasattr(self.encoder_, name):
                setattr(self, name, getattr(self.encoder_, name))

    def _let_unknown_in(self) -> None:
        if getattr(self, "unknown", None) == "mask" and hasattr(self.encoder_, "unknown"):
            self.encoder_.unknown = "mask"  # whose copy it is

    def _require_own_layers(self, verb: str) -> None:
        """Refuse what is about layers that an encoder stands for."""
        if self.encoder is not None:
            raise ValueError(f"{verb} is about the network's own layers, but an encoder stands for them; ask encoder_.")

    def _source(self) -> Any:
        """Return the estimator whose way in this one takes, if any."""
        found = getattr(self, "encoder_", None)
        return None if isinstance(found, KerasEncoder) else found

    def _encode(self, X, *, reset):
        source = self._source()
        return super()._encode(X, reset=reset) if source is None else source._encode(X, reset=False)

    def _standardizes(self):
        return self._source() is None and super()._standardizes()

    def _entrances(self, network):
        source = self._source()
        return super()._entrances(network) if source is None else source._entrances_of_codes(network)

    def _adapted(self, training):
        if not hasattr(self, "encoder_"):
            return super()._adapted(training)
        known = super()._adapted(training)
        if self._source() is None:  # then there are weights of the way in, which stand within the encoder
            known |= {f"encoder/{path}": value for path, value in known.items()}
        return known | self._weights_of_encoder(self._make_blueprint())

    @staticmethod
    def _network_of(blueprint: Blueprint) -> Any:
        from skmlbio.training._cache import get_network

        return get_network(blueprint)

    def _plan(self, n_samples, epochs):
        plan = super()._plan(n_samples, epochs)
        if hasattr(self, "encoder_"):
            by_one = epochs is not None  # in `partial_fit`
            n_waiting = _MOST_WAITING if by_one or plan.least_gain is not None else plan.n_epochs // 2
            plan.paces = self._paces(n_waiting, getattr(self, "n_iter_", 0) if by_one else 0)
        return plan

    def _paces(self, n_waiting: int, n_done: int) -> dict[str, Any]:
        """Return how fast parts of the network learn: gradually, all of them after `n_waiting` epochs at the latest."""
        from skmlbio.training._paces import Pace

        if self._n_frozen() is None:
            return {}
        factor = 1.0 if self.encoder_learning_rate is None else self.encoder_learning_rate / self.learning_rate
        if self.freeze != "gradual":
            return {} if factor == 1 else {"encoder": Pace(factor)}
        layers = self._encoder_layers(self._network_of(self._make_blueprint()))
        if not layers:
            return {}
        share = min(1.0, max(1, n_waiting) / len(layers))
        return {
            path: Pace(factor, max(0, math.ceil((place + 1) * share) - n_done))
            for place, paths in enumerate(reversed(layers))
            for path in paths
        }

    @staticmethod
    def _encoder_layers(network: Any) -> list[list[str]]:
        """Return the paths of weights that learn, for each layer of the encoder, beginning at the input."""
        from skmlbio.networks.pretrained import layers_that_learn
        from skmlbio.training._paces import is_under

        layers = ([v.path for v in layer.trainable_variables] for layer in layers_that_learn(network.model))
        return [paths for paths in layers if is_under(paths[0], "encoder")]

    def _keep(self, result, partial):
        try:
            super()._keep(result, partial)
        finally:
            if hasattr(self, "encoder_"):
                self.weights_ = [w if source is None else source for w, source in self._beside_encoder(self.weights_)]

    def _beside_encoder(self, weights: list[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
        """Yield weights, each with the array of the encoder that it equals, if there is one: one array serves both."""
        theirs = self._weights_of_encoder(self.blueprint_)
        for place, value in enumerate(weights):
            source = theirs.get(place)
            yield value, source if source is not None and np.array_equal(source, value) else None

    def _weights_of_encoder(self, blueprint: Blueprint) -> dict[int, np.ndarray]:
        """Return the weights of the encoder, by their places among those of the network."""
        from skmlbio.networks.pretrained import features_head
        from skmlbio.training._transfer import weights_at, weights_of_head

        found, network = self.encoder_, self._network_of(blueprint)
        if isinstance(found, KerasEncoder):
            return weights_at(network, "encoder/model", found.weights)
        head = features_head(self._network_of(found.blueprint_).heads)
        return weights_at(network, "encoder", weights_of_head(found.blueprint_, found.weights_, head))

    # A pickle without the encoder -----------------------------------------------------------------------------------

    def __getstate__(self):
        state = super().__getstate__()
        if self.adapt is None or not isinstance(self.encoder, (str, os.PathLike)) or "weights_" not in state:
            return state
        own = [value if source is None else None for value, source in self._beside_encoder(self.weights_)]
        return state | {"encoder_": self._encoder_file, "weights_": own}

    def __setstate__(self, state):
        super().__setstate__(state)
        if isinstance(getattr(self, "encoder_", None), tuple) and not isinstance(self.encoder_, KerasEncoder):
            path, digest = self.encoder_
            self.encoder_ = read_encoder(path)
            if digest_of_weights(self.encoder_) != digest:
                raise ValueError(
                    f"encoder {path!r} is not what it was when this {type(self).__name__} was stored, which holds its "
                    "adapters only."
                )
            self._let_unknown_in()
            theirs = self._weights_of_encoder(self.blueprint_)
            self.weights_ = [theirs[n] if w is None else w for n, w in enumerate(self.weights_)]
