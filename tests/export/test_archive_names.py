"""Every class that an archive may name is there; steps of scikit-learn come out of it as they went in."""

from __future__ import annotations

from copy import deepcopy
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn import config_context
from sklearn.base import BaseEstimator, clone, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.feature_selection import SelectKBest, SelectPercentile, VarianceThreshold, f_regression
from sklearn.frozen import FrozenEstimator
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import (
    Lasso,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Ridge,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.metrics import make_scorer, matthews_corrcoef
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils.metadata_routing import get_routing_for_object

import skmlbio
from skmlbio import DenseClassifier
from skmlbio.export._archive_compiled import COMPILED
from skmlbio.export._archive_names import _MODULES, _MODULES_OF_SCIKIT_LEARN, _TABLE, found, name_of

X = np.abs(np.random.default_rng(0).normal(size=(40, 4)))
Y = np.array(["no", "yes"])[(X[:, 0] > X[:, 1]).astype(int)]

CLASSIFIERS = [
    LogisticRegression(),
    LinearSVC(random_state=0),
    SVC(),
    SGDClassifier(random_state=0),
    SGDClassifier(loss="modified_huber", random_state=0),
    GaussianNB(),
    MLPClassifier((3,), max_iter=300, tol=1.0, random_state=np.random.RandomState(0)),
    KNeighborsClassifier(algorithm="kd_tree"),
    KNeighborsClassifier(algorithm="ball_tree", p=3),
    KNeighborsClassifier(algorithm="brute", metric="cosine"),
    RandomForestClassifier(2, random_state=0),
    GradientBoostingClassifier(n_estimators=2, random_state=0),
    HistGradientBoostingClassifier(max_iter=2, early_stopping=True, warm_start=True, random_state=0),
    AdaBoostClassifier(n_estimators=2, random_state=0),
    BaggingClassifier(n_estimators=2, random_state=0),
    CalibratedClassifierCV(GaussianNB(), cv=2),
    CalibratedClassifierCV(GaussianNB(), cv=2, method="isotonic"),
    FrozenEstimator(LogisticRegression().fit(X, Y)),
    VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft"),
    StackingClassifier([("a", LogisticRegression())], cv=2),
    GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2, scoring=["accuracy", "roc_auc"], refit="accuracy"),
    GridSearchCV(GaussianNB(), {"var_smoothing": np.array([1e-9])}, cv=2, scoring=make_scorer(matthews_corrcoef)),
    RandomizedSearchCV(Ridge(), {"alpha": loguniform(0.1, 1)}, n_iter=2, cv=KFold(2), random_state=0),
    IsolationForest(n_estimators=2, random_state=0),
    KMeans(2, random_state=0),
]
REGRESSORS = [
    Ridge(),
    Lasso(0.1),
    LinearRegression(),
    SGDRegressor(random_state=0),
    SVR(),
    DecisionTreeRegressor(max_depth=3, random_state=0),
    RandomForestRegressor(2, random_state=0),
    HistGradientBoostingRegressor(max_iter=2, loss="quantile", quantile=0.3, random_state=0),
    KNeighborsRegressor(),
    VotingRegressor([("a", Ridge())]),
    TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1),
]
TRANSFORMERS = [
    StandardScaler(),
    MinMaxScaler(),
    RobustScaler(),
    MaxAbsScaler(),
    Normalizer(),
    PowerTransformer(),
    QuantileTransformer(n_quantiles=5),
    PCA(2),
    TruncatedSVD(2),
    SimpleImputer(),
    KNNImputer(),
    OneHotEncoder(max_categories=3),
    OrdinalEncoder(),
    KBinsDiscretizer(2, quantile_method="averaged_inverted_cdf"),
    FunctionTransformer(np.log1p, inverse_func=np.expm1),
    VarianceThreshold(),
    SelectKBest(f_regression, k=2),
    SelectPercentile(f_regression),
    PolynomialFeatures(),
    FeatureUnion([("a", PCA(1)), ("b", "passthrough")]),
    ColumnTransformer([("a", StandardScaler(), [0, 1]), ("b", OneHotEncoder(), slice(2, 3))], remainder="passthrough"),
    make_pipeline(StandardScaler(), make_pipeline(PCA(2), MinMaxScaler())),
]
THREE = np.array(["high", "low", "none"])[np.digitize(X[:, 0] + X[:, 1], [1, 2])]
SEVERAL = np.column_stack([THREE == "low", X[:, 2] > 1]).astype(int)
LISTED = [
    name
    for name in " ".join(_MODULES_OF_SCIKIT_LEARN.values()).split()
    if isinstance(found(name), type) and issubclass(found(name), BaseEstimator) and not name.startswith("_")
]
MADE_OF = {
    "ColumnTransformer": TRANSFORMERS[-2],
    "FeatureUnion": TRANSFORMERS[-3],
    "FrozenEstimator": FrozenEstimator(LogisticRegression().fit(X, THREE)),
    "GridSearchCV": GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2),
    "HalvingGridSearchCV": found("HalvingGridSearchCV")(LogisticRegression(), {"C": [1, 2]}, cv=2),
    "HalvingRandomSearchCV": found("HalvingRandomSearchCV")(LogisticRegression(), {"C": [1, 2]}, n_candidates=2, cv=2),
    "LogisticRegressionCV": LogisticRegressionCV(l1_ratios=(0,), scoring="neg_log_loss", use_legacy_attributes=False),
    "Pipeline": TRANSFORMERS[-1],
    "RandomizedSearchCV": RandomizedSearchCV(LogisticRegression(), {"C": [1, 2]}, n_iter=2, cv=2),
    "StackingClassifier": StackingClassifier([("a", LogisticRegression())], cv=2),
    "StackingRegressor": StackingRegressor([("a", Ridge())], cv=2),
    "VotingClassifier": VotingClassifier([("a", LogisticRegression())], voting="soft"),
    "VotingRegressor": VotingRegressor([("a", Ridge())]),
}
FITTED_TO = {
    "ClassifierChain": (X, [SEVERAL]),
    "FixedThresholdClassifier": (X, [Y]),
    "IsotonicRegression": (X[:, 0], [X[:, 1]]),
    "LabelBinarizer": (THREE, []),
    "LabelEncoder": (THREE, []),
    "MultiLabelBinarizer": ([["a", "b"], ["b"], []], []),
    "MultiOutputClassifier": (X, [SEVERAL]),
    "MultiOutputRegressor": (X, [X[:, :2]]),
    "RegressorChain": (X, [X[:, :2]]),
    "TunedThresholdClassifierCV": (X, [Y]),
}
CASES = [
    *((estimator, Y if not isinstance(estimator, RandomizedSearchCV) else X[:, 0]) for estimator in CLASSIFIERS),
    *((estimator, X[:, 0]) for estimator in REGRESSORS + TRANSFORMERS),
]


