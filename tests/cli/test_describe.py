"""What files hold, as JSON."""

import json
from pathlib import Path

import numpy as np
from sklearn.preprocessing import FunctionTransformer

import skmlbio
from skmlbio.cli._describe import as_json, described


def test_parameters_are_values_of_json(tmp_path: Path) -> None:
    estimator = skmlbio.DenseClassifier((8, 4), class_weight={"a": np.float32(2)}, l2=float("inf"), dropout=0.5)
    skmlbio.save(estimator.set_params(encoder=skmlbio.AutoEncoderTransformer(3)), tmp_path / "model")
    told = json.loads(json.dumps(described(str(tmp_path / "model"), as_json), allow_nan=False))
    parameters = told["parameters"]
    assert parameters["hidden_layer_sizes"] == [8, 4] and parameters["class_weight"] == {"a": 2.0}
    assert parameters["l2"] == "inf" and parameters["dropout"] == 0.5 and parameters["random_state"] is None
    assert parameters["encoder"]["estimator"] == "AutoEncoderTransformer"
    assert parameters["encoder"]["parameters"]["latent_dim"] == 3
    assert described(str(tmp_path / "model"))["parameters"]["hidden_layer_sizes"] == "(8, 4)"


def test_what_json_does_not_know_is_text() -> None:
    assert as_json({1: np.arange(2), "b": Path("a/b"), "c": {3}}) == {"1": [0, 1], "b": "a/b", "c": "{3}"}
    assert as_json(FunctionTransformer(np.log1p))["parameters"]["func"] == "<ufunc 'log1p'>"
