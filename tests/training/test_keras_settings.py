"""The Keras-wide settings of a fit are part of it, and the user's stay as they are."""

import threading
from collections.abc import Iterator

import keras
import pytest
from small_networks import dense

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._keras_settings import KerasSettings

OTHERS = KerasSettings("mixed_bfloat16", "float64", "channels_first", 1e-3)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = KerasSettings.current()
    yield
    before._set()


def test_they_are_those_of_keras() -> None:
    assert KerasSettings.current() == ("float32", "float32", "channels_last", 1e-7)
    keras.config.set_epsilon(1e-3)
    keras.config.set_dtype_policy("mixed_bfloat16")
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float64")
    assert KerasSettings.current() == OTHERS


def test_they_hold_for_a_while() -> None:
    before = KerasSettings.current()
    with OTHERS.in_force():
        assert KerasSettings.current() == OTHERS
        with before.in_force():
            assert KerasSettings.current() == before
        assert KerasSettings.current() == OTHERS
    assert KerasSettings.current() == before
    with pytest.raises(ZeroDivisionError), OTHERS.in_force():
        _ = 1 / 0
    assert KerasSettings.current() == before


def test_one_thread_at_a_time() -> None:
    inside, seen = threading.Event(), []

    def other() -> None:
        inside.wait(10)
        with KerasSettings("float32", "float32", "channels_last", 1e-7).in_force():
            seen.append(KerasSettings.current())

    thread = threading.Thread(target=other)
    thread.start()
    with OTHERS.in_force():
        inside.set()
        thread.join(0.2)
        assert thread.is_alive() and KerasSettings.current() == OTHERS
    thread.join(10)
    assert seen == [("float32", "float32", "channels_last", 1e-7)]


def test_a_blueprint_builds_under_those_it_was_made_under() -> None:
    plain = Blueprint(dense, {"units": 3})
    keras.config.set_dtype_policy("mixed_bfloat16")
    half = Blueprint(dense, {"units": 3})
    assert plain.key != half.key and plain != half
    assert plain.build().training.get_layer("hidden").compute_dtype == "float32"
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    keras.config.set_dtype_policy("float32")
    assert half.build().training.get_layer("hidden").compute_dtype == "bfloat16"
    assert keras.config.dtype_policy().name == "float32"
