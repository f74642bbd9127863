"""`VAESampler` of counts, and of rows with labels beside them."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats
from sklearn import config_context
from sklearn.model_selection import cross_val_score

from skmlbio import VAESampler
from skmlbio.training._cache import get_network

QUICK = {"epochs": 2, "random_state": 0}


def made_counts(n_samples: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts of two kinds of cells in two batches, which catch some genes better than others; kinds, and batches."""
    rng = np.random.default_rng(0)
    kinds, batches = rng.integers(0, 2, n_samples), rng.integers(0, 2, n_samples)
    rates = rng.lognormal(0, 1, size=(2, 30))[kinds] * rng.lognormal(0, 1, size=(2, 30))[batches]
    rates *= rng.lognormal(0, 0.5, size=(n_samples, 1))
    X = rng.poisson(3 * rates * rng.gamma(5, 0.2, size=rates.shape))
    X[:, 7] = 0
    X[11] = 0
    return X, np.array(["T cell", "B cell"])[kinds], np.array(["first", "second"])[batches]


X, KINDS, BATCHES = made_counts()


@pytest.fixture(scope="module")
def counted() -> VAESampler:
    sampler = VAESampler(2, likelihood="negative_binomial", learning_rate=5e-3, epochs=40, random_state=0)
    return sampler.fit(X, covariates=BATCHES)


@pytest.fixture(scope="module")
def conditional() -> VAESampler:
    return VAESampler(2, conditional=True, likelihood="poisson", epochs=40, learning_rate=5e-3, random_state=0).fit(
        X, KINDS
    )


# Counts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("likelihood", ["poisson", "zero_inflated_negative_binomial"])
def test_every_likelihood_of_counts_samples_integers_and_scores_in_nats(likelihood: str) -> None:
    sampler = VAESampler(2, likelihood=likelihood, learning_rate=0.01, **QUICK).fit(X)
    drawn = sampler.sample(50)
    assert drawn.dtype == np.int64 and drawn.min() >= 0 and drawn.shape == (50, 30)
    assert np.array_equal(drawn, sampler.sample(50)) and not np.array_equal(drawn, sampler.sample(50, random_state=1))
    scores = sampler.score_samples(X)
    assert np.isfinite(scores).all() and np.array_equal(scores, sampler.score_samples(X))
    assert (scores < 0).all() or scores[11] == pytest.approx(0, abs=0.2)  # a row without counts is nearly certain
    assert sampler.history_["kl"][-1] > 0
    np.testing.assert_allclose(sampler.reconstruct(X).sum(axis=1), X.sum(axis=1), rtol=1e-4, atol=1e-5)


def test_means_leave_out_the_zeros_that_a_likelihood_adds() -> None:
    sampler = VAESampler(1, likelihood="zero_inflated_negative_binomial", hidden_layer_sizes=(), **QUICK).fit(X)
    before = sampler.denoise(X)
    paths = [v.path for v in get_network(sampler.blueprint_).weights]
    sampler.weights_ = [w + 100 * (p == "output_zeros/bias") for p, w in zip(paths, sampler.weights_, strict=True)]
    assert (sampler.sample(20) == 0).all()
    assert np.array_equal(sampler.denoise(X), before)
    np.testing.assert_allclose(before.sum(axis=1), sampler.library_size_, rtol=1e-4)


def test_what_stands_beside_validation_samples_is_named_so() -> None:
    sampler = VAESampler(1, likelihood="poisson", **QUICK)
    with pytest.raises(ValueError, match=r"^library_size_val\[2\] is -1, but sizes are from 0"):
        sampler.fit(X, X_val=X[:3], library_size_val=[1, 1, -1])
    with pytest.raises(ValueError, match=r"^covariates_val were given, but this VAESampler was fitted without any"):
        sampler.fit(X, X_val=X[:3], covariates_val=["a", "b", "a"])


