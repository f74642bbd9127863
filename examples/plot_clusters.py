"""Clusters in the latent space: a pipeline that ends in k-means, behind PCA and behind an auto-encoder."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# Eight cell types by two hidden numbers, seen through genes that are each on in a part of the plane only.
rng = np.random.default_rng(0)
hidden, types = make_blobs(800, centers=8, cluster_std=0.6, random_state=3)
hidden = StandardScaler().fit_transform(hidden)
centres = rng.uniform(-2, 2, size=(60, 2))
genes = np.exp(-2 * ((hidden[:, np.newaxis] - centres) ** 2).sum(axis=2)) + rng.normal(scale=0.1, size=(800, 60))

figure = matplotlib.figure.Figure(figsize=(9, 4), layout="constrained")
for ax, reducer in zip(
    figure.subplots(1, 2), (PCA(2), AutoEncoderTransformer(2, epochs=150, random_state=0)), strict=True
):
    pipeline = make_pipeline(reducer, KMeans(8, n_init=10, random_state=0))
    clusters = pipeline.fit_predict(genes)
    agreement = adjusted_rand_score(types, clusters), normalized_mutual_info_score(types, clusters)
    name = f"{type(reducer).__name__}: ARI {agreement[0]:.2f}, NMI {agreement[1]:.2f}"
    print(name)
    ax.scatter(*pipeline[:-1].transform(genes).T, c=types, cmap="tab10", s=8)
    ax.plot(*pipeline[-1].cluster_centers_.T, "k+", markersize=12)
    ax.set(title=name, xlabel="first component", ylabel="second component")
figure.savefig(folder / "plot_clusters.png", dpi=80)
