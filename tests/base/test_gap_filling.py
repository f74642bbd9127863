"""Rows with NaN in an auto-encoder: what is learned of them, filled, refused, exported."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy import sparse
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.utils import get_tags

from skmlbio import AutoEncoderTransformer

QUICK = {"missing": "mask", "epochs": 3, "random_state": 0}
NAMES = ["mass", "charge", "length", "area", "volume"]


@pytest.fixture(scope="module")
def whole() -> np.ndarray:
    """Two hidden numbers seen through five features of different scales."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 5)) + 0.05 * rng.normal(size=(200, 5))
    return X * [1, 100, 0.01, 1, 10] + [0, 1000, 0, -5, 3]


@pytest.fixture(scope="module")
def gappy(whole: np.ndarray) -> np.ndarray:
    return np.where(np.random.default_rng(1).random(whole.shape) < 0.2, np.nan, whole)


@pytest.fixture(scope="module")
def encoder(gappy: np.ndarray) -> AutoEncoderTransformer:
    return AutoEncoderTransformer(3, noise="masking", noise_level=0.2, **QUICK).fit(gappy)


def test_gaps_are_filled_better_than_by_means(whole: np.ndarray, gappy: np.ndarray) -> None:
    settings = {"learning_rate": 1e-2, "epochs": 60, "batch_size": 16}
    encoder = AutoEncoderTransformer(3, noise="masking", noise_level=0.2, **QUICK | settings).fit(gappy[:150])
    gaps = np.isnan(gappy)

    def error(filled: np.ndarray, rows: slice) -> float:
        return float(np.sqrt(np.mean(((filled - whole[rows]) / whole.std(axis=0))[gaps[rows]] ** 2)))

    means = SimpleImputer().fit(gappy[:150])
    for rows in (slice(0, 150), slice(150, 200)):  # new rows too
        assert error(encoder.impute(gappy[rows]), rows) < 0.6 * error(means.transform(gappy[rows]), rows)


def test_what_is_known_stays_and_gaps_get_the_reconstruction(gappy: np.ndarray, encoder) -> None:
    filled, gaps = encoder.impute(gappy), np.isnan(gappy)
    assert np.array_equal(filled[~gaps], gappy[~gaps])
    assert np.array_equal(filled[gaps], encoder.reconstruct(gappy)[gaps])
    assert np.isfinite(encoder.transform(gappy)).all()


@pytest.mark.parametrize("options", [{}, {"noise": "gaussian"}, {"standardize": False}, {"hidden_layer_sizes": ()},
                                     {"dtype": "float64", "loss": "huber"}], ids=str)  # fmt: skip
def test_gaps_have_no_part_in_the_loss(whole: np.ndarray, gappy: np.ndarray, options: dict) -> None:
    X = gappy / 1000 if "standardize" in options else gappy
    encoder = AutoEncoderTransformer(2, **QUICK | options).fit(X)
    scale = 1 if "standardize" in options else np.nanstd(X, axis=0)
    errors = np.abs(encoder.reconstruct(X) - X) / scale
    of_cells = np.where(errors <= 1, errors**2 / 2, errors - 0.5) if "loss" in options else errors**2
    np.testing.assert_allclose(encoder.score_samples(X), -np.nanmean(of_cells, axis=1), rtol=2e-3)
    assert np.isfinite([*encoder.history_["loss"], encoder.score(X)]).all()


def test_where_gaps_are_refused_there_is_nothing_to_fill(whole: np.ndarray) -> None:
    plain = AutoEncoderTransformer(**QUICK | {"missing": "error"}).fit(whole)
    assert np.array_equal(plain.impute(whole), whole)


def test_the_scale_is_that_of_what_is_known(gappy: np.ndarray, encoder) -> None:
    weights = {v.path: v.numpy() for v in encoder.model_.variables}
    np.testing.assert_allclose(weights["standardize/mean"], np.nanmean(gappy, axis=0))
    np.testing.assert_allclose(weights["standardize/scale"], np.nanstd(gappy, axis=0))
    assert np.array_equal(weights["fill/mean"], weights["standardize/mean"])


