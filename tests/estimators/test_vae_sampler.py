"""`VAESampler`: densities with a known answer, draws, the terms of the bound, scikit-learn's checks."""

import pickle

import numpy as np
import pytest
import tensorflow as tf
from scipy import sparse, stats
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import FactorAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, train_test_split

from skmlbio import AutoEncoderTransformer, VAESampler
from skmlbio.training import _losses
from skmlbio.training._cache import get_network

QUICK = {"epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Two hidden numbers seen through five features of different scales."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(600, 2)) @ rng.normal(size=(2, 5)) + rng.normal(size=(600, 5)) * 0.5
    return hidden * [1, 100, 0.01, 1, 10] + [0, 1000, 0, -5, 3]


@pytest.fixture(scope="module")
def sampler(rows: np.ndarray) -> VAESampler:
    return VAESampler(2, variance="feature", validation_fraction=0.2, **QUICK).fit(rows)


def set_weights(sampler: VAESampler, **values: np.ndarray) -> None:
    """Write weights by the name of the layer and of the variable."""
    places = {v.path.replace("/", "__"): i for i, v in enumerate(get_network(sampler.blueprint_).weights)}
    for name, value in values.items():
        fitted = sampler.weights_[places[name]]
        sampler.weights_[places[name]] = np.asarray(value, fitted.dtype).reshape(fitted.shape)


# Densities ------------------------------------------------------------------------------------------------------------


def test_bound_is_the_log_likelihood_where_the_posterior_is_exact() -> None:
    # x = m + s * (W z + b + noise): probabilistic PCA, whose posterior is normal (Tipping, Bishop 1999).
    rng = np.random.default_rng(0)
    loadings, bias, variance = np.array([[0.8, -0.5, 1.2]]), np.array([0.1, 0.2, -0.3]), 0.25
    offset, factor = np.array([10.0, -1.0, 0.0]), np.array([5.0, 0.01, 1.0])
    precision = 1 + (loadings**2).sum() / variance
    sampler = VAESampler(1, hidden_layer_sizes=(), variance=variance, n_importance=3, dtype="float64", **QUICK)
    sampler.fit(rng.normal(size=(20, 3)))
    kernel = loadings.T / (variance * precision)
    set_weights(
        sampler,
        standardize__mean=offset, standardize__scale=factor, output__kernel=loadings, output__bias=bias,
        posterior_mean__kernel=kernel, posterior_mean__bias=-bias @ kernel,
        posterior_scale__kernel=np.zeros((3, 1)), posterior_scale__bias=[np.log(np.expm1(precision**-0.5 - 1e-4))],
    )  # fmt: skip
    density = stats.multivariate_normal(
        offset + factor * bias, factor[:, None] * (loadings.T @ loadings + variance * np.eye(3)) * factor
    )
    X = density.rvs(50, random_state=1).astype(np.float32)
    np.testing.assert_allclose(sampler.score_samples(X), density.logpdf(X), rtol=1e-5)
    drawn = sampler.sample(20_000, random_state=0)
    errors = (drawn.mean(axis=0) - density.mean) / np.sqrt(np.diag(density.cov) / 20_000)
    assert np.abs(errors).max() < 4
    np.testing.assert_allclose(np.corrcoef(drawn.T), _correlation(density.cov), atol=0.03)
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(np.diag(density.cov)), rtol=0.03)


def _correlation(covariance: np.ndarray) -> np.ndarray:
    deviation = np.sqrt(np.diag(covariance))
    return covariance / np.outer(deviation, deviation)


def test_a_linear_sampler_with_a_variance_for_each_feature_is_factor_analysis(rows: np.ndarray) -> None:
    train, test = train_test_split(rows, random_state=0)
    sampler = VAESampler(2, hidden_layer_sizes=(), variance="feature", learning_rate=5e-3, random_state=0).fit(train)
    expected = FactorAnalysis(2).fit(train / train.std(axis=0))
    expected = expected.score(test / train.std(axis=0)) - np.log(train.std(axis=0)).sum()
    assert sampler.score(test) == pytest.approx(expected, abs=0.15)


