"""Fit a small classifier of DNA strings, and export it for a server that knows TensorFlow only.

python train.py FOLDER
"""

from __future__ import annotations

import argparse

import numpy as np
from sklearn.pipeline import make_pipeline

from skmlbio import DenseClassifier
from skmlbio.datasets import make_motif_sequences
from skmlbio.export import export_saved_model
from skmlbio.sequences import KmerCounter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="where to write the model; it must not exist")
    parser.add_argument("--epochs", type=int, default=40)
    options = parser.parse_args()
    motifs = [None, "TATAWAW", "CACGTGAC"]
    X, y = make_motif_sequences(900, motifs=motifs, lengths=(60, 100), random_state=0)
    labels = np.array(["none", "tata", "ebox"])[y]
    pipeline = make_pipeline(KmerCounter(4), DenseClassifier(epochs=options.epochs, random_state=0))
    pipeline.fit(X[:600], labels[:600])
    print(f"{pipeline.score(X[600:], labels[600:]):.3f} of the labels of 300 other strings are right.")
    export_saved_model(pipeline, options.folder)


if __name__ == "__main__":
    main()
