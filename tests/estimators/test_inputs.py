"""Kinds of input: matrices, sparse ones, more axes, data frames; and the names that go with them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from own_networks import convolutional_auto_encoder, convolutional_network

from skmlbio import AutoEncoderTransformer, DenseClassifier, NetworkClassifier, NetworkRegressor, NetworkTransformer

FEW = {"epochs": 3, "learning_rate": 0.02, "random_state": 0}


@pytest.fixture
def images() -> tuple[np.ndarray, np.ndarray]:
    """Noise, with a bright square where y is 1."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(100, 0.3, size=(96, 6, 6, 2)), np.arange(96) % 2
    X[y == 1, 1:5, 1:5] += 1
    return X, y


def test_images_into_a_convolutional_classifier(images) -> None:
    X, y = images
    estimator = NetworkClassifier(convolutional_network, epochs=30, learning_rate=0.02, random_state=0).fit(X, y)
    assert estimator.score(X, y) > 0.9
    assert estimator.n_features_in_ == 6
    with pytest.raises(ValueError, match=r"X has samples of shape \(6, 5, 2\), but they had \(6, 6, 2\) in fit"):
        estimator.predict(X[:, :, :5])


def test_images_into_a_convolutional_regressor_and_transformer(images) -> None:
    X, y = images
    assert NetworkRegressor(convolutional_network, **FEW).fit(X, y).predict(X).shape == (96,)
    transformer = NetworkTransformer(convolutional_auto_encoder, **FEW).fit(X)
    assert transformer.transform(X).shape == (96, 3)
    assert transformer.reconstruct(X).shape == X.shape
    assert np.abs(transformer.reconstruct(X) - X).mean() < 1  # in the units of X, not in those of the network
    assert len(transformer.get_feature_names_out()) == 3


@pytest.mark.parametrize("container", [scipy.sparse.csr_matrix, scipy.sparse.csr_array, scipy.sparse.csc_matrix])
def test_sparse_rows_give_what_dense_rows_give(container, two_classes) -> None:
    X, y = two_classes
    X = np.where(np.abs(X) > 0.7, X, 0).astype(np.float32)
    for estimator, verb in (
        (DenseClassifier((8,), **FEW), "predict_proba"),
        (AutoEncoderTransformer(hidden_layer_sizes=(8,), **FEW), "transform"),
    ):
        dense = getattr(estimator.fit(X, y), verb)(X)
        assert np.array_equal(getattr(estimator.fit(container(X), y), verb)(container(X)), dense)


def test_sparse_data_are_made_dense_a_block_at_a_time(monkeypatch) -> None:
    X = scipy.sparse.random(6000, 3000, density=0.001, format="csr", dtype=np.float32, random_state=0)
    made = []
    original = type(X).toarray

    def counted(self, *args, **options):
        made.append(self.shape[0] * self.shape[1])
        return original(self, *args, **options)

    monkeypatch.setattr(type(X), "toarray", counted)
    estimator = AutoEncoderTransformer(
        hidden_layer_sizes=(4,), epochs=1, batch_size=256, validation_fraction=0.1, random_state=0
    ).fit(X)
    assert max(made) <= 0.25 * X.shape[0] * X.shape[1]
    for verb in ("transform", "score_samples"):
        made.clear()
        assert len(getattr(estimator, verb)(X)) == 6000
        assert len(made) >= 4 and max(made) <= 0.25 * X.shape[0] * X.shape[1]


def test_reading_many_wide_sparse_rows_takes_little_memory() -> None:
    import tracemalloc

    X = scipy.sparse.random(6000, 8000, density=0.001, format="csr", dtype=np.float32, random_state=0)  # 192 MB dense
    estimator = AutoEncoderTransformer(hidden_layer_sizes=(), epochs=1, batch_size=256, random_state=0)
    estimator.fit(X[:512])
    tracemalloc.start()
    estimator.fit(X).transform(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 96e6


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_frames_give_names(frame, two_classes) -> None:
    X, y = two_classes
    names = ["a", "b", "c", "d"]
    table = frame(dict(zip(names, X.T, strict=True)))
    estimator = DenseClassifier((8,), **FEW).fit(table, y)
    assert estimator.feature_names_in_.tolist() == names
    assert np.array_equal(estimator.predict_proba(table), DenseClassifier((8,), **FEW).fit(X, y).predict_proba(X))
    with pytest.raises(ValueError, match="feature names should match"):
        estimator.predict(frame(dict(zip(["a", "b", "d", "c"], X.T, strict=True))))


def test_labels_and_weights_may_be_series(two_classes) -> None:
    X, y = two_classes
    index = np.arange(96)[::-1]  # positions count, not the index
    weights = np.linspace(0, 1, 96)
    plain = DenseClassifier((8,), **FEW).fit(X, y, sample_weight=weights).predict_proba(X)
    given = DenseClassifier((8,), **FEW).fit(
        pd.DataFrame(X, index=index), pd.Series(y, index=index), sample_weight=pd.Series(weights, index=index)
    )
    assert np.array_equal(given.predict_proba(pd.DataFrame(X)), plain)
    categorical = pd.Series(np.array(["no", "yes"])[y], dtype="category")
    assert set(DenseClassifier((8,), **FEW).fit(X, categorical).predict(X)) <= {"no", "yes"}


@pytest.mark.parametrize(("library", "frame"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_codes_come_as_frames(library, frame, two_classes) -> None:
    X, _ = two_classes
    estimator = AutoEncoderTransformer(3, hidden_layer_sizes=(8,), **FEW).set_output(transform=library)
    codes = estimator.fit_transform(X)
    assert isinstance(codes, frame)
    names = [f"autoencodertransformer{i}" for i in range(3)]
    assert list(codes.columns) == names == estimator.get_feature_names_out().tolist()
    assert np.array_equal(estimator.inverse_transform(codes), estimator.reconstruct(X))
    codes = NetworkTransformer(network_params={"n_components": 3}, **FEW).set_output(transform=library).fit_transform(X)
    assert list(codes.columns) == [f"networktransformer{i}" for i in range(3)]


def test_data_are_not_written_to(two_classes) -> None:
    X, y = (a.copy() for a in two_classes)
    X = np.asfortranarray(X.astype(np.float32))
    X.flags.writeable = y.flags.writeable = False
    DenseClassifier((8,), **FEW).fit(X, y).predict(X)


def test_a_column_far_from_zero_counts_like_the_others(two_classes) -> None:
    X, y = two_classes
    shifted = X * [1, 1e-3, 1e3, 1] + [0, 5, -1e4, 100]
    estimator = DenseClassifier((8,), epochs=30, learning_rate=0.02, random_state=0)
    assert estimator.fit(shifted, y).score(shifted, y) == pytest.approx(estimator.fit(X, y).score(X, y), abs=0.02)


def test_constant_columns_do_no_harm(two_classes) -> None:
    X, y = two_classes
    X = np.column_stack([X, np.full(96, 1234.5678), np.zeros(96)])
    estimator = AutoEncoderTransformer(hidden_layer_sizes=(8,), **FEW).fit(X)
    assert np.isfinite(estimator.transform(X)).all()
    assert np.allclose(estimator.reconstruct(X)[:, 4], 1234.5678, atol=5)
    assert np.isfinite(DenseClassifier((8,), **FEW).fit(X, y).predict_proba(X)).all()
