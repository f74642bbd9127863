"""What every network of strings must do, whichever it is."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from skmlbio.sequences import Sequences


def require_round_trips(model: keras.Model, sequences: Sequences, lengths: tuple[int, int], folder: Path) -> None:
    """Keras' file and a SavedModel answer as the model does, the latter at any length."""
    expected = model(sequences.pad())
    model.save(folder / "model.keras")
    np.testing.assert_allclose(keras.saving.load_model(folder / "model.keras")(sequences.pad()), expected, atol=1e-6)

    serve = tf.function(lambda tokens: model(tokens), input_signature=[tf.TensorSpec((None, None), tf.uint8)])
    tf.saved_model.save(model, str(folder / "saved"), signatures=serve)
    served = tf.saved_model.load(str(folder / "saved")).signatures["serving_default"]
    for length in lengths:
        (answer,) = served(tf.constant(sequences.pad(length))).values()
        np.testing.assert_allclose(answer, expected, atol=1e-5)
