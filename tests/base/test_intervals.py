"""A bool is no number, for any parameter of any estimator."""

from numbers import Integral, Real

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils import _param_validation

import skmlbio
from skmlbio.base._intervals import Interval

ESTIMATORS = [getattr(skmlbio, name) for name in skmlbio.__all__]
ESTIMATORS = [cls for cls in ESTIMATORS if issubclass(cls, BaseEstimator) and hasattr(cls, "_parameter_constraints")]
WITHOUT_NUMBERS = {skmlbio.MoleculeGraphTransformer}


def test_numbers_satisfy_it_and_bools_do_not() -> None:
    for kind, good in ((Integral, [1, np.int64(2)]), (Real, [1, 0.5, np.float32(2)])):
        interval = Interval(kind, 0, None, closed="left")
        assert all(interval.is_satisfied_by(value) for value in good)
        assert not any(interval.is_satisfied_by(value) for value in (True, False, np.True_, -1, "1", None))


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_every_number_of_an_estimator_is_such_an_interval(cls: type) -> None:
    constraints = [c for allowed in cls._parameter_constraints.values() for c in allowed]
    intervals = [c for c in constraints if isinstance(c, _param_validation.Interval)]
    assert bool(intervals) == (cls not in WITHOUT_NUMBERS)
    assert all(isinstance(interval, Interval) for interval in intervals)
