"""`AutoEncoderOutlierDetector`: what is found, scores and where they are cut, scikit-learn's tools."""

import numpy as np
import pytest
from sklearn.base import is_outlier_detector
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_outliers_fit_predict, check_outliers_train

from skmlbio import AutoEncoderOutlierDetector, VAESampler

VARIANTS = ["plain", "denoising", "variational"]
QUICK = {"epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Rows near a plane of six dimensions, in units of all sizes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2)) @ rng.normal(size=(2, 6)) + 0.1 * rng.normal(size=(300, 6))
    return X * [1, 100, 0.01, 1, 10, 1] + [0, 1000, 0, -5, 3, 0]


@pytest.fixture(scope="module")
def shuffled(rows: np.ndarray) -> np.ndarray:
    """Rows whose features are each as they should be, but do not belong together."""
    rng = np.random.default_rng(1)
    return np.column_stack([rng.permutation(column) for column in rows.T])


@pytest.fixture(scope="module")
def detector(rows: np.ndarray) -> AutoEncoderOutlierDetector:
    return AutoEncoderOutlierDetector(2, **QUICK).fit(rows)


@pytest.mark.parametrize("variant", VARIANTS)
def test_rows_that_do_not_belong_together_are_found(variant: str, rows: np.ndarray, shuffled: np.ndarray) -> None:
    detector = AutoEncoderOutlierDetector(2, variant=variant, learning_rate=5e-3, epochs=60, random_state=0)
    detector.fit(rows[:200])
    X, new = np.concatenate([rows[200:], shuffled]), np.repeat([0, 1], [100, 300])
    assert roc_auc_score(new, -detector.score_samples(X)) > 0.93
    answers = detector.predict(X)
    assert (answers[new == 0] == 1).mean() > 0.85 and (answers[new == 1] == -1).mean() > 0.75
    assert is_outlier_detector(detector)


@pytest.mark.parametrize("variant", ["denoising", "variational"])
def test_every_variant_passes_the_checks_of_outlier_detectors(variant: str) -> None:
    detector = AutoEncoderOutlierDetector(variant=variant, n_importance=3, epochs=20)
    check_outliers_fit_predict("detector", detector)
    check_outliers_train("detector", detector)


def test_scores_are_errors_by_what_is_usual_for_each_feature(rows: np.ndarray, detector) -> None:
    errors = (rows - detector.reconstruct(rows)) / rows.std(axis=0)
    squares = (errors**2).mean(axis=0)
    np.testing.assert_allclose(detector.error_scale_**2, squares + 0.1 * squares.mean(), rtol=1e-4)
    expected = -np.sqrt(((errors / detector.error_scale_) ** 2).mean(axis=1))
    np.testing.assert_allclose(detector.score_samples(rows), expected, rtol=1e-4)
    assert detector.score(rows) == pytest.approx(expected.mean(), rel=1e-4)


def test_scores_of_the_variational_one_are_those_of_the_sampler(rows: np.ndarray) -> None:
    settings = {"latent_dim": 1, "n_importance": 7} | QUICK
    detector = AutoEncoderOutlierDetector(variant="variational", **settings).fit(rows)
    plain_adam = {"optimizer": "adam", "learning_rate": 1e-3, "weight_decay": 0.0, "weight_averaging": 0.0}
    sampler = VAESampler(variance="feature", **plain_adam, **settings).fit(rows)
    np.testing.assert_allclose(detector.score_samples(rows), sampler.score_samples(rows), rtol=1e-5)
    assert np.array_equal(detector.score_samples(rows), detector.score_samples(rows))
    assert set(detector.history_) == {"loss", "elbo", "reconstruction", "kl"}


def test_contamination_is_the_share_of_outliers_in_the_fit(rows: np.ndarray, detector) -> None:
    scores = detector.score_samples(rows)
    lower, upper = np.quantile(scores, [0.25, 0.75], method="averaged_inverted_cdf")
    assert detector.offset_ == pytest.approx(lower - 1.5 * (upper - lower))
    for share in (0.01, 0.1, 0.5):
        cut = AutoEncoderOutlierDetector(2, contamination=share, **QUICK).fit(rows)
        assert (cut.predict(rows) == -1).sum() == round(share * 300)
        assert np.array_equal(cut.score_samples(rows), scores)
    assert np.array_equal(cut.decision_function(rows), scores - cut.offset_)


def test_the_offset_is_that_of_the_validation_rows(rows: np.ndarray) -> None:
    given = AutoEncoderOutlierDetector(2, contamination=0.2, **QUICK).fit(rows[:200], X_val=rows[200:])
    assert (given.predict(rows[200:]) == -1).sum() == 20
    held_out = AutoEncoderOutlierDetector(2, validation_fraction=0.5, contamination=0.2, **QUICK).fit(rows)
    assert held_out.offset_ in (held_out.score_samples(rows)[:, None] + held_out.score_samples(rows)) / 2


def test_rows_of_weight_zero_move_no_limit(rows: np.ndarray, shuffled: np.ndarray) -> None:
    weights = np.repeat([1.0, 0.0], 300)
    settings = {"batch_size": None, "dtype": "float64"} | QUICK
    weighed = AutoEncoderOutlierDetector(2, **settings).fit(np.concatenate([rows, shuffled]), sample_weight=weights)
    alone = AutoEncoderOutlierDetector(2, **settings).fit(rows)
    assert weighed.offset_ == pytest.approx(alone.offset_, rel=1e-6)
    np.testing.assert_allclose(weighed.error_scale_, alone.error_scale_, rtol=1e-6)


def test_a_feature_that_was_constant_tells_an_outlier(rows: np.ndarray) -> None:
    X = np.column_stack([rows, np.full(300, 7.0)])
    detector = AutoEncoderOutlierDetector(2, **QUICK).fit(X)
    changed = X[:5].copy()
    changed[:, -1] = 8
    assert (detector.score_samples(changed) < detector.score_samples(X[:5])).all()
    constant = AutoEncoderOutlierDetector(1, **QUICK).fit(np.ones((9, 3)))
    assert (constant.predict(np.ones((2, 3))) == 1).all() and (constant.predict(np.zeros((2, 3))) == -1).all()


def test_a_fit_that_is_interrupted_keeps_a_limit(rows: np.ndarray) -> None:
    import keras

    class Interrupts(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    detector = AutoEncoderOutlierDetector(2, callbacks=[Interrupts], **QUICK)
    with pytest.raises(KeyboardInterrupt, match="keeps what it has learned"):
        detector.fit(rows)
    assert set(detector.predict(rows)) == {-1, 1}


def test_going_on_moves_the_limit_and_needs_the_same_variant(rows: np.ndarray) -> None:
    detector = AutoEncoderOutlierDetector(2, warm_start=True, **QUICK).fit(rows)
    first = detector.offset_
    assert detector.partial_fit(rows).offset_ != first
    assert np.array_equal(detector.set_params(variant="variational").score_samples(rows), detector.score_samples(rows))
    with pytest.raises(ValueError, match=r"was made with variant='plain', but is now to have variant='variational'"):
        detector.fit(rows)


@pytest.mark.parametrize("contamination", [0, 0.0, 0.6, True, -0.1, "none", None])
def test_contamination_is_a_share_of_at_most_a_half(contamination, rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"'contamination' parameter of AutoEncoderOutlierDetector must be a float in"):
        AutoEncoderOutlierDetector(contamination=contamination, **QUICK).fit(rows)


def test_pipelines_and_searches(rows: np.ndarray, shuffled: np.ndarray) -> None:
    X, y = np.concatenate([rows, shuffled[:20]]), np.repeat([1, -1], [300, 20])
    order = np.random.default_rng(0).permutation(len(X))
    pipeline = make_pipeline(StandardScaler(), AutoEncoderOutlierDetector(**QUICK))
    search = GridSearchCV(
        pipeline, {"autoencoderoutlierdetector__latent_dim": [1, 2]}, scoring="roc_auc", cv=2, error_score="raise"
    ).fit(X[order], y[order])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert np.array_equal(search.predict(X), np.where(search.decision_function(X) < 0, -1, 1))
    assert set(pipeline.fit_predict(X)) == {-1, 1}
