"""What the parameters of training do."""

import inspect

import numpy as np
import pytest
from own_networks import dropout_network

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor, NetworkClassifier, NetworkTransformer
from skmlbio.base._layer_parameters import ACTIVATIONS
from skmlbio.training._losses import ELEMENTWISE
from skmlbio.training._optimizers import OPTIMIZERS, SCHEDULES

FEW = {"epochs": 3, "learning_rate": 0.02, "random_state": 0}


def encoder(**options) -> AutoEncoderTransformer:
    return AutoEncoderTransformer(**({"hidden_layer_sizes": (8,)} | FEW | options))


def named_weights(estimator) -> dict[str, np.ndarray]:
    """The weights by the paths of their variables."""
    return {v.path: v.numpy() for v in estimator.model_.variables if v.name != "seed_generator_state"}


# Going on -----------------------------------------------------------------------------------------------------------


def test_partial_fit_is_one_epoch_and_keeps_the_optimizer(two_classes) -> None:
    X, y = two_classes
    estimator = DenseClassifier((8,), learning_rate=0.02, batch_size=None, random_state=0)
    for epoch in range(3):
        assert estimator.partial_fit(X, y) is estimator
        assert estimator.n_iter_ == len(estimator.history_["loss"]) == estimator.best_epoch_ == epoch + 1
    at_once = DenseClassifier((8,), learning_rate=0.02, batch_size=None, epochs=3, random_state=0).fit(X, y)
    for one, other in zip(estimator.weights_, at_once.weights_, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)  # full batches, so shuffling changes rounding only


def test_partial_fit_knows_classes_that_are_still_to_come(iris) -> None:
    X, y = iris
    estimator = DenseClassifier((8,), random_state=0).partial_fit(X[y < 2], y[y < 2], classes=[2, 1, 0])
    assert estimator.classes_.tolist() == [0, 1, 2]
    assert estimator.partial_fit(X, y).predict_proba(X).shape == (150, 3)
    with pytest.raises(ValueError, match=r"y\[0\] is 4, which is none of the classes \[0, 1, 2\]"):
        estimator.partial_fit(X, y + 3)


def test_partial_fit_is_told_the_same_classes_every_time(iris) -> None:
    X, y = iris
    estimator = DenseClassifier((8,), random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    estimator.partial_fit(X, y, classes=[2, 1, 0]).fit(X, y).partial_fit(X, y, [0, 1, 2])
    for classes in ([0, 1], [0, 1, 3], ["a", "b", "c"]):
        with pytest.raises(
            ValueError, match=r"is not the same as on last call to partial_fit or fit, was: \[0, 1, 2\]"
        ):
            estimator.partial_fit(X, y, classes=classes)
    labels = np.column_stack([y > 0, y > 1, y < 1]).astype(int)
    estimator = DenseClassifier((8,), random_state=0).partial_fit(X, labels, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="is not the same as on last call"):
        estimator.partial_fit(X, labels, classes=[0, 1])


def test_warm_start_goes_on_and_a_plain_fit_begins_anew(two_classes) -> None:
    X, y = two_classes
    estimator = DenseClassifier((8,), warm_start=True, **FEW).fit(X, y)
    first, weights = estimator.history_["loss"], estimator.weights_
    assert estimator.fit(X, y).history_["loss"][0] < first[-1]
    assert estimator.n_iter_ == 3
    estimator.set_params(warm_start=False).fit(X, y)
    assert all(np.array_equal(a, b) for a, b in zip(estimator.weights_, weights, strict=True))


def test_warm_start_refuses_other_data(two_classes, iris) -> None:
    estimator = DenseClassifier((8,), warm_start=True, **FEW).fit(*two_classes)
    with pytest.raises(ValueError, match="none of the classes"):
        estimator.fit(*iris)
    with pytest.raises(ValueError, match="expecting 4 features"):
        estimator.fit(iris[0][:, :3], iris[1] % 2)


# Networks -----------------------------------------------------------------------------------------------------------


def test_linear_auto_encoder_finds_the_plane_of_principal_components() -> None:
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(0)
    X = rng.normal(size=(128, 2)) @ rng.normal(size=(2, 5)) + 0.3 * rng.normal(size=(128, 5))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    estimator = encoder(latent_dim=2, hidden_layer_sizes=(), l2=0.0, epochs=100).fit(X)
    pca = PCA(2).fit(X)
    error = ((X - pca.inverse_transform(pca.transform(X))) ** 2).mean()
    assert -estimator.score(X) <= 1.1 * error


def test_noise_disturbs_training_only(two_classes) -> None:
    X, _ = two_classes
    plain = encoder().fit(X)
    for noise in ("gaussian", "masking"):
        level = encoder(noise=noise, noise_level=0.5).fit(X)
        assert level.history_["loss"] != plain.history_["loss"]
        assert np.array_equal(level.transform(X), level.transform(X))
        assert encoder(noise=noise, noise_level=0.0).fit(X).history_["loss"] == pytest.approx(
            plain.history_["loss"], rel=1e-5
        )


def test_denoising_learns_what_belongs_together() -> None:
    X = np.repeat(np.random.default_rng(0).normal(size=(128, 1)), 4, axis=1)
    hidden = X.copy()
    hidden[:, 0] = 0  # the mean, which is what masking puts there
    settings = {"latent_dim": 4, "hidden_layer_sizes": (), "epochs": 300, "batch_size": 32, "learning_rate": 1e-3}
    errors = {
        noise: [
            np.abs(encoder(noise=noise, noise_level=0.3, random_state=state, **settings).fit(X).reconstruct(hidden) - X)
            for state in (1, 2, 3)
        ]
        for noise in (None, "masking")
    }
    assert np.mean(errors["masking"]) < 0.4 * np.mean(errors[None])


def test_tied_weights_are_one_kernel_both_ways(two_classes) -> None:
    X, _ = two_classes
    tied, free = (encoder(hidden_layer_sizes=(8, 6), tied_weights=t).fit(X) for t in (True, False))
    shapes = sorted(w.shape for w in tied.weights_ if w.ndim == 2)
    assert shapes == [(4, 8), (6, 2), (8, 6)]
    assert len([w for w in free.weights_ if w.ndim == 2]) == 6
    assert tied.history_["loss"][-1] < tied.history_["loss"][0]
    weights = named_weights(tied)
    code = tied.transform(X[:3])
    back = {"hidden_0": "linear", "hidden_1": "relu", "latent": "relu"}
    z = code
    for name in ("latent", "hidden_1", "hidden_0"):
        z = z @ weights[f"{name}/kernel"].T + weights[f"{name}/inverse_bias"]
        z = np.maximum(z, 0) if back[name] == "relu" else z
    x = z * weights["standardize/scale"] + weights["standardize/mean"]
    np.testing.assert_allclose(tied.inverse_transform(code), x, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "binary_crossentropy"])
