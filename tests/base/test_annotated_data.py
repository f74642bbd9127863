"""Containers of matrices are told from matrices, and estimators of matrices take an AnnData."""

import functools
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, csr_matrix

from skmlbio import AutoEncoderTransformer, DenseClassifier, VAESampler
from skmlbio.base._annotated_data import refuse_annotated_data
from skmlbio.training import _batches
from skmlbio.training._stored_rows import StoredRows


def stand_in(name: str, module: str, *parents: type) -> type:
    """A class that calls itself as one of anndata does."""
    return type(name, parents, {"__module__": module, "__len__": lambda self: 20})


AnnData = stand_in("AnnData", "anndata._core.anndata")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (AnnData(), r"^X is an AnnData, which is more than a matrix: pass its matrix, X=adata\.X, also of a back"),
        (stand_in("Mine", "somewhere", AnnData)(), "X is an AnnData"),
        (stand_in("Raw", "anndata._core.raw")(), r"X is a Raw.*X=adata\.raw\.X"),
        (stand_in("MuData", "mudata._core.mudata")(), r"X is a MuData.*X=mdata\.mod\[\.\.\.\]\.X"),
    ],
)
def test_it_is_refused_in_one_sentence(given, message) -> None:
    with pytest.raises(TypeError, match=message) as caught:
        refuse_annotated_data(given)
    assert "\n" not in str(caught.value)


def test_the_argument_is_named() -> None:
    with pytest.raises(TypeError, match=r"^X_val is an AnnData.*X_val=adata\.X"):
        refuse_annotated_data(AnnData(), "X_val")


def test_matrices_pass_whatever_their_class() -> None:
    view = np.eye(3).view(stand_in("ArrayView", "anndata._core.views", np.ndarray))
    for X in (view, np.eye(3), pd.DataFrame(np.eye(3)), [[1.0]], None, stand_in("AnnData", "mine")()):
        refuse_annotated_data(X)


# Estimators of matrices take them ------------------------------------------------------------------------------------

RANDOM = np.random.default_rng(0)
COUNTS = RANDOM.poisson(3.0, (60, 5))
GENES = [f"gene {i}" for i in range(5)]
FEW = {"hidden_layer_sizes": (4,), "epochs": 2, "random_state": 0}


def same(first: list, second: list) -> bool:
    return all(map(np.array_equal, first, second))


class Cells(AnnData):
    """What estimators look at; anndata itself wants an older pandas than the tests do."""

    def __init__(self, X, genes=GENES, **layers):
        self.X, self.layers, self.obsm, self.var = X, layers, {}, pd.DataFrame(index=genes)


def cells(genes=GENES) -> Cells:
    return Cells(np.log1p(COUNTS), genes, counts=csr_array(COUNTS))


@functools.cache
def encoder() -> AutoEncoderTransformer:
    return AutoEncoderTransformer(2, **FEW).fit(cells())


def test_the_matrix_is_taken_or_a_layer() -> None:
    assert same(encoder().weights_, AutoEncoderTransformer(2, **FEW).fit(np.log1p(COUNTS)).weights_)
    of_counts = VAESampler(2, likelihood="poisson", layer="counts", **FEW).fit(cells())
    assert same(of_counts.weights_, VAESampler(2, likelihood="poisson", **FEW).fit(COUNTS).weights_)
    assert of_counts.score_samples(cells()).shape == (60,)
    classifier = DenseClassifier(layer="counts", **FEW).fit(cells(), COUNTS[:, 0] > 3, X_val=cells(), y_val=[0, 1] * 30)
    assert np.array_equal(classifier.predict(cells()), classifier.predict(pd.DataFrame(COUNTS, columns=GENES)))


def test_features_have_the_names_of_genes() -> None:
    assert encoder().feature_names_in_.tolist() == GENES
    with pytest.raises(ValueError, match="feature names"):
        encoder().transform(cells(GENES[::-1]))
    wrong = Cells(np.where(COUNTS > 5, np.nan, 1.0))
    with pytest.raises(ValueError, match="X contains NaN"):
        encoder().transform(wrong)


def test_a_matrix_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match=r"^X is an AnnData without a layer 'raw'; its layers are 'counts'\.$"):
        AutoEncoderTransformer(2, layer="raw", **FEW).fit(cells())
    with pytest.raises(ValueError, match=r"^X_val is an AnnData without a matrix X; its layers are none\.$"):
        AutoEncoderTransformer(2, **FEW).fit(COUNTS, X_val=Cells(None))


def test_codes_and_reconstructions_are_written_into_it() -> None:
    adata = cells()
    assert encoder().annotate(adata) is None
    assert np.array_equal(adata.obsm["X_latent"], encoder().transform(adata)) and list(adata.layers) == ["counts"]
    encoder().annotate(adata, key_added="X_ae", layer_added="denoised")
    assert np.array_equal(adata.layers["denoised"], encoder().reconstruct(adata)) and "X_ae" in adata.obsm
    batches = np.arange(60) % 2
    sampler = VAESampler(2, likelihood="poisson", layer="counts", **FEW).fit(cells(), covariates=batches)
    sampler.annotate(adata, layer_added="expected", covariates=batches)
    assert np.array_equal(adata.obsm["X_latent"], sampler.transform(adata, covariates=batches))
    assert adata.layers["expected"].shape == COUNTS.shape
    with pytest.raises(TypeError, match="annotate writes into an AnnData, but adata is a ndarray"):
        encoder().annotate(COUNTS)


@pytest.mark.parametrize("is_sparse", [False, True])
def test_a_backed_one_is_read_from_its_file(is_sparse: bool, tmp_path, monkeypatch) -> None:
    anndata = pytest.importorskip("anndata", reason="anndata does not take the pandas of the other tests")
    matrix = np.log1p(COUNTS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pandas
        whole = anndata.AnnData(csr_matrix(matrix) if is_sparse else matrix, var=pd.DataFrame(index=GENES))
        with anndata.settings.override(allow_write_nullable_strings=True):
            whole.write_h5ad(tmp_path / "cells.h5ad")
        adata = anndata.read_h5ad(tmp_path / "cells.h5ad", backed="r")
        monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**10)  # a part of the rows
        monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**10)
        taken = []
        monkeypatch.setattr(
            StoredRows, "take", lambda rows, which, take=StoredRows.take: taken.append(1) or take(rows, which)
        )
        inside = AutoEncoderTransformer(2, **FEW).fit(whole)
        assert not taken
        outside = AutoEncoderTransformer(2, **FEW).fit(adata)
        assert same(outside.weights_, inside.weights_) and len(taken) > 2
        outside.annotate(adata, layer_added="reconstruction")
    assert adata.isbacked and np.array_equal(adata.obsm["X_latent"], inside.transform(whole))
    assert adata.layers["reconstruction"].shape == (60, 5)