def test_densities_are_in_the_units_of_X(rows: np.ndarray, sampler: VAESampler) -> None:
    scaled = clone(sampler).fit(rows * 8)  # a power of 2, so that nothing is rounded
    shift = 5 * np.log(8)
    assert scaled.score(rows * 8) == pytest.approx(sampler.score(rows) - shift, abs=0.3)  # other rows, other noise
    assert scaled.history_["elbo"][-1] == pytest.approx(sampler.history_["elbo"][-1] - shift, abs=0.3)


def test_more_draws_tighten_the_bound(rows: np.ndarray, sampler: VAESampler) -> None:
    scores = [clone(sampler).set_params(n_importance=n).fit(rows).score(rows) for n in (1, 10, 300)]
    assert scores[0] < scores[1] < scores[2]
    set_later = clone(sampler).fit(rows).set_params(n_importance=10)
    assert set_later.score(rows) == scores[1]


def test_scores_do_not_depend_on_what_else_is_asked(rows: np.ndarray, sampler: VAESampler) -> None:
    many = np.vstack([rows, rows, rows])  # more than is asked of the network at once
    scores = sampler.score_samples(many)
    np.testing.assert_allclose(scores[:600], scores[600:1200], rtol=1e-6)
    np.testing.assert_allclose(np.concatenate([sampler.score_samples(rows[i : i + 1]) for i in range(20)]), scores[:20],
                               rtol=1e-5)  # fmt: skip
    assert sampler.score(rows) == pytest.approx(np.mean(scores), rel=1e-6)


@pytest.mark.parametrize("variance", [0.3, "feature", "decoder"])
def test_variance_of_the_gaussian_likelihood(rows: np.ndarray, variance: float | str) -> None:
    sampler = VAESampler(2, variance=variance, **QUICK).fit(rows)
    assert np.isfinite(sampler.score_samples(rows)).all()
    assert sampler.sample(7, random_state=0).shape == (7, 5)
    shapes = {v.path: tuple(v.shape) for v in get_network(sampler.blueprint_).weights if "output_scale" in v.path}
    assert (
        shapes
        == {
            0.3: {},
            "feature": {"output_scale/value": (5,)},
            "decoder": {"output_scale/kernel": (64, 5), "output_scale/bias": (5,)},
        }[variance]
    )


def test_variances_are_those_of_features_where_samples_are_few() -> None:
    X = np.random.default_rng(0).normal(size=(32, 16))
    made = VAESampler(2, hidden_layer_sizes=(4,), epochs=1, random_state=0)

    def variance(sampler: VAESampler) -> str:
        return sampler.blueprint_.arguments["parts"][0]["variance"]

    assert variance(made.fit(X)) == "decoder"
    few = clone(made).set_params(warm_start=True).fit(X[1:])
    assert variance(few) == "feature"
    assert variance(few.fit(np.tile(X, (2, 1)))) == "feature"  # a fit that goes on keeps the network
    with pytest.raises(ValueError, match="made with variance='feature', but is now to have variance='decoder'"):
        few.set_params(variance="decoder").fit(X)
    assert variance(clone(made).partial_fit(X[:8])) == "decoder"  # more may come
    assert variance(clone(made).set_params(batch_size=None).fit(X[1:])) == "decoder"
    assert variance(clone(made).set_params(variance="decoder").fit(X[1:])) == "decoder"


def test_bernoulli_rows() -> None:
    rng = np.random.default_rng(0)
    X = (rng.random((500, 1)) < 0.5) ^ (rng.random((500, 6)) < 0.05)  # a coin, read six times with errors
    sampler = VAESampler(1, likelihood="bernoulli", epochs=60, learning_rate=0.01, random_state=0).fit(X)
    drawn = sampler.sample(2000, random_state=0)
    assert set(np.unique(drawn)) == {0, 1}
    means = sampler.reconstruct(X)
    assert means.min() >= 0
    assert means.max() <= 1
    independent = stats.bernoulli(X.mean(axis=0)).logpmf(X.astype(int)).sum(axis=1).mean()
    assert sampler.score(X) > independent + 1
    every = np.array(np.meshgrid(*[[0, 1]] * 6)).reshape(6, -1).T
    probabilities = np.exp(sampler.set_params(n_importance=2000).score_samples(every))
    assert probabilities.sum() == pytest.approx(1, abs=0.02)
    frequencies = [(drawn == row).all(axis=1).mean() for row in every]
    np.testing.assert_allclose(frequencies, probabilities, atol=0.03)


