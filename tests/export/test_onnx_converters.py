"""Steps of scikit-learn, each by its converter, answer in ONNX Runtime as they do here."""

import numpy as np
import onnxruntime
import pytest
from export_parity import CLASSES, X, assert_same, strings_as_bytes
from sklearn.frozen import FrozenEstimator
from test_convert_columns import CURVES, ENCODERS, NUMBERS
from test_convert_models import CLASSIFIERS, OTHERS
from test_convert_numbers import IMPUTERS, STEPS
from test_convert_trees import NEIGHBORS, TREES

from skmlbio.export._exported_model import exported_model
from skmlbio.export._onnx_graph import onnx_model

CODES = np.unique(CLASSES, return_inverse=True)[1]
POSITIVE = np.abs(X) + 0.1
# What is fitted to which samples and targets.
CASES = {
    **{f"step: {name}": (step, X, CODES) for name, step in STEPS.items()},
    **{f"imputer: {name}": (step, samples, None) for name, (step, samples) in IMPUTERS.items()},
    **{f"encoder: {name}": (step, NUMBERS, None) for name, step in ENCODERS.items()},
    **{f"curve: {name}": (step, POSITIVE, None) for name, step in CURVES.items() if name != "normal ranks"},
    **{f"classifier: {name}": (model, X, CLASSES) for name, model in CLASSIFIERS.items() if name != "sparse"},
    **{f"model: {name}": (model, X, y) for name, (model, y) in OTHERS.items()},
    **{f"trees: {name}": case for name, case in TREES.items()},
    **{f"neighbors: {name}": (model, X, y) for name, (model, y) in NEIGHBORS.items()},
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:Skipping features without any observed values")
@pytest.mark.parametrize("name", CASES)
def test_a_converter_answers_the_same_in_onnx(name: str) -> None:
    step, samples, y = CASES[name]
    if isinstance(step, FrozenEstimator):
        step.estimator.fit(samples, y)
    step.fit(samples, y)
    for verb, function in exported_model(step).functions.items():
        session = onnxruntime.InferenceSession(onnx_model(function, verb).SerializeToString())
        for some in (samples, samples[:3]):
            found = [strings_as_bytes(part) for part in session.run(None, {"X": some.astype(np.float64)})]
            expected = getattr(step, verb)(some)
            for part, one in zip(found, expected if len(found) > 1 else [expected], strict=True):
                assert_same(part, one)