def answers(estimator: BaseEstimator, samples: Any) -> list:
    """What an estimator says first of samples, or of the neighbours that it finds."""
    verbs = ("predict_proba", "decision_function", "predict", "transform", "kneighbors")
    found = getattr(estimator, next(verb for verb in verbs if hasattr(estimator, verb)))(samples)
    parts = found if isinstance(found, list | tuple) else [found]
    return [part.toarray() if hasattr(part, "toarray") else part for part in parts]


def assert_goes_round(estimator: BaseEstimator, samples: Any, y: Any, path: Path) -> None:
    skmlbio.save(estimator, path)
    loaded = skmlbio.load(path)
    assert type(loaded) is type(estimator)
    assert loaded.get_params().keys() == estimator.get_params().keys()
    assert vars(loaded).keys() | {"_raw_predict"} == vars(estimator).keys() | {"_raw_predict"}  # a method, kept twice
    for part, expected in zip(answers(loaded, samples), answers(estimator, samples), strict=True):
        np.testing.assert_array_equal(part, expected)
    clone(loaded).fit(samples, *y)


@pytest.mark.parametrize(("estimator", "y"), CASES, ids=[type(estimator).__name__ for estimator, _ in CASES])
def test_steps_of_scikit_learn_go_round(estimator: BaseEstimator, y: np.ndarray, tmp_path: Path) -> None:
    assert_goes_round(clone(estimator).fit(X, y), X, [y], tmp_path / "file")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:.*converge")
@pytest.mark.parametrize("name", LISTED)
def test_every_estimator_of_the_list_goes_round_with_three_classes(name: str, tmp_path: Path) -> None:
    kind = found(name)
    base = [Ridge() if "Regressor" in name else LogisticRegression()]
    needed = [given for given in signature(kind).parameters.values() if given.default is given.empty]
    estimator = MADE_OF[name] if name in MADE_OF else kind(*base[: len(needed)])
    small = {"n_estimators": 2, "max_iter": 5, "n_quantiles": 5, "n_components": 2, "k": 2, "cv": 2, "Cs": 2}
    estimator.set_params(**{key: value for key, value in small.items() if key in estimator.get_params(deep=False)})
    samples, y = FITTED_TO.get(name, (X, [X[:, 0] if is_regressor(estimator) else THREE]))
    fitted = deepcopy(estimator.fit(samples, *y))  # a pickle, too, puts arrays together that have holes in memory
    assert_goes_round(fitted, samples, y, tmp_path / "file")


