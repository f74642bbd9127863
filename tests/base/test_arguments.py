"""Errors about arguments name the estimator."""

import inspect

import pytest

from skmlbio import AutoEncoderTransformer, DenseRegressor, GCNClassifier


@pytest.mark.parametrize(
    ("estimator", "takes"),
    [
        (DenseRegressor(), "X, y and sample_weight"),
        (GCNClassifier(), "X, y, classes and sample_weight"),
        (AutoEncoderTransformer(), "X, y and sample_weight"),
    ],
)
def test_the_class_that_the_user_made_is_named(estimator, takes) -> None:
    name = type(estimator).__name__
    for argument in ("X_val", "sample_weight_val"):
        with pytest.raises(TypeError, match=rf"^{name}.partial_fit\(\) got .*'{argument}'; it takes {takes}\.$"):
            estimator.partial_fit([[1.0]], [2.0], **{argument: [1.0]})
    with pytest.raises(
        TypeError, match=rf"^{name}.fit\(\) missing a required argument: 'X'; it takes X, y, .* groups\.$"
    ):
        estimator.fit()
    assert "sample_weight_val" in inspect.signature(estimator.fit).parameters
