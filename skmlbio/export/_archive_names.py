"""Which classes and functions an archive may name: this table, and nothing that a file says."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

# Read as text, because most of it stands to the right of this room, and loaded only when it is asked for.
_MODULES = {
    # What our estimators keep.
    "skmlbio.base._encoders": "KerasEncoder",
    "skmlbio.base._labels": "Labels",
    "skmlbio.estimators._categories": "Categories",
    "skmlbio.estimators._conditions": "Conditions",
    "skmlbio.estimators._embedding": "Embedding Embeddings",
    "skmlbio.estimators._residue_labels": "ResidueLabels",
    "skmlbio.estimators._table": "Column Table",
    "skmlbio.graphs": "Graph",
    "skmlbio.sequences": "Alphabet KmerCounter KmerTokenizer Motif OneHotSequenceEncoder TokenEncoder Vocabulary",
    "skmlbio.sequences._kmers": "_Words",
    "skmlbio.training._blueprint": "Blueprint",
    "skmlbio.training._keras_settings": "KerasSettings",
    # Their networks and losses.
    "skmlbio.networks.attention": "attention_network",
    "skmlbio.networks.auto_encoder": "auto_encoder",
    "skmlbio.networks.dense": "dense dense_auto_encoder",
    "skmlbio.networks.embedding": "embedding_network",
    "skmlbio.networks.generative_adversarial": "generative_adversarial",
    "skmlbio.networks.graph_auto_encoder": "graph_auto_encoder",
    "skmlbio.networks.graph_network": "graph_network",
    "skmlbio.networks.image_auto_encoder": "image_auto_encoder",
    "skmlbio.networks.image_cnn": "image_cnn",
    "skmlbio.networks.image_variational_auto_encoder": "image_variational_auto_encoder",
    "skmlbio.networks.language_model": "language_model",
    "skmlbio.networks.link_network": "link_network",
    "skmlbio.networks.masked_model": "masked_model",
    "skmlbio.networks.node_network": "node_network",
    "skmlbio.networks.pretrained": "images keras_features pretrained_network rows strings",
    "skmlbio.networks.recurrent": "recurrent_network",
    "skmlbio.networks.sequence_cnn": "sequence_cnn",
    "skmlbio.networks.supervised": "classifier regressor transformer",
    "skmlbio.networks.tagger": "sequence_tagger",
    "skmlbio.networks.tensor_factorization": "tensor_factorization",
    "skmlbio.networks.translation": "recurrent_translation transformer_translation",
    "skmlbio.networks.variational_auto_encoder": "variational_auto_encoder",
    "skmlbio.training._losses": "game graph_reconstruction negative_bound reconstruction regression",
}
_MODULES_OF_SCIKIT_LEARN = {
    "sklearn.calibration": "CalibratedClassifierCV _CalibratedClassifier _SigmoidCalibration",
    "sklearn.cluster": "KMeans MiniBatchKMeans",
    "sklearn.compose": "ColumnTransformer TransformedTargetRegressor make_column_selector",
    "sklearn.decomposition": "IncrementalPCA NMF PCA TruncatedSVD",
    "sklearn.dummy": "DummyClassifier DummyRegressor",
    "sklearn.ensemble": (
        "AdaBoostClassifier AdaBoostRegressor BaggingClassifier BaggingRegressor ExtraTreesClassifier "
        "ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor HistGradientBoostingClassifier "
        "HistGradientBoostingRegressor IsolationForest RandomForestClassifier RandomForestRegressor "
        "StackingClassifier StackingRegressor VotingClassifier VotingRegressor"
    ),
    "sklearn.feature_selection": (
        "GenericUnivariateSelect RFE RFECV SelectFdr SelectFpr SelectFromModel SelectFwe SelectKBest SelectPercentile "
        "VarianceThreshold chi2 f_classif f_regression mutual_info_classif mutual_info_regression r_regression"
    ),
    "sklearn.frozen": "FrozenEstimator",
    "sklearn.impute": "KNNImputer MissingIndicator SimpleImputer",
    "sklearn.isotonic": "IsotonicRegression",
    "sklearn.linear_model": (
        "ARDRegression BayesianRidge ElasticNet ElasticNetCV HuberRegressor Lasso LassoCV LinearRegression "
        "LogisticRegression LogisticRegressionCV Perceptron PoissonRegressor Ridge RidgeCV RidgeClassifier "
        "RidgeClassifierCV SGDClassifier SGDOneClassSVM SGDRegressor"
    ),
    "sklearn.metrics._scorer": "_CurveScorer _MultimetricScorer _PassthroughScorer _Scorer",
    "sklearn.model_selection": (
        "FixedThresholdClassifier GridSearchCV GroupKFold GroupShuffleSplit KFold LeaveOneGroupOut LeaveOneOut "
        "PredefinedSplit RandomizedSearchCV RepeatedKFold RepeatedStratifiedKFold ShuffleSplit StratifiedGroupKFold "
        "StratifiedKFold StratifiedShuffleSplit TimeSeriesSplit TunedThresholdClassifierCV"
    ),
    "sklearn.model_selection._search_successive_halving": "HalvingGridSearchCV HalvingRandomSearchCV",
    "sklearn.multiclass": "OneVsOneClassifier OneVsRestClassifier",
    "sklearn.multioutput": "ClassifierChain MultiOutputClassifier MultiOutputRegressor RegressorChain",
    "sklearn.naive_bayes": "BernoulliNB ComplementNB GaussianNB MultinomialNB",
    "sklearn.neighbors": (
        "KNeighborsClassifier KNeighborsRegressor NearestNeighbors RadiusNeighborsClassifier RadiusNeighborsRegressor"
    ),
    "sklearn.neural_network": "MLPClassifier MLPRegressor",
    "sklearn.neural_network._stochastic_optimizers": "AdamOptimizer SGDOptimizer",
    "sklearn.pipeline": "FeatureUnion Pipeline",
    "sklearn.preprocessing": (
        "Binarizer FunctionTransformer KBinsDiscretizer LabelBinarizer LabelEncoder MaxAbsScaler MinMaxScaler "
        "MultiLabelBinarizer Normalizer OneHotEncoder OrdinalEncoder PolynomialFeatures PowerTransformer "
        "QuantileTransformer RobustScaler StandardScaler TargetEncoder"
    ),
    "sklearn.svm": "LinearSVC LinearSVR NuSVC NuSVR OneClassSVM SVC SVR",
    "sklearn.tree": "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor",
    "sklearn.utils": "check_array",  # which gradient boosting hands numbers on by
    "sklearn.utils._metadata_requests": "MetadataRequest MethodMetadataRequest",
    # What they keep.
    "sklearn._loss.link": "HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit",
    "sklearn._loss.loss": (
        "AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss HalfMultinomialLoss HalfPoissonLoss "
        "HalfSquaredError HuberLoss PinballLoss"
    ),
    "sklearn.ensemble._hist_gradient_boosting.binning": "_BinMapper",
}
_PLAIN_TYPES = {kind.__name__: kind for kind in (bool, int, float, complex, str, bytes, object)}


def _is_elementwise(value: Any) -> bool:
    return isinstance(value, np.ufunc)


def _is_number_type(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, np.generic)


def _is_score(value: Any) -> bool:
    return isinstance(value, FunctionType) and value.__name__ in import_module("sklearn.metrics").__all__


# Modules, more of which may be named than it is good to list: those things of which this is true.
_FAMILIES = {
    "numpy": lambda value: _is_elementwise(value) or _is_number_type(value),
    "scipy.special": _is_elementwise,
    "sklearn.metrics": _is_score,
}


def _by_name(modules: dict[str, str]) -> dict[str, str]:
    """Return the module of each name."""
    return {name: module for module, names in modules.items() for name in names.split()}


_TABLE = _by_name(_MODULES) | _by_name(_MODULES_OF_SCIKIT_LEARN)


def found(name: str) -> Any:
    """Return the class or function that an archive may call by a name, or None."""
    module, _, in_module = name.rpartition(".")
    if module in _FAMILIES:
        value = getattr(import_module(module), in_module, None)
        return value if _FAMILIES[module](value) else None
    return _PLAIN_TYPES[name] if name in _PLAIN_TYPES else _listed(name)


def found_class(name: str) -> type | None:
    """Return the class, of which an archive may hold objects, that has a name, or None."""
    value = _listed(name)
    return value if isinstance(value, type) else None


def name_of(value: type | Callable) -> str | None:
    """Return the name by which an archive may call a class or function, or None."""
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):
        return None
    return next((n for n in (name, *(f"{module}.{name}" for module in _FAMILIES)) if found(n) is value), None)


def _listed(name: str) -> Any:
    if name in _TABLE:
        return getattr(import_module(_TABLE[name]), name, None)
    return _our_estimator(name)


def _our_estimator(name: str) -> type | None:
    library = import_module("skmlbio")
    value = getattr(library, name) if name in library.__all__ else None
    return value if isinstance(value, type) and issubclass(value, BaseEstimator) else None