def test_the_missing_value_of_pandas_goes_round(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    cells = np.array([["a"], [pandas.NA], ["a"], ["b"]], object)
    imputer = SimpleImputer(missing_values=pandas.NA, strategy="most_frequent")
    assert_goes_round(imputer.fit(cells), cells, [], tmp_path / "file")
    assert skmlbio.load(tmp_path / "file").missing_values is pandas.NA


def test_categories_of_a_frame_reach_boosted_trees(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": X[:, 0], "b": pandas.Categorical(THREE)})
    for boosting, y in ((HistGradientBoostingClassifier(max_iter=2), THREE), (REGRESSORS[7], X[:, 1])):
        assert_goes_round(boosting.fit(frame, y), frame, [y], tmp_path / "file")


def test_a_search_keeps_its_results(tmp_path: Path) -> None:
    search = GridSearchCV(SVC(), [{"C": [1, 2]}, {"kernel": ["linear"]}], cv=2).fit(X, Y)
    skmlbio.save(search, tmp_path / "file")
    loaded = skmlbio.load(tmp_path / "file")
    assert loaded.best_params_ == search.best_params_ and loaded.score(X, Y) == search.score(X, Y)
    for name, found_there in search.cv_results_.items():
        np.testing.assert_array_equal(loaded.cv_results_[name], found_there)


def test_columns_by_name_and_data_frames(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": Y})
    numbers = make_column_selector(dtype_include=np.number)
    columns = ColumnTransformer([("numbers", StandardScaler(), numbers), ("words", OneHotEncoder(), ["c"])])
    columns.set_output(transform="default").fit(frame)
    skmlbio.save(columns, tmp_path / "file")
    loaded = skmlbio.load(tmp_path / "file")
    assert np.array_equal(loaded.transform(frame), columns.transform(frame))
    assert loaded.get_feature_names_out().tolist() == columns.get_feature_names_out().tolist()


def test_requests_for_metadata_are_kept(tmp_path: Path) -> None:
    with config_context(enable_metadata_routing=True):
        scaler = StandardScaler().set_fit_request(sample_weight=True)
        search = GridSearchCV(make_pipeline(scaler, DenseClassifier()), {"denseclassifier__l2": [0.0, 1e-3]})
        skmlbio.save(search, tmp_path / "file")
        loaded = skmlbio.load(tmp_path / "file")
        assert str(get_routing_for_object(loaded)) == str(get_routing_for_object(search))


def test_another_version_of_scikit_learn_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scaler = StandardScaler().fit(X)
    with monkeypatch.context() as patch:
        patch.setattr("sklearn.base.__version__", "1.0")
        skmlbio.save(scaler, tmp_path / "file")
    with pytest.warns(InconsistentVersionWarning, match=r"StandardScaler from version 1\.0"):
        skmlbio.load(tmp_path / "file")


@pytest.mark.parametrize("name", [*_TABLE, *COMPILED])
def test_every_name_of_the_table_is_there(name: str) -> None:
    if name in _TABLE:
        assert found(name).__name__ == name == name_of(found(name))
    else:
        assert getattr(import_module(COMPILED[name]), name).__name__ == name


def test_no_name_means_two_things() -> None:
    names = " ".join([*_MODULES.values(), *_MODULES_OF_SCIKIT_LEARN.values()]).split()
    assert len(names + list(COMPILED)) == len({*names, *COMPILED}) and not {*names} & {*skmlbio.__all__}


def test_all_estimators_of_ours_have_names_and_nothing_that_acts_on_the_world() -> None:
    ours = [n for n in skmlbio.__all__ if issubclass(getattr(skmlbio, n), BaseEstimator)]
    assert all(found(name) is getattr(skmlbio, name) for name in ours)
    refused = "os.system numpy.load builtins.eval eval save sklearn.metrics.sys sklearn.metrics.get_scorer.x numpy.f2py"
    for name in [*refused.split(), "scipy.special.test", "TrainingHistoryDisplay", "", ".", "numpy."]:
        assert found(name) is None, name