def test_score_samples_is_minus_the_loss_of_reconstruct(loss) -> None:
    X = np.random.default_rng(0).uniform(size=(96, 4))
    estimator = encoder(loss=loss).fit(X)
    x, z = X, estimator.reconstruct(X).astype(float)
    if loss == "binary_crossentropy":
        expected = -(x * np.log(z) + (1 - x) * np.log(1 - z))
        assert ((z > 0) & (z < 1)).all()
    else:
        error = np.abs(x - z) / X.std(axis=0)
        expected = {"mse": error**2, "mae": error, "huber": np.where(error <= 1, error**2 / 2, error - 0.5)}[loss]
    np.testing.assert_allclose(estimator.score_samples(X), -expected.mean(axis=1), rtol=1e-4)
    assert set(ELEMENTWISE) >= {loss}


def test_penalties_shrink_kernels(two_classes) -> None:
    X, y = two_classes

    def kernels(l1=0.0, l2=0.0) -> np.ndarray:
        fitted = DenseClassifier((8,), l1=l1, l2=l2, epochs=30, learning_rate=0.02, random_state=0).fit(X, y)
        return np.concatenate([w.ravel() for w in fitted.weights_ if w.ndim == 2])

    plain, l1, l2 = kernels(), kernels(l1=0.01), kernels(l2=0.01)
    assert (l2**2).sum() < 0.8 * (plain**2).sum()
    assert np.abs(l1).sum() < 0.8 * np.abs(plain).sum()
    assert (np.abs(l1) < 0.02).sum() > (np.abs(plain) < 0.02).sum()  # l1 sends some of them to zero