def test_bernoulli_needs_probabilities(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="likelihood='bernoulli' needs features between 0 and 1, but X holds"):
        VAESampler(likelihood="bernoulli").fit(rows)


# The bound and its terms ----------------------------------------------------------------------------------------------


def test_history_holds_every_term_also_of_validation_rows(sampler: VAESampler) -> None:
    history = sampler.history_
    names = {"loss", "elbo", "reconstruction", "kl"}
    assert set(history) == names | {f"val_{name}" for name in names}
    for prefix in ("", "val_"):
        elbo, fit, kl, loss = (np.array(history[prefix + n]) for n in ("elbo", "reconstruction", "kl", "loss"))
        np.testing.assert_allclose(elbo, fit - kl, rtol=1e-4)
        np.testing.assert_allclose(loss, -elbo, rtol=1e-4)


def bound(divergence: list[list[float]], **scalars: float) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """The terms of the loss for a log p(x | z) of 0, and the gradient of the loss by the divergence."""
    divergence = tf.constant(divergence)
    outputs = {"reconstruction": tf.zeros(len(divergence)), "divergence": divergence}
    scalars = {"beta": 1.0, "free_bits": 0.0, "kl_share": 1.0} | scalars
    with tf.GradientTape() as tape:
        tape.watch(divergence)
        terms = _losses.negative_bound(outputs, None, (), scalars)
    return terms, tape.gradient(terms["loss"], divergence)


def test_beta_and_free_bits_weigh_the_divergence() -> None:
    terms, gradient = bound([[2.0, 0.1]], beta=3.0, free_bits=0.5)
    np.testing.assert_allclose(terms["loss"], [3 * 2.5])
    np.testing.assert_allclose(terms["kl"], [2.1])
    np.testing.assert_allclose(gradient, [[3.0, 0.0]])


def test_warm_up_scales_the_gradient_and_not_the_loss() -> None:
    terms, gradient = bound([[2.0, 0.5]], kl_share=0.25)
    np.testing.assert_allclose(terms["loss"], [2.5])
    np.testing.assert_allclose(gradient, [[0.25, 0.25]])


def test_warm_up_goes_on_over_partial_fits(rows: np.ndarray) -> None:
    sampler = VAESampler(kl_warm_up=4, **QUICK).fit(rows)
    assert [sampler._scalars(epoch)["kl_share"] for epoch in (0, 1)] == [1.0, 1.0]
    sampler = VAESampler(kl_warm_up=4, random_state=0)
    for _ in range(2):
        sampler.partial_fit(rows)
    assert sampler._scalars(0)["kl_share"] == 0.75


def test_a_heavy_beta_empties_the_code(rows: np.ndarray) -> None:
    light, heavy = (VAESampler(2, beta=beta, epochs=30, random_state=0).fit(rows) for beta in (1.0, 100.0))
    assert heavy.history_["kl"][-1] < 0.1 < light.history_["kl"][-1]
    free = VAESampler(2, beta=100.0, free_bits=1.0, epochs=30, random_state=0).fit(rows)
    assert free.history_["kl"][-1] > 0.9


# Convention -----------------------------------------------------------------------------------------------------------


def test_codes_go_forth_and_back(rows: np.ndarray, sampler: VAESampler) -> None:
    codes = sampler.transform(rows)
    assert codes.shape == (600, 2)
    np.testing.assert_allclose(sampler.inverse_transform(codes), sampler.reconstruct(rows), rtol=1e-5)
    np.testing.assert_allclose(sampler.model_(rows), sampler.reconstruct(rows), rtol=1e-5, atol=2e-6)
    assert list(sampler.get_feature_names_out()) == ["vaesampler0", "vaesampler1"]
    with pytest.raises(ValueError, match="X has 5 columns, but codes have 2 components"):
        sampler.inverse_transform(rows)


