"""A convolutional auto-encoder of one's own as a scikit-learn transformer: digits as points in a plane."""

import argparse
from pathlib import Path

import matplotlib.figure
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

from skmlbio import LatentSpaceDisplay, NetworkTransformer, ReconstructionDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the pictures")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)


def convolutional_auto_encoder(input_shape, n_outputs, n_components=2, filters=16):
    from keras import Input, Model, layers

    images = Input(input_shape)
    x = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(images)
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    code = layers.Dense(n_components, name="code")(x)  # what transform returns
    x = layers.Dense(64, activation="relu")(code)
    return Model(images, layers.Dense(n_outputs)(x))


digits = load_digits()
X = digits.images[..., None] / 16  # shape (n_samples, height, width, channels)
X_train, X_test, _, y_test = train_test_split(X, digits.target, stratify=digits.target, random_state=0)
transformer = NetworkTransformer(convolutional_auto_encoder, learning_rate=2e-3, random_state=0).fit(X_train)
flat = X_test.reshape(-1, 64)
pca = PCA(2).fit(X_train.reshape(-1, 64))
both = {
    "NetworkTransformer": transformer.reconstruct(X_test).reshape(-1, 64),
    "PCA": pca.inverse_transform(pca.transform(flat)),
}
for name, reconstruction in both.items():
    kept = r2_score(flat, reconstruction, multioutput="variance_weighted")
    print(f"{name}: 2 numbers keep {kept:.0%} of the variance of the 64 pixels of the test images")

figure = matplotlib.figure.Figure(figsize=(8, 8), layout="constrained")
top, bottom = figure.subplots(2, 1, height_ratios=[3, 1])
LatentSpaceDisplay.from_estimator(transformer, X_test, y=y_test, y_name="digit", ax=top)
ReconstructionDisplay.from_estimator(transformer, X_test, image_shape=(8, 8), ax=bottom)
figure.savefig(folder / "plot_network_transformer.png", dpi=80)
