"""Compiled programs: shared by equal blueprints, lent to one fit at a time, bounded, and forgotten when asked."""

import gc

import keras
import pytest
from small_networks import Spy, architecture, dense, fit, linear, same_bits, squared_error
from tensorflow.python.framework import ops
from tensorflow.python.framework.func_graph import FuncGraph

from skmlbio.training import ProgramInfo, _cache, clear_programs, program_info
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import borrow_trainer, get_network
from skmlbio.training._optimizers import optimizer_configuration
from skmlbio.training._trainer import Trainer


@pytest.fixture(autouse=True)
def empty_cache():
    clear_programs()
    yield
    clear_programs()


def make(network) -> Trainer:
    return Trainer(network, squared_error, optimizer_configuration("sgd", 0.1), False)


def test_equal_blueprints_share_a_network() -> None:
    assert get_network(Blueprint(dense, {"units": 2})) is get_network(Blueprint(dense, {"units": 2}))
    assert get_network(Blueprint(dense, {"units": 2})) is not get_network(Blueprint(dense, {"units": 3}))
    assert program_info().n_networks == 2


def test_keras_wide_settings_make_another_network() -> None:
    single = get_network(Blueprint(dense))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = get_network(Blueprint(dense))
    finally:
        keras.config.set_dtype_policy("float32")
    assert mixed is not single and mixed.model.get_layer("hidden").compute_dtype == "bfloat16"
    assert get_network(Blueprint(dense)) is single


def test_a_second_fit_at_the_same_time_gets_a_trainer_of_its_own() -> None:
    blueprint = Blueprint(linear)
    with borrow_trainer(blueprint, "key", make) as first:
        assert program_info().n_trainers == 0
        with borrow_trainer(blueprint, "key", make) as second:
            assert second is not first and second.network is first.network
    assert program_info() == ProgramInfo(1, 2, 0, 64)
    with borrow_trainer(blueprint, "key", make) as again:
        assert again in (first, second)
    with borrow_trainer(blueprint, "other", make) as other:
        assert other not in (first, second)


def test_a_trainer_comes_back_after_an_error() -> None:
    with pytest.raises(KeyError), borrow_trainer(Blueprint(linear), "key", make) as first:
        raise KeyError
    with borrow_trainer(Blueprint(linear), "key", make) as again:
        assert again is first


def test_the_cache_is_bounded_and_forgets_what_was_unused_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cache, "_CAPACITY", 2)
    blueprints = [Blueprint(dense, {"units": units}) for units in (1, 2, 3)]
    networks = [get_network(blueprint) for blueprint in blueprints[:2]]
    assert get_network(blueprints[0]) is networks[0]
    get_network(blueprints[2])
    assert get_network(blueprints[0]) is networks[0]
    assert get_network(blueprints[1]) is not networks[1]
    for blueprint in blueprints:
        with borrow_trainer(blueprint, "key", make):
            pass
    info = program_info()
    assert (info.n_networks, info.n_trainers, info.capacity) == (2, 2, 2)


def test_clearing_is_forgetting_and_changes_no_answer() -> None:
    spy = Spy()
    first = fit(Blueprint(linear), watchers=[spy])
    assert program_info() == ProgramInfo(1, 1, 1, 64)
    clear_programs()
    assert program_info() == ProgramInfo(0, 0, 0, 64)
    trainer = spy.trainer
    second = fit(Blueprint(linear), watchers=[spy])
    assert spy.trainer is not trainer
    assert same_bits(first.weights, second.weights)


def silu(units: int = 3):
    """A network whose activation has a gradient of its own, which TensorFlow keeps a list of."""
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(units, "silu", name="hidden")(x)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def n_graphs_alive() -> int:
    gc.collect()
    return sum(isinstance(value, FuncGraph) for value in gc.get_objects())


@pytest.mark.parametrize("jit", [False, True])
def test_no_graph_outlives_the_cache(jit: bool) -> None:
    before, gradients = n_graphs_alive(), set(ops.gradient_registry.list())
    fit(Blueprint(silu), optimizer="adam", jit=jit)
    get_network(Blueprint(silu)).forward_program("predict")
    assert n_graphs_alive() > before
    assert set(ops.gradient_registry.list()) > gradients
    clear_programs()
    assert n_graphs_alive() == before
    assert set(ops.gradient_registry.list()) == gradients


def test_what_is_dropped_leaves_no_kernels_behind(monkeypatch) -> None:
    cleared = []
    monkeypatch.setattr(_cache, "forget_kernels", lambda: cleared.append(program_info()))
    monkeypatch.setattr(_cache, "_CAPACITY", 2)
    monkeypatch.setattr(_cache, "_DROPPED_AT_ONCE", 2)
    monkeypatch.setattr(_cache, "_n_dropped", 0)
    for units in range(2, 8):
        get_network(Blueprint(dense, {"units": units}))
    assert [info.n_networks for info in cleared] == [2, 2]
