"""A small convolutional network, written in Keras by the user, classifies digits as a scikit-learn estimator."""

import argparse
from pathlib import Path

import matplotlib.figure
from sklearn.datasets import load_digits
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import GridSearchCV, train_test_split

from skmlbio import NetworkClassifier, TrainingHistoryDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)


def small_cnn(input_shape, n_outputs, filters=8):
    from keras import Input, Model, layers

    images = Input(input_shape)
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(images)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(2 * filters, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)
    return Model(images, layers.Dense(n_outputs)(x))  # logits: the classifier adds the softmax


digits = load_digits()
X = digits.images[..., None]  # shape (n_samples, height, width, channels)
X_train, X_test, y_train, y_test = train_test_split(X, digits.target, stratify=digits.target, random_state=0)

classifier = NetworkClassifier(small_cnn, epochs=30, validation_fraction=0.2, patience=5, random_state=0)
search = GridSearchCV(classifier, {"network__filters": [4, 12]}, cv=2).fit(X_train, y_train)
best = search.best_estimator_
print(f"best: {search.best_params_}; accuracy on the test images: {best.score(X_test, y_test):.3f}")

figure = matplotlib.figure.Figure(figsize=(10, 4.4), layout="constrained")
left, right = figure.subplots(1, 2)
TrainingHistoryDisplay.from_estimator(best, ax=left)
ConfusionMatrixDisplay.from_estimator(best, X_test, y_test, cmap="Blues", colorbar=False, ax=right)
figure.savefig(folder / "plot_network_classifier.png", dpi=80)
