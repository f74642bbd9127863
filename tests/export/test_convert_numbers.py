"""Steps of numbers answer in TensorFlow as they do in scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from export_parity import CLASSES, GAPS, X, assert_parity, assert_same, matrices, served
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.feature_selection import (
    SelectFromModel,
    SelectKBest,
    SelectPercentile,
    VarianceThreshold,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

WITH_HOLE = np.column_stack([GAPS[:, :3], np.full(60, np.nan)])
CODED = np.where(np.isnan(GAPS), -1, GAPS)
STEPS = {
    "standard": StandardScaler(),
    "standard, no mean": StandardScaler(with_mean=False),
    "standard, no scale": StandardScaler(with_std=False),
    "min-max": MinMaxScaler((-2, 3)),
    "min-max, clipped": MinMaxScaler(clip=True),
    "robust": RobustScaler(),
    "robust, no centre": RobustScaler(with_centering=False, unit_variance=True),
    "robust, no scale": RobustScaler(with_scaling=False),
    "max-abs": MaxAbsScaler(),
    "l1": Normalizer("l1"),
    "l2": Normalizer(),
    "max": Normalizer("max"),
    "PCA": PCA(2),
    "PCA, whitened": PCA(3, whiten=True),
    "incremental PCA": IncrementalPCA(2, batch_size=30),
    "SVD": TruncatedSVD(2, random_state=0),
    "variance": VarianceThreshold(0.5),
    "k best": SelectKBest(k=2),
    "percentile": SelectPercentile(percentile=75),
    "from model": SelectFromModel(LinearRegression(), max_features=2),
    "polynomial": PolynomialFeatures(3),
    "interactions": PolynomialFeatures(2, interaction_only=True, include_bias=False),
    "powers from 2": PolynomialFeatures((2, 3)),
    "binary": Binarizer(threshold=0.5),
    "identity": FunctionTransformer(),
    "tanh, validated": FunctionTransformer(np.tanh, validate=True),
}
IMPUTERS = {
    "mean": (SimpleImputer(), GAPS),
    "median, marked": (SimpleImputer(strategy="median", add_indicator=True), GAPS),
    "most frequent": (SimpleImputer(strategy="most_frequent"), np.round(GAPS)),
    "constant": (SimpleImputer(strategy="constant", fill_value=-7), GAPS),
    "empty column": (SimpleImputer(add_indicator=True), WITH_HOLE),
    "empty column kept": (SimpleImputer(keep_empty_features=True), WITH_HOLE),
    "a number for missing": (SimpleImputer(missing_values=-1), CODED),
}


@pytest.fixture(scope="module")
def models() -> Callable[[str, Any, np.ndarray], tuple[Any, dict]]:
    """Fit and trace a step once, however often it is asked."""
    kept: dict[str, tuple[Any, dict]] = {}

    def get(name: str, step: Any, samples: np.ndarray) -> tuple[Any, dict]:
        if name not in kept:
            fitted = step.fit(samples, np.unique(CLASSES, return_inverse=True)[1])
            kept[name] = fitted, served(fitted)
        return kept[name]

    return get


@pytest.mark.parametrize("name", STEPS)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_step_answers_the_same(name: str, data: st.DataObject, models: Callable) -> None:
    fitted, functions = models(name, STEPS[name], X)
    assert functions.keys() == {"transform"}
    assert_parity(fitted, functions, data.draw(matrices(gaps=True) | matrices(infinite=True)))


@pytest.mark.filterwarnings("ignore:Skipping features without any observed values")
@pytest.mark.parametrize("name", IMPUTERS)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_an_imputer_fills_the_same_gaps(name: str, data: st.DataObject, models: Callable) -> None:
    step, samples = IMPUTERS[name]
    fitted, functions = models(name, step, samples)
    assert_parity(fitted, functions, samples)
    assert_parity(fitted, functions, data.draw(matrices(gaps=True) | matrices(gaps=True, infinite=True)))


FUNCTIONS = (
    "abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh exp exp2 expm1 fabs floor log log10 log1p"
)
FUNCTIONS += " log2 negative positive rint sign sin sinh sqrt square tan tanh"


def test_functions_of_numpy_have_twins() -> None:
    values = np.linspace(-2.5, 2.5, 21).reshape(-1, 1)
    union = [FunctionTransformer(getattr(np, name)).fit(values) for name in FUNCTIONS.split()]
    with np.errstate(invalid="ignore", divide="ignore"):
        for step in union:
            assert_same(served(step)["transform"](values), step.transform(values))


def chain() -> Pipeline:
    """Everything that can stand in one row."""
    return make_pipeline(
        SimpleImputer(add_indicator=True),
        "passthrough",
        make_pipeline(RobustScaler(), MinMaxScaler((0, 2)), FunctionTransformer(np.log1p)),
        PolynomialFeatures(2),
        VarianceThreshold(),
        SelectKBest(k=9),
        MaxAbsScaler(),
        Normalizer(),
        StandardScaler(),
        PCA(4),
        None,
    )


def test_steps_stand_in_a_row_and_in_each_other() -> None:
    pipeline = chain().fit(GAPS, CLASSES)
    functions = served(pipeline)
    for samples in (GAPS, GAPS[:1], GAPS.astype(np.float32), X.round().astype(int)):
        assert_parity(pipeline, functions, samples)


class Halving(BaseEstimator):
    """A step that nobody told the export of."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return X / 2


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Halving(), r"step 'inner__odd' \(Halving\) cannot be exported, because no converter is registered"),
        (
            FunctionTransformer(np.sort),
            r"step 'inner__odd' \(FunctionTransformer\) .* the function 'sort': only a NumPy",
        ),
        (FunctionTransformer(np.tanh, kw_args={"where": True}), "with the function 'tanh' and kw_args: only"),
    ],
)
def test_what_has_no_converter_is_named(step: Any, message: str) -> None:
    pipeline = Pipeline([("scale", StandardScaler()), ("inner", Pipeline([("odd", step)]))]).fit(X)
    with pytest.raises(TypeError, match=message):
        served(pipeline)