def test_automatic_penalty_of_an_auto_encoder() -> None:
    X = np.random.default_rng(0).normal(size=(128, 4))

    def fitted(**options) -> list[np.ndarray]:
        return encoder(**options).fit(X).weights_

    alike = [
        (fitted(), fitted(l2=1 / len(X))),
        (encoder().fit(X[:20]).weights_, encoder(l2=0.01).fit(X[:20]).weights_),
        (fitted(batch_size=None), fitted(batch_size=None, l2=0.001)),
        (fitted(standardize=False), fitted(standardize=False, l2=0.0)),
    ]
    for automatic, explicit in alike:
        assert all(np.array_equal(a, b) for a, b in zip(automatic, explicit, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(alike[0][0], fitted(l2=0.0), strict=True))


def test_activity_penalty_makes_codes_small(two_classes) -> None:
    X, _ = two_classes
    plain, sparse = (encoder(activity_l1=strength, epochs=30).fit(X) for strength in (0.0, 0.5))
    assert np.abs(sparse.transform(X)).mean() < 0.8 * np.abs(plain.transform(X)).mean()


def test_dropout_changes_training_only(two_classes) -> None:
    X, y = two_classes
    dropped, plain = (DenseClassifier((8,), dropout=rate, **FEW).fit(X, y) for rate in (0.5, 0.0))
    assert dropped.history_["loss"] != plain.history_["loss"]
    assert np.array_equal(dropped.predict_proba(X), dropped.predict_proba(X))


def test_own_network_arguments_are_parameters(two_classes) -> None:
    X, y = two_classes
    estimator = NetworkClassifier(dropout_network, **FEW)
    assert {"network__units": 8, "network__rate": 0.2}.items() <= estimator.get_params().items()
    estimator.set_params(network__units=5).fit(X, y)
    assert estimator.get_params()["network__units"] == 5 and estimator.network_params == {"units": 5}
    assert (4, 5) in {w.shape for w in estimator.weights_}
    assert NetworkClassifier().set_params(network__hidden_layer_sizes=(3,)).fit(X, y).weights_[0].shape[-1] in (3, 4)


@pytest.mark.parametrize("cls", [NetworkClassifier, NetworkTransformer])
def test_known_arguments_of_the_default_network_are_all_of_them(cls) -> None:
    function = cls()._network_function()
    taken = [name for name in inspect.signature(function).parameters if name not in ("input_shape", "n_outputs")]
    assert cls._default_arguments == tuple(taken)


def test_known_activations_are_those_of_keras() -> None:
    import keras

    functions = {
        name
        for name in dir(keras.activations)
        if not name.startswith("_") and callable(getattr(keras.activations, name))
    } - {"get", "serialize", "deserialize"}
    unfit = functions - set(ACTIVATIONS)
    assert set(ACTIVATIONS) <= functions
    # What looks at all units at once, or needs more than a name, has no place between hidden layers.
    assert unfit <= {"softmax", "log_softmax", "sparsemax", "glu", "threshold", "hard_shrink", "soft_shrink",
                     "squareplus", "sparse_plus", "sparse_sigmoid"}  # fmt: skip


# Optimizers ---------------------------------------------------------------------------------------------------------

SLOW = {"adadelta": 5.0, "adagrad": 0.1, "sgd": 0.1, "ftrl": 0.3}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_trains(optimizer, two_classes) -> None:
    X, y = two_classes
    rate = SLOW.get(optimizer, 0.02)
    estimator = DenseClassifier((8,), optimizer=optimizer, epochs=15, learning_rate=rate, random_state=0).fit(X, y)
    assert estimator.history_["loss"][-1] < 0.8 * estimator.history_["loss"][0]


def test_optimizer_names_are_those_of_keras() -> None:
    import keras

    named = {
        name.lower()
        for name, value in vars(keras.optimizers).items()
        if inspect.isclass(value) and issubclass(value, keras.Optimizer)
    }
    wrappers = {"optimizer", "lossscaleoptimizer", "multioptimizer"}
    asks_for_a_callback = {"schedulefreeadamw"}  # its weights must be swapped before each evaluation
    assert set(OPTIMIZERS) == named - wrappers - asks_for_a_callback


@pytest.mark.parametrize("limit", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_gradients_are_clipped(limit, numbers) -> None:
    X, y = numbers
    small = {"class_name": "SGD", "config": {limit: 1e-6}}
    plain, clipped = (
        DenseRegressor((8,), optimizer=o, epochs=2, learning_rate=0.1, random_state=0).fit(X, y).history_["loss"]
        for o in ("sgd", small)
    )
    assert clipped[1] == pytest.approx(clipped[0], rel=1e-3)
    assert plain[1] < 0.95 * plain[0]


def test_averaged_weights_are_put_in_place(two_classes) -> None:
    X, y = two_classes
    averaged = {"class_name": "Adam", "config": {"use_ema": True, "ema_momentum": 0.9}}
    for dtype in ("float32", "mixed_float16"):
        last, mean = (DenseClassifier((8,), optimizer=o, dtype=dtype, **FEW).fit(X, y) for o in ("adam", averaged))
        assert mean.history_["loss"] == last.history_["loss"]
        assert not np.allclose(mean.weights_[-1], last.weights_[-1])


def test_optimizers_take_a_configuration(two_classes) -> None:
    X, y = two_classes
    momentum = {"class_name": "SGD", "config": {"momentum": 0.9, "nesterov": True}}
    losses = [
        DenseClassifier((8,), optimizer=o, epochs=10, learning_rate=0.02, random_state=0).fit(X, y).history_["loss"]
        for o in ("sgd", momentum)
    ]
    assert losses[1][-1] < 0.8 * losses[0][-1]
    assert momentum == {"class_name": "SGD", "config": {"momentum": 0.9, "nesterov": True}}


CONFIGURATIONS = {
    "CosineDecay": {"initial_learning_rate": 0.05, "decay_steps": 6},
    "CosineDecayRestarts": {"initial_learning_rate": 0.05, "first_decay_steps": 3},
    "ExponentialDecay": {"initial_learning_rate": 0.05, "decay_steps": 3, "decay_rate": 0.1},
    "InverseTimeDecay": {"initial_learning_rate": 0.05, "decay_steps": 3, "decay_rate": 5.0},
    "PiecewiseConstantDecay": {"boundaries": [3], "values": [0.05, 1e-9]},
    "PolynomialDecay": {"initial_learning_rate": 0.05, "decay_steps": 6, "end_learning_rate": 0.0},
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_trains(schedule, two_classes) -> None:
    X, y = two_classes
    rate = {"class_name": schedule, "config": CONFIGURATIONS[schedule]}
    fitted = DenseClassifier((8,), learning_rate=rate, epochs=6, batch_size=48, random_state=0).fit(X, y)
    constant = DenseClassifier((8,), learning_rate=0.05, epochs=6, batch_size=48, random_state=0).fit(X, y)
    assert fitted.history_["loss"][-1] < fitted.history_["loss"][0]
    assert fitted.history_["loss"][0] == pytest.approx(constant.history_["loss"][0], rel=0.05)
    assert fitted.history_["loss"][-1] > constant.history_["loss"][-1]  # it has slowed down


# Precision ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_precision_by_dtype(dtype, two_classes) -> None:
    X, y = two_classes
    estimator = DenseClassifier((8,), dtype=dtype, epochs=15, learning_rate=0.02, random_state=0).fit(X, y)
    single = DenseClassifier((8,), epochs=15, learning_rate=0.02, random_state=0).fit(X, y)
    stored = np.float64 if dtype == "float64" else np.float32
    mean, scale, *learned = estimator.weights_
    assert mean.dtype == scale.dtype == np.float64
    assert {w.dtype.type for w in learned} == {stored}
    assert {layer.compute_dtype for layer in estimator.model_._flatten_layers() if "hidden" in layer.name} == {
        dtype.removeprefix("mixed_")
    }
    if dtype == "float64":  # where other initial weights are drawn
        assert estimator.history_["loss"][-1] < 0.7 * estimator.history_["loss"][0]
    else:
        assert estimator.history_["loss"] == pytest.approx(single.history_["loss"], rel=0.05)
    assert not np.array_equal(estimator.decision_function(X), single.decision_function(X))
    assert encoder(dtype=dtype, tied_weights=True, dropout=0.1, noise="gaussian").fit(X).transform(X).dtype == stored


# Defaults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_samples", "batch_size"), [(100, 32), (4096, 32), (20_000, 128), (100_000, 256)])
def test_automatic_batches_follow_the_documented_rule(n_samples: int, batch_size: int) -> None:
    encoder = AutoEncoderTransformer(epochs=1).fit(np.eye(3))
    assert encoder._plan(n_samples, None).batch_size == batch_size


def test_a_fit_ends_by_itself_where_there_is_nothing_more_to_learn() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 4))
    easy, hard = X @ [1.0, -1.0, 0.5, 0.2], X[:, 0] * X[:, 1]
    first, second = (DenseRegressor(random_state=0, l2=0.0).fit(X, y) for y in (easy, hard))
    assert 20 <= first.n_iter_ == len(first.history_["loss"]) < second.n_iter_ <= 300
    assert first.score(X, easy) > 0.99 and second.score(X, hard) > 0.8
    stopped = [DenseRegressor(random_state=0, epochs=first.n_iter_, l2=0.0).fit(X, easy) for _ in range(2)]
    for weights in (other.weights_ for other in stopped):  # the same epochs, said by the user
        assert all(np.allclose(one, other, atol=1e-5) for one, other in zip(first.weights_, weights, strict=True))
