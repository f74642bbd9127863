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


def residual_network(input_shape, n_outputs, units=64):
    """Keras' batch normalisation and dropout, and inputs of blocks that are used four times."""
    x = keras.Input(input_shape)
    h = keras.layers.Dense(units)(x)
    for _ in range(2):
        n = keras.layers.Dropout(0.2)(keras.layers.BatchNormalization()(h))
        a, b = keras.layers.Dense(units, "relu")(n), keras.layers.Dense(units, "tanh")(n)
        h = keras.layers.Add()([h, a, b, n * a])
    return keras.Model(x, keras.layers.Dense(n_outputs)(h))


def recurrent_network(input_shape, n_outputs, units=32):
    x = keras.Input(input_shape)
    h = keras.layers.Bidirectional(keras.layers.LSTM(units, return_sequences=True))(x)
    return keras.Model(x, keras.layers.Dense(n_outputs)(keras.layers.GRU(units, dropout=0.2)(h)))


def convolving_network(input_shape, n_outputs, filters=32):
    """Reads series by convolutions of several kinds, and by Keras' attention."""
    x = keras.Input(input_shape)
    h = keras.layers.Conv1D(filters, 5, padding="same", activation="gelu")(x)
    h = keras.layers.MaxPooling1D(2)(h + keras.layers.SeparableConv1D(filters, 3, padding="same")(h))
    n = keras.layers.LayerNormalization()(h)
    h = h + keras.layers.MultiHeadAttention(2, 16, dropout=0.1)(n, n)
    return keras.Model(x, keras.layers.Dense(n_outputs)(keras.layers.GlobalMaxPooling1D()(h)))