def test_a_density_without_codes_is_that_of_scipy() -> None:
    """With a code that says nothing, the density is that of the likelihood."""
    sampler = VAESampler(
        1, likelihood="negative_binomial", variance=0.5, hidden_layer_sizes=(), n_importance=500, **QUICK
    )
    sampler.fit(X)
    sampler.weights_ = [np.zeros_like(w) if w.shape in ((1, 30), (30, 1)) else w for w in sampler.weights_]
    shares = np.exp(sum(w.astype(float) for w in sampler.weights_ if w.shape == (30,)))  # learned, and the offset
    mean = X.sum(axis=1, keepdims=True) * shares / shares.sum() + 1e-8
    expected = stats.nbinom(2, 2 / (2 + mean)).logpmf(X).sum(axis=1)
    np.testing.assert_allclose(sampler.score_samples(X), expected, atol=0.5)


def test_counts_of_any_layout_are_the_same_counts(tmp_path) -> None:
    sampler = VAESampler(2, likelihood="negative_binomial", **QUICK).fit(X.astype(float))
    stored = np.lib.format.open_memmap(tmp_path / "counts.npy", mode="w+", dtype=np.uint16, shape=X.shape)
    stored[:] = X
    for other in (sparse.csr_array(X), sparse.csc_matrix(X.astype("float32")), pd.DataFrame(X), stored):
        fitted = VAESampler(2, likelihood="negative_binomial", **QUICK).fit(other)
        assert all(map(np.array_equal, fitted.weights_, sampler.weights_))
        assert np.array_equal(fitted.score_samples(other), sampler.score_samples(X))


def test_counts_far_from_zero() -> None:
    large = X.copy()
    large[:, 3] += 1_000_000
    sampler = VAESampler(2, likelihood="negative_binomial", **QUICK).fit(large)
    assert np.isfinite(sampler.score_samples(large)).all() and np.isfinite(sampler.history_["loss"]).all()
    drawn = sampler.sample(40)
    assert 3e5 < np.median(drawn[:, 3]) < 3e6


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ((3, 4), -1.0, r"'poisson' needs counts, whole numbers from 0 to 1e\+09, but X\[3, 4\] is -1"),
        ((3, 4), 0.5, r"but X\[3, 4\] is 0.5"),
        ((3, 4), 2e9, r"but X\[3, 4\] is 2e\+09"),
        ((3, 4), np.nan, "Input X contains NaN"),
    ],
)
def test_what_is_no_count_is_named(place, value, message, counted) -> None:
    wrong = X.astype(float)
    wrong[place] = value
    for rows in (wrong, sparse.csr_matrix(wrong)):
        with pytest.raises(ValueError, match=message):
            VAESampler(likelihood="poisson").fit(rows)
    named = pd.DataFrame(wrong, columns=[f"gene {i}" for i in range(30)])
    if value == 0.5:
        with pytest.raises(ValueError, match=r"X\[3, 4\] is 0.5 \(feature 'gene 4'\)"):
            VAESampler(likelihood="poisson").fit(named)
    with pytest.raises(ValueError, match=message.replace("poisson", "negative_binomial")):
        counted.score_samples(wrong, covariates=BATCHES)


def test_library_sizes_may_be_given(counted) -> None:
    sizes = X.sum(axis=1) + 1.0
    sampler = VAESampler(2, likelihood="poisson", **QUICK).fit(X, library_size=sizes)
    assert sampler.library_size_ in sizes
    np.testing.assert_allclose(sampler.reconstruct(X, library_size=sizes).sum(axis=1), sizes, rtol=1e-4)
    assert sampler.score(X, library_size=sizes) != sampler.score(X)
    for column in (sizes[:, None], pd.DataFrame({"total_counts": sizes})):
        assert sampler.score(X, library_size=column) == sampler.score(X, library_size=sizes)
    drawn = sampler.sample(200, library_size=1000).sum(axis=1)
    assert abs(drawn.mean() - 1000) < 20
    assert np.isin(
        np.unique(sampler.denoise(X).sum(axis=1).round(1)), [np.float32(round(sampler.library_size_, 1))]
    ).all()
    np.testing.assert_allclose(counted.denoise(X, covariates=BATCHES, library_size=50).sum(axis=1), 50, rtol=1e-4)
    with pytest.raises(ValueError, match=r"library_size\[2\] is -1, but sizes are from 0 to"):
        sampler.fit(X, library_size=np.where(np.arange(300) == 2, -1, sizes))
    with pytest.raises(ValueError, match=r"library_size\[0\] is 0, but sample 0 has counts"):
        sampler.fit(X, library_size=np.zeros(300))
    with pytest.raises(ValueError, match="library_size must be one number, or one for each of 300 samples"):
        sampler.fit(X, library_size=[1, 2])
    with pytest.raises(ValueError, match=r"library_size\[0\] is 'large', but only numbers are allowed"):
        sampler.fit(X, library_size=["large"] * 300)
    with pytest.raises(ValueError, match="Input library_size contains NaN in row 2"):
        sampler.fit(X, library_size=np.where(np.arange(300) == 2, np.nan, sizes))
    with pytest.raises(ValueError, match="library_size is that of counts, but the likelihood is 'gaussian'"):
        VAESampler().fit(X, library_size=sizes)


