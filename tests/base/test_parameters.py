"""Declared keywords: constructor, constraints and docstring, of a class and of those that derive from it."""

import inspect
import pickle

import pytest
from sklearn.base import BaseEstimator, clone

from skmlbio import DenseClassifier
from skmlbio.base import MatrixInput, RegressorBase, parameter, with_parameters
from skmlbio.base._docstrings import composed


@with_parameters
class Shared(BaseEstimator):
    """What is shared.

    Parameters
    ----------
    epochs : int
        How often.
    rate : float
        How far.

    Attributes
    ----------
    weights_ : list
        What is learned.
    """

    epochs: int = parameter(default=10, allowed=[int])
    rate: float = parameter(default=0.1, allowed=[float])


@with_parameters
class Own(Shared):
    """An estimator.

    Parameters
    ----------
    depth : int
        Layers.

    Attributes
    ----------
    depth_ : int
        Layers that there are.

    Notes
    -----
    None.
    """

    width: int = parameter(default=3, allowed=[int])
    depth: int = parameter(allowed=[int], kw_only=False)
    rate: float = parameter(default=0.5)


def test_own_keywords_come_first_and_changed_defaults_keep_their_place() -> None:
    assert str(inspect.signature(Own)) == "(depth: int, *, width: int = 3, epochs: int = 10, rate: float = 0.5)"
    assert inspect.signature(Own.__init__).parameters.keys() - {"self"} == inspect.signature(Own).parameters.keys()
    assert Own._parameter_constraints == {"epochs": [int], "rate": [float], "width": [int], "depth": [int]}


def test_the_docstring_is_complete_in_the_order_of_the_signature() -> None:
    assert inspect.getdoc(Own) == inspect.cleandoc("""An estimator.

    Parameters
    ----------
    depth : int
        Layers.
    epochs : int, default=10
        How often.
    rate : float, default=0.5
        How far.

    Attributes
    ----------
    depth_ : int
        Layers that there are.
    weights_ : list
        What is learned.

    Notes
    -----
    None.
    """)
    assert "default=0.1" in Shared.__doc__


def test_instances_are_ordinary_estimators() -> None:
    own = Own(2, rate=0.2)
    assert own.get_params() == {"depth": 2, "width": 3, "epochs": 10, "rate": 0.2}
    assert repr(own) == "Own(depth=2, rate=0.2)"
    assert clone(own).get_params() == pickle.loads(pickle.dumps(own)).get_params() == own.get_params()
    assert own != clone(own) and hash(own) != hash(clone(own))
    assert not hasattr(Own, "epochs") and not hasattr(Shared, "rate")  # a class has no values
    with pytest.raises(TypeError, match="positional"):
        Own(2, 3)


def test_what_needs_no_name_is_shown_in_the_order_in_which_it_is_taken() -> None:
    @with_parameters
    class Deeper(Own):
        units: int = parameter(allowed=[int], kw_only=False)

    assert [*inspect.signature(Deeper).parameters][:2] == ["depth", "units"]
    assert (Deeper(2, 3).depth, Deeper(2, 3).units) == (2, 3)


def test_a_subclass_may_have_a_constructor_of_its_own() -> None:
    class Named(DenseClassifier):
        def __init__(self, name="", epochs=5):
            super().__init__(epochs=epochs)
            self.name = name

    named = Named("a")
    assert named.get_params() == {"name": "a", "epochs": 5}
    assert named.hidden_layer_sizes == (64,)


def test_a_keyword_that_does_not_say_what_is_allowed_is_refused() -> None:
    with pytest.raises(TypeError, match="Forgotten does not say what is allowed for units"):

        @with_parameters
        class Forgotten(Shared):
            units: int = 3


def test_without_docstrings_there_is_none() -> None:
    bare = type("Bare", (), {"__doc__": None})
    assert composed(bare, {}) is None


def test_allowed_values_come_in_a_list() -> None:
    with pytest.raises(TypeError, match=r"allowed must be a list, such as \[str, None\], got \{'a'\}"):
        parameter(default="a", allowed={"a"})


def test_a_method_that_an_estimator_lacks_is_named() -> None:
    @with_parameters
    class Unfinished(MatrixInput, RegressorBase):
        """Without a network."""

    with pytest.raises(NotImplementedError, match="Unfinished has no method _make_blueprint, which says which network"):
        Unfinished().fit([[1.0], [2.0]], [1.0, 2.0])
