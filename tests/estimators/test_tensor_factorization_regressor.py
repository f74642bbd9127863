"""TensorFactorizationRegressor completes tensors; what holds for every estimator is in `test_battery.py`."""

import functools

import numpy as np
import pandas as pd
import polars as pl
import pytest
from test_reproducibility import equal

from skmlbio import TensorFactorizationRegressor
from skmlbio.datasets import make_low_rank_tensor

DATA = make_low_rank_tensor((12, 10, 8), rank=2, observed=0.4, random_state=0, return_X_y=False)
SMALL = {"hidden_layer_sizes": (4,), "epochs": 2, "random_state": 0}
FRAME = pd.DataFrame({"drug": ["aspirin", "ibuprofen"] * 6, "cell line": list("ABC") * 4, "dose": [1, 1, 10, 10] * 3})
Y = np.sin(np.arange(12.0))


@functools.cache
def of_frame() -> TensorFactorizationRegressor:
    return TensorFactorizationRegressor(3, **SMALL).fit(FRAME, Y)


# Learning ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("interaction", "score"), [("product", 0.8), ("concatenate", 0.3)])
def test_missing_cells_are_predicted(interaction: str, score: float) -> None:
    regressor = TensorFactorizationRegressor(4, interaction=interaction, epochs=60, random_state=0)
    regressor.fit(DATA.X, DATA.y)
    assert regressor.score(DATA.X_missing, DATA.y_missing) > score
    shuffled = np.random.default_rng(0).permutation(DATA.y)
    assert regressor.fit(DATA.X, shuffled).score(DATA.X_missing, DATA.y_missing) < 0.1


def test_without_hidden_layers_a_product_is_a_factorisation() -> None:
    regressor = TensorFactorizationRegressor(3, hidden_layer_sizes=(), epochs=2, random_state=0).fit(DATA.X, DATA.y)
    vectors = [regressor.embedding_(axis).vectors.astype(float) for axis in range(3)]
    *_, kernel, bias, mean, scale = regressor.weights_
    factors = np.einsum("ir,jr,kr,r->ijk", *vectors, kernel[:, 0].astype(float))
    expected = np.ravel(mean + scale * (factors + bias))
    everything = np.stack(np.unravel_index(np.arange(12 * 10 * 8), (12, 10, 8)), axis=1)
    np.testing.assert_allclose(regressor.predict(everything), expected, atol=1e-5)


def test_several_targets_that_miss_in_part() -> None:
    both = np.column_stack([Y, np.where(np.arange(12) < 3, np.nan, -Y)])
    regressor = TensorFactorizationRegressor(3, **SMALL).fit(FRAME, both)
    assert regressor.predict(FRAME).shape == (12, 2) and regressor.n_outputs_ == 2
    assert np.isfinite([regressor.score(FRAME, both), *regressor.history_["loss"]]).all()


# Vectors -------------------------------------------------------------------------------------------------------------


def test_vectors_go_by_axis_and_category() -> None:
    regressor = of_frame()
    assert list(regressor.embedding_) == ["drug", "cell line", "dose"] == list(regressor.categories_.names)
    assert regressor.categories_.values == (("aspirin", "ibuprofen"), ("A", "B", "C"), (1, 10))
    assert regressor.embedding_("cell line").vectors.shape == (3, 3) and regressor.embedding_["dose"][10].shape == (3,)
    assert regressor.feature_names_in_.tolist() == list(FRAME.columns)
    with pytest.raises(KeyError, match="column must be one of 'drug', 'cell line', 'dose', got 'time'"):
        regressor.embedding_("time")


def test_the_vectors_may_have_other_lengths_on_each_axis() -> None:
    regressor = TensorFactorizationRegressor((1, 2, 3), interaction="concatenate", **SMALL).fit(FRAME, Y)
    assert [vectors.vectors.shape[1] for vectors in regressor.embedding_.values()] == [1, 2, 3]
    with pytest.raises(ValueError, match=r"a product takes vectors of one length, but latent_dim is \(1, 2, 3\)"):
        TensorFactorizationRegressor((1, 2, 3)).fit(FRAME, Y)
    with pytest.raises(ValueError, match="latent_dim has 2 numbers, one an axis, but X has 3 columns"):
        TensorFactorizationRegressor([2, 2]).fit(FRAME, Y)
    with pytest.raises(ValueError, match=r"latent_dim\[1\] must be an int of 1 or more, got 0"):
        TensorFactorizationRegressor([2, 0, 2]).fit(FRAME, Y)
    with pytest.raises(ValueError, match="'latent_dim' parameter of TensorFactorizationRegressor"):
        TensorFactorizationRegressor(0).fit(FRAME, Y)


