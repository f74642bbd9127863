"""From an AnnData by an auto-encoder to neighbours, UMAP and Leiden clusters in scanpy."""

import argparse
import warnings
from pathlib import Path

import matplotlib.figure
from sklearn.metrics import adjusted_rand_score

from skmlbio import AutoEncoderTransformer

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what scanpy says of its own dependencies
        import scanpy
except ImportError as error:
    raise SystemExit(f"this example needs scanpy: pip install 'skmlbio[singlecell]' ({error})") from error

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# 700 blood cells, a part of those of Zheng et al. 2017 that comes with scanpy; of 765 genes, log(1 + counts).
warnings.simplefilter("ignore")
adata = scanpy.datasets.pbmc68k_reduced().raw.to_adata()

encoder = AutoEncoderTransformer(latent_dim=10, random_state=0).fit(adata)
encoder.annotate(adata, key_added="X_ae", layer_added="reconstruction")

scanpy.pp.neighbors(adata, use_rep="X_ae", n_neighbors=15, random_state=0)
scanpy.tl.umap(adata, random_state=0)
scanpy.tl.leiden(adata, resolution=0.5, flavor="igraph", n_iterations=2, random_state=0)
print(adata)
agreement = adjusted_rand_score(adata.obs["bulk_labels"], adata.obs["leiden"])
print(f"{adata.obs['leiden'].nunique()} clusters, adjusted Rand index with the cell types: {agreement:.2f}")

figure = matplotlib.figure.Figure(figsize=(13, 4.6), layout="constrained")
for axes, column, title in zip(
    figure.subplots(1, 2), ["bulk_labels", "leiden"], ["cell types", "Leiden clusters of codes"], strict=True
):
    labels = adata.obs[column]
    for place, label in enumerate(labels.cat.categories):
        axes.scatter(*adata.obsm["X_umap"][labels == label].T, s=12, color=f"C{place}", label=label)
    axes.set(xlabel="UMAP 1", ylabel="UMAP 2", title=title, xticks=[], yticks=[])
    axes.legend(frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
figure.savefig(folder / "plot_single_cell.png", dpi=80)
