"""Networks that stand for a user's own: importable, so that estimators around them pickle into fresh processes."""

from __future__ import annotations

import keras


def dropout_network(input_shape, n_outputs, units=8, rate=0.2):
    """Keras' own dropout and default initialisers."""
    x = keras.Input(input_shape)
    h = keras.layers.Dense(units, "relu")(x)
    h = keras.layers.Dropout(rate)(h)
    return keras.Model(x, keras.layers.Dense(n_outputs)(h))


def convolutional_network(input_shape, n_outputs, filters=4):
    x = keras.Input(input_shape)
    h = keras.layers.Conv2D(filters, 3, activation="relu")(x)
    h = keras.layers.GlobalAveragePooling2D()(h)
    return keras.Model(x, keras.layers.Dense(n_outputs)(h))


def convolutional_auto_encoder(input_shape, n_outputs, n_components=3):
    x = keras.Input(input_shape)
    h = keras.layers.Conv2D(2, 3, activation="relu")(x)
    code = keras.layers.Dense(n_components, name="code")(keras.layers.Flatten()(h))
    return keras.Model(x, keras.layers.Dense(n_outputs)(code))


def pooling_network(input_shape, n_outputs):
    """Where the channels are is left to Keras."""
    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs)(keras.layers.GlobalAveragePooling2D()(x)))