def test_an_unknown_category_is_named_or_has_the_mean_vector() -> None:
    other = FRAME.assign(dose=[1] * 11 + [100])
    message = r"column 'dose' of X has 100 in row 11, .* 2 categories 1, 10 that fit has learned; unknown='mean' would"
    with pytest.raises(ValueError, match=message):
        of_frame().predict(other)
    with pytest.raises(ValueError, match="column 'dose' of X_val has 100 in row 11"):
        TensorFactorizationRegressor(3, **SMALL).fit(FRAME, Y, X_val=other, y_val=Y)
    linear = TensorFactorizationRegressor(3, hidden_layer_sizes=(), unknown="mean", epochs=1, random_state=0)
    linear.fit(FRAME, Y)
    known = [linear.predict(FRAME.assign(dose=dose)) for dose in (1, 10)]
    np.testing.assert_allclose(linear.predict(FRAME.assign(dose=100)), np.mean(known, axis=0), atol=1e-6)


# What X may be -------------------------------------------------------------------------------------------------------


def test_every_container_is_the_same() -> None:
    named = of_frame()
    numbers = FRAME.assign(drug=FRAME["drug"] == "ibuprofen", **{"cell line": FRAME["cell line"].map("ABC".index)})
    array = numbers.to_numpy(int)
    frames = [pl.DataFrame(FRAME.to_dict("list")), FRAME.astype({"drug": "category"})]
    rows = [FRAME.to_numpy(), FRAME.to_numpy().tolist()]
    for X in (*frames, *rows, array, array.astype(np.int16), array.astype(str)):
        regressor = TensorFactorizationRegressor(3, **SMALL).fit(X, Y)
        assert equal(regressor.weights_, named.weights_)
        assert np.array_equal(regressor.predict(X), named.predict(FRAME))
    assert regressor.categories_.values[0] == ("0", "1")


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (FRAME.assign(dose=0.5), "column 'dose' of X holds 0.5 in row 0, of type float"),
        (FRAME.assign(drug=["aspirin", None] * 6), "column 'drug' of X is missing in row 1"),
        (np.arange(12), r"X\[0\] is .*0.*, which is no row of categories"),
        (np.zeros((12, 2, 2), int), r"X\[0\] is array(?s:.*), which is no row of categories"),
        ({"drug": ["aspirin"]}, "X must be a table of categories, a row a sample, got a dict"),
        (np.zeros((12, 0), int), "X has no columns; at least one of categories is needed"),
    ],
    ids=["fractions", "missing", "one axis", "three axes", "dict", "no columns"],
)
def test_what_is_no_table_of_categories_is_refused(X, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        TensorFactorizationRegressor(3, **SMALL).fit(X, Y)


def test_other_columns_than_in_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="feature names"):
        of_frame().predict(FRAME[["cell line", "drug", "dose"]])
    of_array = TensorFactorizationRegressor(3, **SMALL).fit(FRAME.to_numpy(), Y)
    with pytest.raises(ValueError, match="X has 2 features, but TensorFactorizationRegressor is expecting 3"):
        of_array.predict(FRAME.to_numpy()[:, :2])
    with pytest.raises(TypeError, match="column 'dose' of X holds '1', of type str, but in fit it held 1"):
        of_frame().predict(FRAME.astype({"dose": str}))


# Served --------------------------------------------------------------------------------------------------------------


def test_raw_categories_are_served(tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    inputs = {"drug": tf.constant(FRAME["drug"].tolist()), "dose": tf.constant(FRAME["dose"], tf.int64)}
    inputs["cell_line"] = tf.constant(FRAME["cell line"].tolist())
    other = inputs | {"drug": tf.constant(["paracetamol"] * 12)}
    served = {}
    for unknown in ("error", "mean"):
        regressor = of_frame() if unknown == "error" else TensorFactorizationRegressor(3, unknown=unknown, **SMALL)
        regressor.fit(FRAME, Y).export_saved_model(tmp_path / unknown)
        served[unknown] = tf.saved_model.load(str(tmp_path / unknown)).signatures["predict"]
        np.testing.assert_allclose(served[unknown](**inputs)["predict"], regressor.predict(FRAME), atol=1e-6)
    found = served["mean"](**other)["predict"]
    np.testing.assert_allclose(found, regressor.predict(FRAME.assign(drug="paracetamol")), atol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match="a category that it did not have in fit"):
        served["error"](**other)