def test_samples_follow_the_seed(rows: np.ndarray, sampler: VAESampler) -> None:
    first = sampler.sample(5, random_state=1)
    np.testing.assert_array_equal(first, sampler.sample(5, random_state=1))
    np.testing.assert_array_equal(first, pickle.loads(pickle.dumps(sampler)).sample(5, random_state=1))
    np.testing.assert_array_equal(sampler.sample(5), sampler.sample(5))  # the seed of the estimator
    assert not np.allclose(first, sampler.sample(5, random_state=2))
    generator = np.random.RandomState(0)
    assert not np.allclose(sampler.sample(5, random_state=generator), sampler.sample(5, random_state=generator))
    assert sampler.sample().shape == (1, 5)
    with pytest.raises(ValueError, match="n_samples must be an int of 1 or more, got 0"):
        sampler.sample(0)


def test_nothing_global_is_read_or_changed(rows: np.ndarray) -> None:
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    sampler = VAESampler(epochs=1).fit(rows)
    sampler.sample(3), sampler.score_samples(rows)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_sparse_rows_are_the_same_rows(rows: np.ndarray) -> None:
    X = np.where(rows > np.median(rows, axis=0), rows, 0)
    dense, thin = (VAESampler(2, **QUICK).fit(data) for data in (X, sparse.csr_array(X)))
    np.testing.assert_allclose(thin.score_samples(sparse.csr_array(X)), dense.score_samples(X), rtol=1e-5)


def test_grid_search_over_a_sampler(rows: np.ndarray) -> None:
    search = GridSearchCV(VAESampler(**QUICK), {"latent_dim": [1, 2]}, cv=2).fit(rows)
    assert np.isfinite(search.best_score_)


def test_exported_signatures_answer_like_the_estimator(rows: np.ndarray, sampler: VAESampler, tmp_path) -> None:
    sampler.export_saved_model(tmp_path / "sampler")
    served = tf.saved_model.load(tmp_path / "sampler").signatures
    assert set(served) == {
        "transform", "reconstruct", "score_samples", "inverse_transform", "sample", "serving_default"
    }  # fmt: skip
    X = tf.constant(rows[:9])
    for name in ("transform", "reconstruct", "score_samples"):
        np.testing.assert_allclose(served[name](X=X)[name], getattr(sampler, name)(rows[:9]), rtol=1e-5, atol=1e-5)
    codes = tf.constant(sampler.transform(rows[:9]))
    means = served["inverse_transform"](X=codes)["inverse_transform"]
    np.testing.assert_allclose(means, sampler.inverse_transform(codes), rtol=1e-5)
    number, seed = tf.constant(4, tf.int64), tf.constant(7, tf.int64)
    drawn = served["sample"](n_samples=number, seed=seed)["sample"]
    np.testing.assert_allclose(drawn, sampler.sample(4, random_state=7), rtol=1e-5)


# A plain auto-encoder cannot generate ---------------------------------------------------------------------------------


def test_samples_pass_for_digits_more_often_than_random_codes_of_an_auto_encoder() -> None:
    rng = np.random.default_rng(0)
    integers = load_digits().data
    train, real = train_test_split((integers + rng.random(integers.shape)) / 17, test_size=0.5, random_state=0)
    sampler, plain = (e.fit(train) for e in (VAESampler(8, random_state=0), AutoEncoderTransformer(8, random_state=0)))
    codes = plain.transform(train)
    decoded = plain.inverse_transform(rng.normal(codes.mean(axis=0), codes.std(axis=0), size=(len(real), 8)))
    # With the noise that the auto-encoder does not reconstruct: smoothness alone shall not give its pictures away.
    decoded += rng.normal(size=decoded.shape) * (train - plain.reconstruct(train)).std(axis=0)
    generated = sampler.sample(len(real), random_state=0)
    assert told_apart(real, generated) < told_apart(real, decoded) - 0.01


def told_apart(real: np.ndarray, generated: np.ndarray) -> float:
    """Share of held-out pictures of 17 grey levels that a classifier recognises as real or generated."""
    pictures = np.clip(np.floor(np.vstack([real, generated]) * 17), 0, 16)
    labels = np.repeat([0, 1], [len(real), len(generated)])
    parts = train_test_split(pictures, labels, test_size=0.5, stratify=labels, random_state=0)
    classifier = RandomForestClassifier(random_state=0).fit(parts[0], parts[2])
    return classifier.score(parts[1], parts[3])
