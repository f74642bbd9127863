"""A network as data."""

import pickle

import numpy as np
from small_networks import dense, linear

from skmlbio.training._blueprint import Blueprint


def test_equal_blueprints_have_equal_keys() -> None:
    assert Blueprint(dense, {"units": 3}).key == Blueprint(dense, {"units": 3}).key
    different = [Blueprint(dense, {"units": 4}), Blueprint(dense), Blueprint(linear, {"units": 3})]
    assert len({Blueprint(dense, {"units": 3}).key, *(blueprint.key for blueprint in different)}) == 4


def test_a_blueprint_pickles_without_its_key() -> None:
    blueprint = Blueprint(dense, {"units": 3})
    size = len(pickle.dumps(blueprint))
    key = blueprint.key
    assert len(pickle.dumps(blueprint)) == size
    again = pickle.loads(pickle.dumps(blueprint))
    assert again == blueprint and again.key == key


def test_build_calls_the_function_with_its_arguments() -> None:
    model = Blueprint(dense, {"units": 7}).build().training
    assert model.get_layer("hidden").units == 7


def test_numbers_of_numpy_become_those_of_python() -> None:
    blueprint = Blueprint(dense, {"units": np.int64(3), "rates": (np.float32(0.5), [np.True_])})
    assert repr(blueprint.arguments) == "{'units': 3, 'rates': (0.5, [True])}"
    assert Blueprint(dense, {"units": np.int64(3)}).key == Blueprint(dense, {"units": 3}).key
