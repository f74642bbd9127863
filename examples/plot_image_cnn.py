"""A network of images learns digits of many sizes, and reads sizes that it never saw."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from scipy.ndimage import zoom
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import ImageCNNClassifier

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

digits, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(digits.reshape(-1, 8, 8), y, random_state=0)
random = np.random.default_rng(0)


def resized(images: np.ndarray, factors: np.ndarray) -> list[np.ndarray]:
    return [zoom(image, factor, order=1) for image, factor in zip(images, factors, strict=True)]


of_many_sizes = resized(X_train, random.uniform(1, 2, len(X_train)))
many = ImageCNNClassifier(epochs=12, random_state=0).fit(of_many_sizes, y_train)
one = ImageCNNClassifier(epochs=12, random_state=0).fit(X_train, y_train)
linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
linear.fit(X_train.reshape(-1, 64), y_train)
baseline = linear.score(X_test.reshape(-1, 64), y_test)

factors = np.array([1, 1.25, 1.5, 1.75, 2, 2.5, 3])
tests = [resized(X_test, np.full(len(X_test), factor)) for factor in factors]
scores = {
    "trained on 8 to 16 pixels": [many.score(images, y_test) for images in tests],
    "trained on 8 pixels": [one.score(images, y_test) for images in tests],
}
for name, accuracies in scores.items():
    print(name, " ".join(f"{accuracy:.3f}" for accuracy in accuracies))

figure = matplotlib.figure.Figure(figsize=(11, 4), layout="constrained")
left, right = figure.subfigures(1, 2, width_ratios=(1, 1.2))
chosen = random.choice(len(X_test), 12, replace=False)
shown = resized(X_test[chosen], random.choice(factors, 12))
for ax, image, label in zip(left.subplots(3, 4).flat, shown, many.predict(shown), strict=True):
    ax.imshow(image, cmap="gray_r", extent=(0, image.shape[1], image.shape[0], 0))
    ax.set(xlim=(0, 24), ylim=(24, 0), xticks=[], yticks=[])
    ax.set_title(f"{label}", fontsize=10)
left.suptitle("digits as they were read, in images of 8 to 24 pixels")
ax = right.subplots()
for name, accuracies in scores.items():
    ax.plot(8 * factors, accuracies, "o-", label=name)
ax.plot(8, baseline, "kx", label="logistic regression on 64 pixels")
ax.axvspan(8, 16, alpha=0.1)
ax.set(xlabel="height and width of the test images", ylabel="accuracy", ylim=(0, 1.02))
ax.legend(loc=(0.42, 0.15))
figure.savefig(folder / "plot_image_cnn.png", dpi=80)
