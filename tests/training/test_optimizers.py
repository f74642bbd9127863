"""Optimizers by name or configuration: what is taken, what is refused, and with which words."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras.optimizers import Optimizer

from skmlbio.training._optimizers import OPTIMIZERS, SCHEDULES, optimizer_configuration, warmed_up


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_keras_has_a_class_of_every_name(name: str) -> None:
    assert issubclass(getattr(keras.optimizers, optimizer_configuration(name, 0.1)["class_name"]), Optimizer)


@pytest.mark.parametrize("name", SCHEDULES)
def test_keras_has_every_schedule(name: str) -> None:
    assert issubclass(getattr(keras.optimizers.schedules, name), keras.optimizers.schedules.LearningRateSchedule)


def test_spelling_and_the_learning_rate_make_no_difference() -> None:
    expected = {"class_name": "Adam", "config": {}}
    assert optimizer_configuration("Adam", 0.1) == optimizer_configuration("adam", 0.2) == expected
    serialized = keras.optimizers.serialize(keras.optimizers.Adam(0.5, clipnorm=1.0))
    found = optimizer_configuration(serialized, 0.1)
    assert found["class_name"] == "Adam" and found["config"]["clipnorm"] == 1.0
    assert "learning_rate" not in found["config"] and "learning_rate" in serialized["config"]
    assert optimizer_configuration({"class_name": "sgd"}, np.float32(0.1)) == {"class_name": "SGD", "config": {}}


def test_a_schedule_is_a_part_of_the_configuration() -> None:
    schedule = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 10}}
    assert optimizer_configuration("adam", schedule)["config"] == {"learning_rate": schedule}


@pytest.mark.parametrize(
    ("optimizer", "learning_rate", "error", "words"),
    [
        ("adm", 0.1, ValueError, "optimizer 'adm' is unknown; did you mean 'adam'"),
        ("zzzzz", 0.1, ValueError, "optimizer 'zzzzz' is unknown; known are adadelta, "),
        ({"class_name": "Adamm"}, 0.1, ValueError, "did you mean 'adam'"),
        ({"config": {}}, 0.1, TypeError, "a name or a dict with 'class_name' and 'config', got dict"),
        (None, 0.1, TypeError, "got NoneType"),
        ("adam", 0.0, ValueError, "learning_rate must be a positive number"),
        ("adam", -1.0, ValueError, "got -1.0"),
        ("adam", float("nan"), ValueError, "got nan"),
        ("adam", float("inf"), ValueError, "got inf"),
        ("adam", "fast", ValueError, "got 'fast'"),
        ("adam", {"class_name": "CosineDekay"}, ValueError, "did you mean 'CosineDecay'"),
        ("adam", {}, ValueError, "learning_rate schedule None is unknown"),
    ],
)
def test_what_is_refused(optimizer, learning_rate, error: type, words: str) -> None:
    with pytest.raises(error) as caught:
        optimizer_configuration(optimizer, learning_rate)
    assert words in str(caught.value)


def test_an_instance_is_refused_with_advice() -> None:
    with pytest.raises(TypeError, match="an optimizer instance can train only one network"):
        optimizer_configuration(keras.optimizers.Adam(), 0.1)


def test_checking_loads_no_keras() -> None:
    code = (
        "import sys; from skmlbio.training._optimizers import optimizer_configuration;"
        "optimizer_configuration('adam', 0.1); assert 'keras' not in sys.modules and 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_warm_up_rises_in_a_line_and_stays() -> None:
    configuration = optimizer_configuration("adam", warmed_up(0.01, 100))["config"]["learning_rate"]
    schedule = keras.optimizers.schedules.CosineDecay.from_config(configuration["config"])
    assert [round(float(schedule(step)), 6) for step in (0, 25, 100, 101, 5000)] == [0.0, 0.0025, 0.01, 0.01, 0.01]
