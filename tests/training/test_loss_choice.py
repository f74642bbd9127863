"""What `loss` may be, as far as no data are needed to tell."""

import functools

import keras
import pytest

from skmlbio.training._loss_choice import LOSSES_OF_CLASSES, LOSSES_OF_NUMBERS, loss_choice


def test_what_keras_writes_of_a_loss_is_taken() -> None:
    written = keras.losses.serialize(keras.losses.Huber(name="bent"))
    taken = loss_choice(written, LOSSES_OF_NUMBERS)
    assert taken["class_name"] == "Huber" and taken["config"]["name"] == "bent"
    with pytest.raises(ValueError, match="loss must have a 'class_name'"):
        loss_choice(written | {"delta": 1.0}, LOSSES_OF_NUMBERS)


def test_a_function_of_keras_that_takes_probabilities_is_refused_by_classifiers() -> None:
    loss = keras.losses.categorical_crossentropy
    with pytest.raises(ValueError, match=r"loss categorical_crossentropy takes probabilities, .*from_logits=True"):
        loss_choice(loss, LOSSES_OF_CLASSES)
    told = functools.partial(loss, from_logits=True)
    assert loss_choice(told, LOSSES_OF_CLASSES) is told
    assert loss_choice(keras.losses.mean_squared_error, LOSSES_OF_CLASSES) is keras.losses.mean_squared_error
    assert loss_choice(loss, LOSSES_OF_NUMBERS) is loss
