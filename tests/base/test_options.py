"""Parameters that are one of some strings."""

import pytest
from sklearn.utils._param_validation import InvalidParameterError, StrOptions

from skmlbio import GCNClassifier
from skmlbio.base import parameter
from skmlbio.base._options import in_order


def test_errors_list_options_in_order() -> None:
    kept = [str, None]
    assert [in_order(constraint) for constraint in kept] == kept
    (options,) = parameter(allowed=[StrOptions({"sum", "mean", "max", "all"})]).metadata["allowed"]
    assert str(options) == "a str among {'all', 'max', 'mean', 'sum'}"
    assert options.is_satisfied_by("sum") and not options.is_satisfied_by("least")
    with pytest.raises(InvalidParameterError, match=r"among \{'appnp', 'arma', 'auto', 'cheb', 'diffusion', 'ecc', .*"):
        GCNClassifier("none").fit([], [])
