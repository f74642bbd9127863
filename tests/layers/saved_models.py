"""A layer of lists of edges in a model that is written and read in two ways."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf


def model_of(layer: keras.layers.Layer) -> keras.Model:
    inputs = [
        keras.Input(batch_shape=(None, 3), name="features"),
        keras.Input(batch_shape=(2, None), dtype="int32", name="edge_index"),
        keras.Input(batch_shape=(None,), name="edge_weight"),
    ]
    return keras.Model(inputs, layer(inputs))


def require_the_same_answers_once_saved(model: keras.Model, inputs: list, folder: Path) -> None:
    expected = model(inputs)
    model.save(folder / "model.keras")
    again = keras.saving.load_model(folder / "model.keras")
    assert again.layers[-1].get_config() == model.layers[-1].get_config()
    np.testing.assert_allclose(again(inputs), expected, atol=1e-6)

    @tf.function(input_signature=[tf.TensorSpec((None, 3)), tf.TensorSpec((2, None), tf.int32), tf.TensorSpec((None,))])
    def serve(features: tf.Tensor, edge_index: tf.Tensor, edge_weight: tf.Tensor) -> tf.Tensor:
        return model([features, edge_index, edge_weight])

    tf.saved_model.save(model, str(folder / "saved"), signatures=serve)
    served = tf.saved_model.load(str(folder / "saved")).signatures["serving_default"]
    features, edge_index, edge_weight = map(tf.constant, inputs)
    (output,) = served(features=features, edge_index=edge_index, edge_weight=edge_weight).values()
    np.testing.assert_allclose(output, expected, atol=1e-6)
