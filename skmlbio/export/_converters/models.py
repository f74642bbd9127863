"""Other models that are a formula."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._converters._labels import labels_of, require_one_label, two_columns
from skmlbio.export._register import converter

_ACTIVATIONS = {
    "identity": tf.identity,
    "logistic": tf.sigmoid,
    "tanh": tf.tanh,
    "relu": tf.nn.relu,
    "softmax": tf.nn.softmax,
    "exp": tf.exp,
}


@converter("sklearn.cluster._kmeans.KMeans", "sklearn.cluster._kmeans.MiniBatchKMeans")
def convert_k_means(clusterer):
    centers = clusterer.cluster_centers_.astype(np.float64)
    axes, lengths = numbers(centers.T), numbers((centers**2).sum(axis=1))

    def distances(X):
        squares = tf.reduce_sum(X**2, axis=1, keepdims=True) - 2 * tf.matmul(X, axes) + lengths
        return tf.sqrt(tf.maximum(squares, 0.0))

    # The square of a sample is the same for all centers, and would blur small differences between them.
    nearest = lambda X: tf.argmin(lengths - 2 * tf.matmul(X, axes), axis=1, output_type=tf.int32)  # noqa: E731
    return {"predict": nearest, "transform": distances}


@converter("sklearn.naive_bayes.GaussianNB")
def convert_gaussian_nb(classifier):
    means, variances, choose = numbers(classifier.theta_), numbers(classifier.var_), labels_of(classifier.classes_)
    shift = np.log(classifier.class_prior_) - 0.5 * np.log(2 * np.pi * classifier.var_).sum(axis=1)

    def log_likelihood(X):
        # One class after the other: all at once take the room of all samples once for each class.
        parts = [shift[i] - 0.5 * tf.reduce_sum((X - means[i]) ** 2 / variances[i], axis=1) for i in range(len(shift))]
        return tf.stack(parts, axis=1)

    return {
        "predict": lambda X: choose(log_likelihood(X)),
        "predict_proba": lambda X: tf.nn.softmax(log_likelihood(X), axis=1),
    }


@converter("sklearn.neural_network._multilayer_perceptron.MLPRegressor")
def convert_mlp_regressor(regressor):
    forward = _forward(regressor)
    return {"predict": lambda X: forward(X)[:, 0] if regressor.n_outputs_ == 1 else forward(X)}


@converter("sklearn.neural_network._multilayer_perceptron.MLPClassifier")
def convert_mlp_classifier(classifier):
    require_one_label(classifier)
    forward, choose = _forward(classifier), labels_of(classifier.classes_)
    binary = classifier.n_outputs_ == 1
    return {
        "predict": lambda X: choose(forward(X)[:, 0] - 0.5 if binary else forward(X)),
        "predict_proba": lambda X: two_columns(forward(X)[:, 0]) if binary else forward(X),
    }


def _forward(network):
    layers = [(numbers(W), numbers(b)) for W, b in zip(network.coefs_, network.intercepts_, strict=True)]
    activations = [network.activation] * (len(layers) - 1) + [network.out_activation_]

    def forward(X):
        for (weights, shift), activation in zip(layers, activations, strict=True):
            X = _ACTIVATIONS[activation](tf.matmul(X, weights) + shift)
        return X

    return forward
