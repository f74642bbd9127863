"""The estimator that all others are: validation in, scikit-learn types out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skmlbio.base._all_or_nothing import KeptInterrupt, all_or_nothing
from skmlbio.base._annotated_data import refuse_annotated_data
from skmlbio.base._checkpointing import open_checkpoint
from skmlbio.base._export import ExportMixin
from skmlbio.base._fit_data import ensure_sample_weight, present_only, require_groups, said_of, validation_rows, weighed
from skmlbio.base._gaps import has_gaps, require_known_columns, weights_of_known
from skmlbio.base._intervals import Interval
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._pickling import require_importable
from skmlbio.base._range import require_answers
from skmlbio.base._same_network import lifted, require_same_network
from skmlbio.base._sklearn_callbacks import ScikitLearnCallbacks
from skmlbio.training._batches import Arrays, Data, TrainingSet, mean_one
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._budget import automatic_batch_size, automatic_end
from skmlbio.training._optimizers import optimizer_configuration
from skmlbio.training._plain import plain


@with_parameters
class NetworkEstimator(ExportMixin, CallbackSupportMixin, BaseEstimator):
    """A network as a scikit-learn estimator.

    What is fitted are arrays, `weights_`; what is compiled lives elsewhere.  A subclass has a constructor, a text, and:

    * `_encode(X, reset)`: user input to `Data`; the only place that looks at X; `MatrixInput` has one for numbers;
    * `_encode_target(y, reset)`: labels to arrays;
    * `_make_blueprint()`: which network;
    * `_loss()`: the loss function, see `skmlbio.training`;
    * `_answers()`: what an exported network answers, and `_entrances(network)` if X is no array.

    Parameters
    ----------
    optimizer : str or dict
        Keras' name of the optimizer, or its configuration: ``{"class_name": "Adam", "config": {"clipnorm": 1.0}}``.
    learning_rate : float or dict
        Step size, or the configuration of a Keras schedule:
        ``{"class_name": "CosineDecay", "config": {"initial_learning_rate": 1e-2, "decay_steps": 1000}}``.
    epochs : int or "auto"
        How often each sample is seen; "auto" ends where the median loss of the last third of the epochs is hardly below
        that of the third before: by less than 1 % of its whole fall, or 5 % where weights are averaged; after 20 epochs
        at least, and 300 at most, or where weights are averaged 100, or 2,000 steps if those are more.
    batch_size : int, None or "auto"
        Samples in a step; None takes all at once, "auto" takes 32 up to 4,096 samples, then n_samples / 128, at most
        256.
    validation_fraction : float or None
        Share of the samples to watch the loss on instead of training on them.
    patience : int or None
        Stop when the loss (on validation samples, if any) has not improved for so many epochs, and keep the best
        weights.
    callbacks : list of callable or None
        Each returns a fresh Keras callback, called at the ends of epochs.
    warm_start : bool
        Whether `fit` goes on from the weights of the last fit, with what that has learned of its data: the alphabet,
        the classes, the scale of numeric targets.
    checkpoint : str, path-like or None
        Folder in which a fit keeps its state, from time to time, at the ends of epochs: after the process has been
        killed, `fit` with the same data and parameters goes on from there, with the bits of a fit that was not stopped.
        Any other fit has a file of its own, so that one folder serves a whole search.  A fit that has ended is there at
        once when it is asked for again, unless it had no `random_state`.  Delete the folder when the work is done.
    random_state : int, RandomState instance or None
        Seed of initial weights, shuffles, dropout and noise: the same seed gives the same bits.
    verbose : int
        1 shows a progress bar.

    Attributes
    ----------
    weights_ : list of ndarray
        Weights of the network.
    model_ : keras.Model
        The network with these weights, built when asked for.
    history_ : dict of str to list of float
        Loss of every epoch; ``pandas.DataFrame(estimator.history_)`` tabulates it.
    n_iter_ : int
        Number of epochs.
    best_epoch_ : int
        Epoch of the lowest loss (on validation samples, if any), counted from 1.  Only where `patience` is set are the
        weights those of this epoch; else they are those of the end, or the mean of those of the last epochs
        (`weight_averaging`).
    """

    optimizer: str | dict = parameter(default="adam", allowed=[str, dict])
    learning_rate: float | dict = parameter(default=1e-3, allowed=[Interval(Real, 0, None, closed="neither"), dict])
    epochs: int | Literal["auto"] = parameter(
        default="auto", allowed=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})]
    )
    batch_size: int | Literal["auto"] | None = parameter(
        default="auto", allowed=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"}), None]
    )
    validation_fraction: float | None = parameter(default=None, allowed=[Interval(Real, 0, 1, closed="neither"), None])
    patience: int | None = parameter(default=None, allowed=[Interval(Integral, 1, None, closed="left"), None])
    callbacks: Sequence[Callable[[], Any]] | None = parameter(default=None, allowed=[list, tuple, None])
    warm_start: bool = parameter(default=False, allowed=["boolean"])
    checkpoint: str | os.PathLike | None = parameter(default=None, allowed=[str, os.PathLike, None])
    random_state: int | np.random.RandomState | None = parameter(default=None, allowed=["random_state"])
    verbose: int = parameter(default=0, allowed=["verbose"])

    # For metadata routing: a splitter of groups asks for `groups`, and a fit does not unless it is told to.
    __metadata_request__fit = {"groups": False}

    _encoded_arguments = ("X",)  # what `_encode` looks at, and errors may be about

    # What a family of estimators supplies -----------------------------------------------------------------------------

    def _encode(self, X: Any, *, reset: bool) -> Data:
        raise _missing(self, "_encode", "what X may be")

    def _require_samples(self, X: Any, name: str = "X") -> None:
        """Raise a TypeError for what holds samples among other things."""
        refuse_annotated_data(X, name)

    def _encode_target(self, y: Any, *, reset: bool) -> Arrays:
        """Turn targets into arrays; without targets there are none."""
        return ()

    def _encode_target_of(self, data: Data, y: Any, *, reset: bool) -> Arrays:
        """Turn the targets of samples into arrays."""
        return self._encode_target(y, reset=reset)

    def _make_blueprint(self) -> Blueprint:
        raise _missing(self, "_make_blueprint", "which network it is")

    def _loss(self) -> Any:
        raise _missing(self, "_loss", "what is made small")

    def _adapted(self, training: TrainingSet) -> dict[str, np.ndarray]:
        """Return weights that are computed from the data and not learned, by the path of the variable."""
        return {}

    def _scalars(self, epoch: int) -> dict[str, float]:
        """Return the numbers that the loss asks for, by the epoch, counted from 0."""
        return {}

    def _penalties(self, n_samples: int, batch_size: int | None) -> dict[str, float]:
        """Return the strengths of the penalties on kernels."""
        return {}

    def _checkpoint_parameters(self) -> dict[str, Any]:
        """Return what tells this fit from others, beside its data."""
        return self.get_params(deep=False)

    def _network_parameters(self, blueprint: Blueprint) -> dict[str, Any]:
        """Return what made a network, by the names of parameters where it is one."""
        return lifted(blueprint.arguments, self.get_params(deep=False))

    def _strata(self, targets: Arrays) -> np.ndarray | None:
        """Return the class codes to stratify a validation split by."""
        return None

    def _weigher(self, targets: Arrays, weights: np.ndarray) -> Callable[[Arrays], Any]:
        """Return what weighs samples by their targets, beside their own weights; learned from those to train on."""
        return lambda targets: 1.0

    # Fitting --------------------------------------------------------------------------------

    @all_or_nothing
    def _fit(self, X, y=None, sample_weight=None, validation=(None, None, None), groups=None, partial: bool = False):
        """Fit in five steps: check, encode, split, train, keep; `validation` is X_val, y_val, sample_weight_val.

        What is documented here completes the docstrings of `fit` and `partial_fit`.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Training samples, of the kind that the class describes.
        sample_weight : array-like of shape (n_samples,), optional
            Samples of weight 0 count as absent from training; letters, tokens, categories and classes are known by
            all of X and y.  Weights are at most 1e100.
        X_val, y_val : like X and y, optional
            Samples to validate on, instead of a `validation_fraction` of X.
        sample_weight_val : array-like of shape (n_validation_samples,), optional
            Weights of the validation samples.
        groups : array-like of shape (n_samples,), optional
            `validation_fraction` keeps each group on one side.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For unusable parameters or data, and if the loss is no longer a number.
        """
        self._check_parameters()
        self._require_samples(X)
        self._require_samples(validation[0], "X_val")
        going_on = (partial or self.warm_start) and hasattr(self, "weights_")
        if going_on:
            require_same_network(self)
        rng = self._generator()
        samples = self._encoded(X, y, sample_weight, validation, groups, reset=not going_on)
        keeps_state = self.checkpoint is not None and not partial
        checkpoint = open_checkpoint(self, *samples, rng, going_on) if keeps_state else None
        training, held_out = self._training_sets(*samples, rng, reset=not going_on)
        if not going_on:
            require_known_columns(training.targets, y)
        training, held_out = (
            part.with_shares() if part and has_gaps(part.targets) else part for part in (training, held_out)
        )
        known = None if going_on else self._adapted(training)
        plan = self._plan(len(training.data), 1 if partial else None)
        plan.checkpoint = checkpoint
        plan.watchers += self._watchers(plan, X, y, {"sample_weight": sample_weight})
        self._train(plan, training, held_out, rng, known, partial)
        return self

    def _check_parameters(self) -> None:
        optimizer_configuration(self.optimizer, self.learning_rate)  # first, for its advice
        self._validate_params()
        for factory in self.callbacks or ():
            if not callable(factory):
                raise TypeError(
                    f"callbacks must be callables that return a Keras callback, got {type(factory).__name__}; one "
                    "that has been used belongs to one model, so pass a class, or a function that makes a fresh one."
                )

    def _generator(self, random_state: Any = None) -> np.random.Generator:
        """Return the one source of randomness of a fit or a draw; NumPy's global generator is not touched."""
        random_state = self.random_state if random_state is None else random_state
        if random_state is None:
            return np.random.default_rng()
        return np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))

    def _encoded(self, X, y, sample_weight, validation, groups, reset) -> tuple[TrainingSet, TrainingSet | None, Any]:
        """Return all samples, those to validate on if they were given, and the groups."""
        self._check_validation(validation, y)
        data = self._encode(X, reset=reset)
        targets = self._encode_target_of(data, y, reset=reset)
        check_consistent_length(data, groups, *targets)
        if self.validation_fraction is not None and groups is not None:
            require_groups(groups)
        weights = ensure_sample_weight(sample_weight, len(data))
        weigh = self._weigher(targets, weights)
        weights = weights_of_known(weighed(weights, weigh(targets), "y"), targets, "y")
        samples = TrainingSet(data, targets, weights)
        return samples, None if validation[0] is None else self._validation_set(*validation, weigh), groups

    def _training_sets(self, samples, held_out, groups, rng, *, reset) -> tuple[TrainingSet, TrainingSet | None]:
        """Return the samples to train on, and those to validate on, if any."""
        present = np.flatnonzero(samples.weights)
        training = present_only(samples, present)
        seed = int(rng.integers(2**31 - 1))
        if self.validation_fraction is None:
            return training, held_out
        strata, groups = self._strata(training.targets), groups if groups is None else np.asarray(groups)[present]
        train, held_out = validation_rows(len(present), self.validation_fraction, strata, groups, seed)
        return training.subset(train), training.subset(held_out)

    def _check_validation(self, validation, y) -> None:
        X_val, y_val, sample_weight_val = validation
        if (X_val is None) != (y_val is None) and (X_val is None or y is not None):
            given, missing = ("y_val", "X_val") if X_val is None else ("X_val", "y_val")
            raise ValueError(f"{given} was given without {missing}; validation needs both.")
        if sample_weight_val is not None and X_val is None:
            raise ValueError("sample_weight_val was given without X_val, whose samples it weighs.")
        if X_val is not None and self.validation_fraction is not None:
            raise ValueError("give validation_fraction or X_val, not both.")

    def _validation_set(self, X_val, y_val, sample_weight_val, weigh) -> TrainingSet:
        with said_of({name: f"{name}_val" for name in self._encoded_arguments}):
            data = self._encode(X_val, reset=False)
        with said_of({"y": "y_val"}):
            targets = self._encode_target_of(data, y_val, reset=False)
        if targets and len(targets[0]) != len(data):
            raise ValueError(f"X_val has {len(data)} samples, but y_val has {len(targets[0])}.")
        with said_of({"sample_weight": "sample_weight_val"}):
            weights = ensure_sample_weight(sample_weight_val, len(data))
        weights = weights_of_known(weighed(weights, weigh(targets), "y_val"), targets, "y_val")
        return TrainingSet(data, targets, mean_one(weights))

    def _plan(self, n_samples: int, epochs: int | None) -> Any:
        from skmlbio.training._loop import FitPlan

        batch_size = automatic_batch_size(n_samples) if self.batch_size == "auto" else plain(self.batch_size)
        ends_by_itself = epochs is None and self.epochs == "auto"
        penalties = self._penalties(n_samples, batch_size)
        averaged = float(getattr(self, "weight_averaging", 0.0))
        steps_of_an_epoch = -(-n_samples // (batch_size or n_samples))
        most_epochs, least_gain = automatic_end(steps_of_an_epoch, averaged > 0)
        return FitPlan(
            loss=self._loss(),
            optimizer=plain(optimizer_configuration(self.optimizer, self.learning_rate)),
            learning_rate=None if isinstance(self.learning_rate, dict) else float(self.learning_rate),
            n_epochs=most_epochs if ends_by_itself else epochs or plain(self.epochs),
            batch_size=batch_size,
            least_gain=least_gain if ends_by_itself else None,
            averaged=averaged,
            patience=plain(self.patience),
            scalars=lambda epoch: penalties | self._scalars(epoch),
        )

    def _watchers(self, plan, X, y, metadata) -> list:
        from skmlbio.training._callbacks import KerasCallbacks, ProgressBar

        watchers: list = []
        if getattr(self, "_skl_callbacks", ()):  # where scikit-learn keeps them
            context = self._init_callback_context(max_subtasks=plan.n_epochs)
            given = {name: value for name, value in metadata.items() if value is not None}
            watchers.append(ScikitLearnCallbacks(self, context, X, y, given))
        if self.callbacks:
            watchers.append(KerasCallbacks(list(self.callbacks), plan.n_epochs))
        if self.verbose:
            watchers.append(ProgressBar(type(self).__name__, plan.n_epochs))
        return watchers

    def _train(self, plan, training, validation, rng, known, partial: bool) -> None:
        from skmlbio.training._loop import train

        going_on = known is None
        blueprint = self.blueprint_ if going_on else self._make_blueprint()
        state = getattr(self, "_optimizer_state", None) if partial and going_on else None
        result = train(
            blueprint, plan, training, validation, rng,
            lambda network: self.weights_ if going_on else network.initial_weights(rng, known), state,
        )  # fmt: skip
        self.blueprint_ = blueprint
        self._keep(result, partial)

    def _keep(self, result, partial: bool) -> None:
        """Store what was learned, and pass on an interruption only then."""
        self.weights_ = result.weights
        n_epochs = len(result.history.get("loss", ()))
        if partial and hasattr(self, "history_"):
            added = {name: [*self.history_.get(name, ()), *values] for name, values in result.history.items()}
            self.history_ = self.history_ | added  # a new one: the old one is brought back, should this be interrupted
            self.n_iter_ += n_epochs
        else:
            self.history_, self.n_iter_ = result.history, n_epochs
        self.best_epoch_ = result.best_epoch if not partial else self.n_iter_
        self._n_averaged = result.n_averaged
        if partial:
            self._optimizer_state = result.optimizer_state
        else:
            self.__dict__.pop("_optimizer_state", None)
        if result.interrupted is not None:
            raise KeptInterrupt(
                f"{type(self).__name__} was interrupted in epoch {result.interrupted}; it keeps what it has learned."
            )

    # Asking --------------------------------------------------------------------------------

    def _ask(self, head: str, X: Any, name: str | None = None) -> Any:
        """Encode X and return what a head of the network answers, one row a sample."""
        return require_answers(self._ask_encoded(head, self._samples(X)))

    def _samples(self, X: Any) -> Data:
        """Encode X for a fitted network.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.
        """
        check_is_fitted(self, "weights_")
        self._require_samples(X)
        return self._encode(X, reset=False)

    def _ask_encoded(self, head: str, data: Data) -> Any:
        from skmlbio.training._predict import predict

        return predict(self.blueprint_, head, self.weights_, data)

    @property
    def model_(self) -> Any:
        """The network as a real `keras.Model` with the fitted weights, built anew each time it is asked for.

        Call it, or its ``predict_on_batch``, for the answers of the estimator: Keras' own ``predict`` brings arrays to
        single precision first, in which numbers far from zero lose digits.
        """
        check_is_fitted(self, "weights_")
        from skmlbio.training._predict import fitted_model

        return fitted_model(self.blueprint_, self.weights_)

    def __getstate__(self):
        require_importable(self)
        return super().__getstate__()


def _missing(estimator: Any, method: str, what: str) -> NotImplementedError:
    return NotImplementedError(
        f"{type(estimator).__name__} has no method {method}, which says {what}; see skmlbio.base.NetworkEstimator."
    )