# Labels ---------------------------------------------------------------------------------------------------------------


def gap(codes: np.ndarray, labels: np.ndarray) -> float:
    """How far the groups of codes are apart, in standard deviations."""
    one, other = (codes[labels == label] for label in np.unique(labels))
    return float(np.linalg.norm((one.mean(axis=0) - other.mean(axis=0)) / codes.std(axis=0)))


def test_batches_mix_in_the_codes_where_they_are_given(counted) -> None:
    alone = VAESampler(2, likelihood="negative_binomial", learning_rate=5e-3, epochs=40, random_state=0).fit(X)
    codes = counted.transform(X, covariates=BATCHES)
    assert gap(codes, BATCHES) < 0.3 < 1 < gap(alone.transform(X), BATCHES)
    assert gap(codes, KINDS) > 1


def test_samples_are_carried_to_another_batch(counted) -> None:
    carried = counted.denoise(X, covariates=BATCHES, to="second", library_size=100)
    second = BATCHES == "second"
    before = counted.denoise(X, covariates=BATCHES, library_size=100)
    np.testing.assert_array_equal(carried[second], before[second])
    means = [rows.mean(axis=0) for rows in (carried[~second], before[~second], before[second])]
    assert np.abs(means[0] - means[2]).sum() < 0.5 * np.abs(means[1] - means[2]).sum()


def test_labels_of_all_forms_are_the_same_labels(counted) -> None:
    expected = counted.transform(X, covariates=BATCHES)
    for labels in (BATCHES.tolist(), BATCHES[:, None], pd.Series(BATCHES, dtype="category"), BATCHES.astype(object)):
        np.testing.assert_array_equal(counted.transform(X, covariates=labels), expected)
    first = counted.transform(X[:5], covariates="first")
    np.testing.assert_array_equal(first, counted.transform(X[:5], covariates=["first"] * 5))
    frame = pd.DataFrame({"batch": BATCHES, "old": np.arange(300) % 3 == 0})
    several = VAESampler(2, likelihood="poisson", **QUICK).fit(X, covariates=frame)
    rows = several.sample(4, covariates=["first", True])
    np.testing.assert_array_equal(rows, several.sample(4, covariates=[["first", True]] * 4))
    with pytest.raises(
        ValueError, match=r"column 'batch' of covariates\[1\] is 'third', which is none of the 2 in fit: "
    ):
        several.transform(X[:2], covariates=frame[:2].assign(batch=["first", "third"]))
    with pytest.raises(ValueError, match="fit was given column 'batch' of covariates and"):
        several.transform(X[:2], covariates=frame[:2][frame.columns[::-1]])
    with pytest.raises(ValueError, match="covariates is one row of 1 labels, but fit was given 2 columns of them"):
        several.transform(X[:2], covariates=["first"])


