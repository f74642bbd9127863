"""`GANSampler`: rings, draws, scores, what is watched, export; its gradients are tested with the network."""

import pickle

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skmlbio import GANSampler
from skmlbio.estimators._energy_distance import energy_distance
from skmlbio.training._cache import get_network

QUICK = {"epochs": 3, "random_state": 0, "hidden_layer_sizes": (8,)}


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Two hidden numbers seen through five features of different scales; the last one never changes."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(300, 2)) @ rng.normal(size=(2, 5)) + rng.normal(size=(300, 5)) * 0.5
    return hidden * [1, 100, 0.01, 1, 0] + [0, 1000, 0, -5, 3]


@pytest.fixture(scope="module")
def sampler(rows: np.ndarray) -> GANSampler:
    return GANSampler(2, validation_fraction=0.2, **QUICK).fit(rows)


# What it learns -------------------------------------------------------------------------------------------------------


def test_all_modes_of_a_ring_are_found() -> None:
    rng = np.random.default_rng(0)
    angles = 2 * np.pi * np.arange(4) / 4
    centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    X = centres[rng.integers(4, size=1000)] + 0.2 * rng.normal(size=(1000, 2))
    sampler = GANSampler(2, hidden_layer_sizes=(32, 32), epochs=150, learning_rate=3e-3, random_state=0).fit(X)
    distances = np.linalg.norm(sampler.sample(2000, random_state=1)[:, None] - centres, axis=2)
    near = distances.min(axis=1) < 0.6
    assert near.mean() > 0.8
    assert np.bincount(distances.argmin(axis=1)[near], minlength=4).min() > 200
    assert sampler.history_["critic"][-1] == pytest.approx(2 * np.log(2), abs=0.2)  # neither tells nor is told
    assert sampler.score(X) > -0.05


@pytest.mark.parametrize(
    "settings",
    [{"loss": "hinge", "spectral_normalization": True}, {"loss": "wasserstein", "critic_pace": 3.0}],
    ids=["hinge", "wasserstein"],
)
def test_every_loss_learns_where_rows_are(rows: np.ndarray, settings: dict) -> None:
    options = {"hidden_layer_sizes": (32,), "learning_rate": 3e-3, "random_state": 0}
    first, last = (GANSampler(2, epochs=n, **settings, **options).fit(rows).score(rows) for n in (1, 100))
    assert last > 0.5 * first
    assert last > -0.15


# The seed and the score -----------------------------------------------------------------------------------------------


def test_samples_follow_the_seed(sampler: GANSampler) -> None:
    first = sampler.sample(5, random_state=1)
    assert first.shape == (5, 5) and first.dtype == np.float64
    np.testing.assert_array_equal(first, pickle.loads(pickle.dumps(sampler)).sample(5, random_state=1))
    np.testing.assert_array_equal(sampler.sample(5), sampler.sample(5))  # the seed of the estimator
    assert not np.allclose(first, sampler.sample(5, random_state=2))
    assert sampler.sample().shape == (1, 5)
    with pytest.raises(ValueError, match="n_samples must be an int of 1 or more, got 0"):
        sampler.sample(0)


def test_a_column_that_never_changes_keeps_its_value(sampler: GANSampler) -> None:
    np.testing.assert_array_equal(sampler.sample(20)[:, 4], 3)


def test_the_score_is_a_distance_in_units_of_deviations(rows: np.ndarray, sampler: GANSampler) -> None:
    score = sampler.score(rows)
    assert score == sampler.score(rows) < 0
    mean, scale = (
        value for v, value in zip(get_network(sampler.blueprint_).weights, sampler.weights_, strict=True)
        if v.path.startswith("standardize")
    )  # fmt: skip
    scale = np.where(scale == 0, 1, scale)
    drawn = sampler.sample(len(rows), sampler._draws_seed)
    weights = np.arange(300) % 3
    real, drawn = (rows - mean) / scale, (drawn - mean) / scale
    assert score == pytest.approx(-energy_distance(real, drawn), rel=1e-4)
    weighted = -energy_distance(real, drawn, weights)
    assert sampler.score(rows, sample_weight=weights) == pytest.approx(weighted, rel=1e-4) != score
    with pytest.raises(ValueError, match="Sample weights must contain at least one non-zero number"):
        sampler.score(rows, sample_weight=np.zeros(len(rows)))
    with pytest.raises(ValueError, match="sample 1 of X is so far from the training data"):
        GANSampler(2, **QUICK).fit(rows * 1e-200).score(rows[:2] * [[1e-200], [1.0]])


def test_there_is_no_density_and_no_encoder(sampler: GANSampler) -> None:
    for verb in ("transform", "inverse_transform", "reconstruct", "score_samples", "predict"):
        assert not hasattr(sampler, verb)


def test_sparse_rows_are_the_same_rows(rows: np.ndarray) -> None:
    X = np.where(rows > np.median(rows, axis=0), rows, 0)
    dense, thin = (GANSampler(2, **QUICK).fit(data) for data in (X, sparse.csr_array(X)))
    assert thin.score(sparse.csr_array(X)) == pytest.approx(dense.score(X), rel=1e-4)


@pytest.mark.parametrize("loss", ["non_saturating", "wasserstein"])
def test_a_row_of_weight_2_counts_like_two_rows(rows: np.ndarray, loss: str) -> None:
    options = QUICK | {"loss": loss, "batch_size": None, "dtype": "float64", "weight_averaging": 0.0}
    X, weights = rows[:40], np.repeat([1.0, 2.0], 20)
    weighted = GANSampler(2, **options).fit(X, sample_weight=weights)
    repeated = GANSampler(2, **options).fit(np.vstack([X, X[20:]]))
    np.testing.assert_allclose(weighted.sample(9), repeated.sample(9), rtol=1e-6)