def test_frames_sparse_rows_and_rows_in_files(gappy: np.ndarray, encoder, tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", gappy)
    stored = np.load(tmp_path / "rows.npy", mmap_mode="r")
    frame = pd.DataFrame(gappy, columns=NAMES).convert_dtypes()  # whose gaps are pandas.NA
    for X in (sparse.csr_array(gappy), stored, frame):
        again = clone(encoder).fit(X)
        assert np.array_equal(again.impute(X), encoder.impute(gappy))


def test_rows_of_nothing_teach_nothing_and_have_no_score(gappy: np.ndarray, encoder) -> None:
    X = gappy[:4].copy()
    X[2] = np.nan
    assert np.isfinite(encoder.transform(X)).all() and np.isfinite(encoder.impute(X)).all()
    with pytest.raises(ValueError, match="sample 2 of X is missing altogether, so that its reconstruction has"):
        encoder.score_samples(X)
    settings = {"batch_size": None} | QUICK
    empty = np.full((3, 5), np.nan)
    one, other = (AutoEncoderTransformer(2, **settings).fit(rows) for rows in (gappy, np.vstack([gappy, empty])))
    assert all(np.isfinite(w).all() for w in other.weights_)
    assert other.score(gappy) == pytest.approx(one.score(gappy), rel=0.05)


def test_what_is_refused(gappy: np.ndarray) -> None:
    X = gappy.copy()
    X[:, 2] = np.nan
    with pytest.raises(ValueError, match=r"^column 2 of X is missing in every training sample; leave it out\.$"):
        AutoEncoderTransformer(**QUICK).fit(X)
    with pytest.raises(ValueError, match=r"^column 'length' \(2\) of X is missing in every training sample"):
        AutoEncoderTransformer(standardize=False, **QUICK).fit(pd.DataFrame(X, columns=NAMES))
    X[:, 2], X[3, 1] = 0, np.inf
    with pytest.raises(ValueError, match="infinity"):
        AutoEncoderTransformer(**QUICK).fit(X)
    X[3, 1] = 1e40
    with pytest.raises(ValueError, match=r"^X\[3, 1\] is 1e\+40"):
        AutoEncoderTransformer(**QUICK).fit(X)
    with pytest.raises(ValueError, match="missing='mask' puts a mask beside the input, which tied_weights=True has no"):
        AutoEncoderTransformer(tied_weights=True, **QUICK).fit(gappy)
    plain = AutoEncoderTransformer(epochs=1).fit(np.nan_to_num(gappy))
    with pytest.raises(ValueError, match="Input X contains NaN"):
        plain.set_params(missing="mask").transform(gappy)
    assert not get_tags(AutoEncoderTransformer()).input_tags.allow_nan
    assert get_tags(AutoEncoderTransformer(missing="mask")).input_tags.allow_nan


def test_going_on_with_gaps(gappy: np.ndarray) -> None:
    encoder = AutoEncoderTransformer(2, warm_start=True, **QUICK).fit(gappy)
    column_missing = gappy[:50].copy()
    column_missing[:, 0] = np.nan
    assert np.isfinite(encoder.partial_fit(column_missing).history_["loss"]).all()
    with pytest.raises(ValueError, match="was made with missing='mask', but is now to have missing='error'"):
        encoder.set_params(missing="error").fit(np.nan_to_num(gappy))


@pytest.mark.parametrize("container", [np.asarray, lambda X: pd.DataFrame(X, columns=NAMES)], ids=["array", "frame"])
def test_an_exported_network_fills_gaps_too(container, gappy: np.ndarray, encoder, tmp_path: Path) -> None:
    fitted = clone(encoder).fit(container(gappy))
    fitted.export_saved_model(tmp_path / "model")
    served = tf.saved_model.load(str(tmp_path / "model")).signatures
    suffix = "_matrix" if hasattr(fitted, "feature_names_in_") else ""
    for verb in ("impute", "transform", "score_samples", "reconstruct"):
        found = served[verb + suffix](X=tf.constant(gappy))[verb].numpy()
        np.testing.assert_allclose(found, getattr(encoder, verb)(gappy), rtol=1e-5, atol=1e-5)
    if suffix:
        columns = {name: tf.constant(column) for name, column in zip(NAMES, gappy.T, strict=True)}
        np.testing.assert_allclose(served["impute"](**columns)["impute"], encoder.impute(gappy), rtol=1e-5)
    for wrong, verb in (([[np.inf, 0, 0, 0, 0]], "impute"), ([[np.nan] * 5], "score_samples")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"infinity|missing altogether"):
            served[verb + suffix](X=tf.constant(wrong, tf.float64))