def test_wrong_labels(counted, conditional) -> None:
    with pytest.raises(
        ValueError, match=r"covariates\[1\] is 'third', which is none of the 2 in fit: 'first', 'second'"
    ):
        counted.transform(X[:2], covariates=["first", "third"])
    with pytest.raises(ValueError, match="this VAESampler was fitted with covariates; give that of the samples"):
        counted.transform(X)
    with pytest.raises(ValueError, match="covariates has 2 labels for 300 samples"):
        counted.score_samples(X, covariates=["first", "second"])
    with pytest.raises(ValueError, match="covariates were given, but this VAESampler was fitted without any"):
        conditional.transform(X, KINDS, covariates=BATCHES)
    with pytest.raises(ValueError, match="this VAESampler was fitted with y; give that of the samples"):
        conditional.sample(3)
    with pytest.raises(ValueError, match=r"y\[0\] is 'NK', which is none of the 2 in fit: 'B cell', 'T cell'"):
        conditional.sample(3, y="NK")
    twice = pd.DataFrame({"batch": BATCHES, "old": BATCHES}).set_axis(["batch", "batch"], axis=1)
    with pytest.raises(ValueError, match="covariates has more than one column 'batch'"):
        VAESampler().fit(X, covariates=twice)
    fit = VAESampler(conditional=True).fit
    with pytest.raises(ValueError, match="conditional=True learns a density for each label, so that y must be given"):
        fit(X)
    with pytest.raises(ValueError, match="y has 3 labels for 300 samples"):
        fit(X, ["a", "b", "c"])
    with pytest.raises(TypeError, match=r"y\[0\] is 0.5, but labels are strings, whole numbers or booleans"):
        fit(X, np.full(300, 0.5))
    with pytest.raises(ValueError, match=r"covariates\[7\] is nan: the label is missing"):
        VAESampler().fit(X, covariates=np.where(np.arange(300) == 7, np.nan, 1.0))


def test_samples_are_of_the_label_that_is_asked_for(conditional) -> None:
    sums = X.sum(axis=1, keepdims=True)
    means = {kind: (X / np.maximum(sums, 1))[kind == KINDS].mean(axis=0) for kind in np.unique(KINDS)}
    one = conditional.sample(200, y="T cell")
    found = (one / np.maximum(one.sum(axis=1, keepdims=True), 1)).mean(axis=0)
    assert np.abs(found - means["T cell"]).sum() < 0.5 * np.abs(found - means["B cell"]).sum()
    both = conditional.sample(4, y=["T cell", "B cell", "T cell", "B cell"])
    np.testing.assert_array_equal(both[::2], one[:4:2])
    right, wrong = (
        conditional.score_samples(X, labels) for labels in (KINDS, np.where(KINDS == "T cell", *np.unique(KINDS)))
    )
    assert (right > wrong).mean() > 0.8
    assert conditional.transform(X, KINDS).shape == (300, 2)


def test_labels_pass_through_cross_validation_pipelines_and_validation_samples() -> None:
    sampler = VAESampler(2, likelihood="poisson", conditional=True, **QUICK)
    assert np.isfinite(cross_val_score(sampler, X, KINDS, cv=2, error_score="raise")).all()
    held_out = sampler.fit(X[:200], KINDS[:200], X_val=X[200:], y_val=KINDS[200:]).history_["val_elbo"]
    split = VAESampler(2, likelihood="poisson", validation_fraction=0.3, **QUICK).fit(X, covariates=BATCHES)
    assert np.isfinite(held_out).all() and np.isfinite(split.history_["val_elbo"]).all()
    with config_context(enable_metadata_routing=True):
        asking = VAESampler(2, likelihood="poisson", **QUICK)
        asking.set_fit_request(covariates=True).set_score_request(covariates=True)
        params = {"covariates": BATCHES}
        assert np.isfinite(cross_val_score(asking, X, cv=2, params=params, error_score="raise")).all()
    codes = VAESampler(2, likelihood="poisson", **QUICK).fit_transform(X, covariates=BATCHES)
    assert codes.shape == (300, 2)


def test_a_conditional_sampler_goes_on_and_weighs_its_samples() -> None:
    sampler = VAESampler(2, likelihood="poisson", conditional=True, random_state=0)
    sampler.partial_fit(X, KINDS, covariates=BATCHES).partial_fit(X[:9], "T cell", covariates="first")
    assert sampler.n_iter_ == 2
    weights = np.where(np.arange(300) % 3 == 0, 0.0, 1.0)
    some = weights > 0
    weighted = VAESampler(2, likelihood="poisson", **QUICK).fit(X, covariates=BATCHES, sample_weight=weights)
    absent = VAESampler(2, likelihood="poisson", **QUICK).fit(X[some], covariates=BATCHES[some])
    assert all(map(np.array_equal, weighted.weights_, absent.weights_))