# Convention -----------------------------------------------------------------------------------------------------------


def test_history_has_both_players_and_what_is_watched(rows: np.ndarray, sampler: GANSampler) -> None:
    names = {"loss", "critic", "generator"}
    assert set(sampler.history_) == names | {f"val_{name}" for name in names}
    watched = sampler.history_["val_loss"]
    assert sampler.best_epoch_ == 1 + int(np.argmin(watched))
    patient = clone(sampler).set_params(patience=1, epochs=30, learning_rate=0.1).fit(rows)
    assert patient.n_iter_ < 30
    watched = patient.history_["val_loss"]
    assert patient.n_iter_ == patient.best_epoch_ + 1 == len(watched) and watched[-1] > min(watched)


def test_epochs_are_as_many_as_make_steps(rows: np.ndarray, monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.estimators.gan_sampler._AUTOMATIC_STEPS", 25)
    assert GANSampler(2, **QUICK | {"epochs": "auto", "batch_size": 32}).fit(rows).n_iter_ == 3  # 10 steps each
    monkeypatch.setattr("skmlbio.estimators.gan_sampler._MOST_EPOCHS", 4)
    assert GANSampler(2, **QUICK | {"epochs": "auto", "batch_size": None}).fit(rows).n_iter_ == 4


def test_rows_are_made_of_as_many_numbers_as_they_have_but_of_16_at_most(rows: np.ndarray) -> None:
    widths = {}
    for n_features in (2, 20):
        sampler = GANSampler(**QUICK | {"epochs": 1}).fit(np.tile(rows, (1, 10))[:, :n_features])
        widths[n_features] = sampler.model_.input_shape
    assert widths == {2: (None, 2), 20: (None, 16)}
    sampler.set_params(warm_start=True).fit(np.tile(rows, (1, 10))[:, :20])


def test_the_critic_has_a_pace_of_its_own(rows: np.ndarray) -> None:
    """A player who hardly moves is where it began."""

    def weights(player: str, **options) -> np.ndarray:
        fitted = GANSampler(2, **QUICK, weight_averaging=0.0, **options).fit(rows)
        pairs = zip(get_network(fitted.blueprint_).weights, fitted.weights_, strict=True)
        return np.concatenate([value.ravel() for v, value in pairs if v.path.startswith(player)])

    start = weights("critic", learning_rate=1e-12)
    np.testing.assert_allclose(weights("critic", critic_pace=1e-9), start, atol=1e-6)
    assert np.abs(weights("critic", critic_pace=2.0) - start).max() > 0.01


def test_spectral_norms_are_1_after_a_fit(rows: np.ndarray) -> None:
    fitted = GANSampler(2, spectral_normalization=True, **QUICK | {"epochs": 20}).fit(rows)
    values = {v.path: w for v, w in zip(get_network(fitted.blueprint_).weights, fitted.weights_, strict=True)}
    for layer in ("critic_0", "answer"):
        kernel, direction = values[f"critic/{layer}/kernel"], values[f"critic/{layer}/direction"]
        assert np.linalg.norm(kernel @ direction) == pytest.approx(np.linalg.norm(kernel, 2), rel=0.02)


def test_a_fit_goes_on(rows: np.ndarray) -> None:
    sampler = GANSampler(2, **QUICK).fit(rows).set_params(warm_start=True, gradient_penalty=3.0)
    assert sampler.fit(rows).n_iter_ == 3
    with pytest.raises(ValueError, match="with gradient_penalty='above 0', but is now to have gradient_penalty=0:"):
        sampler.set_params(gradient_penalty=0.0).fit(rows)
    with pytest.raises(ValueError, match="with loss='non_saturating', but is now to have loss='hinge':"):
        sampler.set_params(gradient_penalty=1.0, loss="hinge").fit(rows)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"loss": "mse"}, "'loss' parameter of GANSampler must be a str among"),
        ({"gradient_penalty": -1.0}, "'gradient_penalty' parameter of GANSampler"),
        ({"critic_pace": 0.0}, "'critic_pace' parameter of GANSampler"),
        ({"latent_dim": 0}, "'latent_dim' parameter of GANSampler"),
        ({"hidden_layer_sizes": (8, 0)}, r"hidden_layer_sizes\[1\] must be an int of 1 or more, got 0"),
        ({"activation": "rely"}, "activation 'rely' is unknown"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_parameters_are_named(rows: np.ndarray, parameters: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GANSampler(**parameters).fit(rows)


def test_grid_search_over_a_sampler(rows: np.ndarray) -> None:
    frame = pd.DataFrame(rows, columns=list("abcde"))
    search = GridSearchCV(GANSampler(**QUICK), {"latent_dim": [1, 2]}, cv=2).fit(frame)
    assert -1 < search.best_score_ < 0


def test_the_exported_network_samples_like_the_estimator(sampler: GANSampler, tmp_path) -> None:
    sampler.export_saved_model(tmp_path / "sampler")
    served = tf.saved_model.load(tmp_path / "sampler").signatures
    assert set(served) == {"sample", "serving_default"}
    number, seed = tf.constant(4, tf.int64), tf.constant(7, tf.int64)
    drawn = served["sample"](n_samples=number, seed=seed)["sample"]
    np.testing.assert_allclose(drawn, sampler.sample(4, random_state=7), rtol=1e-5)
    np.testing.assert_allclose(sampler.model_(np.zeros((1, 2), "float32"))[0, 4], 3)
