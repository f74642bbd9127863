"""Columns of numbers and of strings go their ways in TensorFlow as they do in scikit-learn."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from export_parity import GAPS, TARGET, X, assert_parity, assert_same, matrices, served
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)

from skmlbio import EmbeddingTransformer
from skmlbio.export._exported_model import exported_model

WORDS = ["liver", "lung", "Ähre", "skin", "rare"]
rng = np.random.default_rng(1)
STRINGS = rng.choice(np.array(WORDS, object), p=[0.3, 0.3, 0.2, 0.15, 0.05], size=(60, 2))
NUMBERS = rng.choice([3.0, -1.0, 7.0, 0.5], p=[0.4, 0.3, 0.25, 0.05], size=(60, 2))
FRAME = pd.DataFrame(
    {"age": GAPS[:, 0], "tissue": STRINGS[:, 0], "dose": X[:, 1], "notes": STRINGS[:, 1], "batch": NUMBERS[:, 0]}
)
ENCODERS = {
    "one-hot": OneHotEncoder(),
    "one-hot, ignoring": OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    "one-hot, first dropped": OneHotEncoder(drop="first"),
    "one-hot, rare together": OneHotEncoder(min_frequency=10, handle_unknown="infrequent_if_exist"),
    "one-hot, rare dropped": OneHotEncoder(max_categories=3, drop="first", handle_unknown="infrequent_if_exist"),
    "one-hot, warning": OneHotEncoder(max_categories=3, handle_unknown="warn"),
    "ordinal": OrdinalEncoder(),
    "ordinal, unknown": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-3),
    "ordinal, rare": OrdinalEncoder(max_categories=3, handle_unknown="use_encoded_value", unknown_value=np.nan),
}
CURVES = {
    "power": PowerTransformer(),
    "power, as it is": PowerTransformer(standardize=False),
    "Box-Cox": PowerTransformer("box-cox"),
    "ranks": QuantileTransformer(n_quantiles=20),
    "normal ranks": QuantileTransformer(n_quantiles=20, output_distribution="normal"),
}


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("kind", ["strings", "numbers"])
@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoder_answers_the_same(name: str, kind: str) -> None:
    samples, unknown = (STRINGS, "kidney") if kind == "strings" else (NUMBERS, 4.0)
    encoder = ENCODERS[name].fit(samples)
    functions = served(encoder)
    assert_parity(encoder, functions, samples)
    known = samples.ravel().tolist()

    @settings(max_examples=6, deadline=None, derandomize=True, database=None)
    @given(st.lists(st.tuples(*[st.sampled_from([*known, unknown])] * 2), min_size=1, max_size=4))
    def check(rows: list) -> None:
        assert_parity(encoder, functions, np.array(rows, samples.dtype))

    check()
    assert_parity(encoder, functions, np.array([[samples[0, 0], unknown]], samples.dtype))


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder(encoded_missing_value=-2)])
def test_missing_categories_are_categories(encoder: Any) -> None:
    for gap, samples in ((np.nan, NUMBERS.copy()), (None, STRINGS.copy())):
        samples[::9, 1] = gap
        encoder.fit(samples)
        sent = np.where(samples == None, "", samples) if gap is None else samples  # noqa: E711
        expected = encoder.transform(samples)
        expected = expected.toarray() if hasattr(expected, "toarray") else expected
        np.testing.assert_array_equal(served(encoder)["transform"](sent), expected)


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_answers_the_same(name: str) -> None:
    samples = np.abs(GAPS) + 0.1 if name == "Box-Cox" else np.where(np.abs(GAPS) < 0.3, 0, GAPS)
    step = CURVES[name].fit(samples)
    functions = served(step)
    assert_parity(step, functions, samples)

    @settings(max_examples=15, deadline=None, derandomize=True, database=None)
    @given(matrices(gaps=True) | matrices(infinite=True))
    def check(samples: np.ndarray) -> None:
        samples = np.abs(samples) + 0.5 if name == "Box-Cox" else samples
        assert_parity(step, functions, samples)

    check()
    if name == "Box-Cox":
        with pytest.raises(tf.errors.InvalidArgumentError, match="takes positive numbers only"):
            functions["transform"](-X)


def mixed(**options: Any) -> ColumnTransformer:
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), FeatureUnion([("a", StandardScaler()), ("b", PCA(1))])), ["dose", "age"]),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["tissue"]),
        (OneHotEncoder(drop="if_binary"), ["batch"]),
        **options,
    )


def test_columns_of_several_types_go_their_ways() -> None:
    pipeline = make_pipeline(mixed(), Ridge()).fit(FRAME, TARGET)
    functions = served(pipeline)
    assert functions.keys() == {"predict"}
    read = FRAME.drop(columns="notes")
    np.testing.assert_allclose(functions["predict"](read), pipeline.predict(FRAME), rtol=1e-9)
    gap = read[:3].assign(tissue="", age=np.nan)
    missing = FRAME[:3].assign(tissue=pd.Series([np.nan] * 3, dtype=FRAME["tissue"].dtype), age=np.nan)
    np.testing.assert_allclose(functions["predict"](gap), pipeline.predict(missing), rtol=1e-9)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"columntransformer__onehotencoder.* in column 0"):
        functions["predict"](read.assign(batch=99.0))


def test_categories_reach_a_network() -> None:
    frame = FRAME.assign(batch=(2 * NUMBERS[:, 0]).astype(int))
    vectors = EmbeddingTransformer(1, epochs=1, random_state=0)
    step = make_column_transformer((vectors, ["tissue", "batch"]), (StandardScaler(), ["dose"]))
    pipeline = make_pipeline(step, Ridge()).fit(frame, TARGET)
    found = served(pipeline)["predict"](frame[["batch", "dose", "tissue"]])
    np.testing.assert_allclose(found, pipeline.predict(frame), rtol=1e-5)
    passed = make_pipeline(FunctionTransformer(), vectors).fit(frame[["tissue", "batch"]])
    assert_same(served(passed)["transform"](frame), passed.transform(frame[["tissue", "batch"]]))
    scaled = make_column_transformer((vectors, ["tissue", "batch"]), (StandardScaler(), ["batch", "dose"])).fit(frame)
    model = exported_model(scaled).functions["transform"].structured_input_signature[1]
    assert {name: spec.dtype.name for name, spec in model.items()} == {
        "batch": "int64", "dose": "float64", "tissue": "string",
    }  # fmt: skip
    assert_same(served(scaled)["transform"](frame), scaled.transform(frame))
    union = make_pipeline(FeatureUnion([("all", "passthrough")]), vectors).fit(frame[["tissue", "batch"]])
    with pytest.raises(TypeError, match=r"takes string as '.*', which it lacks"):
        served(union)


def test_the_rest_is_scaled_passed_or_left_out() -> None:
    for rest in (MinMaxScaler(), "passthrough", "drop"):
        step = ColumnTransformer([("shift", StandardScaler(), [2, 0]), ("out", "drop", [3])], remainder=rest).fit(X)
        assert_parity(step, served(step), X)
    numbers = FRAME[["age", "dose", "batch"]]
    step = ColumnTransformer([("kept", "passthrough", ["batch"]), ("filled", SimpleImputer(), ["age"])]).fit(numbers)
    found = served(step)
    assert found.keys() == {"transform", "transform_matrix"}
    np.testing.assert_allclose(found["transform"](FRAME[["age", "batch"]]), step.transform(numbers))


def test_blocks_stand_beside_each_other_with_their_weights() -> None:
    union = FeatureUnion(
        [("scaled", StandardScaler()), ("no", "drop"), ("as it is", "passthrough"), ("PCA", PCA(2))],
        transformer_weights={"PCA": 10},
    ).fit(X)
    assert_parity(union, served(union), X)
    columns = ColumnTransformer(
        [("scaled", StandardScaler(), [2, 0]), ("as it is", "passthrough", [3])],
        remainder=PCA(1),
        transformer_weights={"scaled": 10, "as it is": -0.5, "remainder": 3},
    ).fit(X)
    assert_parity(columns, served(columns), X)


def test_strings_of_an_imputer_reach_an_encoder() -> None:
    gaps = np.where(rng.random(STRINGS.shape) < 0.2, None, STRINGS)
    pipeline = make_pipeline(
        SimpleImputer(missing_values=None, strategy="constant", fill_value="none"), OrdinalEncoder()
    ).fit(gaps)
    found = served(pipeline)["transform"](np.where(gaps == None, "", gaps))  # noqa: E711
    np.testing.assert_array_equal(found, pipeline.transform(gaps))


REST = [
    ColumnTransformer([("kept", "passthrough", ["notes"]), ("scaled", StandardScaler(), ["dose"])]),
    ColumnTransformer([("scaled", StandardScaler(), ["dose"])], remainder="passthrough"),
    FunctionTransformer(),
    make_pipeline(make_pipeline(FunctionTransformer(), None), FunctionTransformer()),
]


@pytest.mark.parametrize("handed_on", REST, ids=["passed", "the rest", "no function", "steps in each other"])
def test_strings_that_are_handed_on_reach_an_encoder(handed_on: Any) -> None:
    frame = FRAME[["notes", "dose"]]
    place = 1 if handed_on is REST[1] else 0
    after = ColumnTransformer([("words", OneHotEncoder(), [place])], remainder=MinMaxScaler())
    pipeline = make_pipeline(handed_on, after).fit(frame)
    assert_same(served(pipeline)["transform"](frame), pipeline.transform(frame))


def test_a_column_that_two_steps_read_is_of_one_type() -> None:
    steps = [("words", OneHotEncoder(), [1]), ("kept", FunctionTransformer(), [1]), ("gaps", SimpleImputer(), [0])]
    numbers = NUMBERS.astype(object)
    twice = make_pipeline(ColumnTransformer(steps), OneHotEncoder(handle_unknown="ignore")).fit(numbers)
    assert_same(served(twice)["transform"](NUMBERS), twice.transform(numbers))


@pytest.mark.parametrize(
    ("categories", "message"),
    [
        (["", "a", None], "step 'odd' .* the categories '' and None of column 1 would both be sent as missing"),
        (["a", None, np.nan], "the categories None and nan of column 1 would both be sent as missing"),
        ([2**53, 2**53 + 1], "9007199254740992 and 9007199254740993 of column 1 are the same number in float64"),
    ],
)
@pytest.mark.parametrize("encoder", [OneHotEncoder, OrdinalEncoder])
def test_categories_that_a_model_would_not_tell_apart_are_refused(encoder: Any, categories: list, message: str) -> None:
    cells = np.array(categories, object)
    step = encoder(categories=[np.array(["x"], object), cells]).fit([["x", cell] for cell in cells])
    with pytest.raises(TypeError, match=message):
        served(Pipeline([("odd", step)]))


def test_what_does_not_fit_together_is_told() -> None:
    digits = np.array([["a", "1"], ["b", "2"]], object)
    twice = ColumnTransformer([("one", OneHotEncoder(), [0, 1]), ("two", StandardScaler(), [1])]).fit(digits)
    union = FeatureUnion([("all", "passthrough")])
    for step, message in (
        (make_pipeline(union, OneHotEncoder()).fit(STRINGS), "takes string in column 0, where .* hands on float64"),
        (make_pipeline(FunctionTransformer(), StandardScaler()), "not fitted"),
        (twice, "column 1 is numbers to one step and strings to another"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            served(step)
