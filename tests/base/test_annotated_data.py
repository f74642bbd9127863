"""Containers of matrices are told from matrices."""

import numpy as np
import pandas as pd
import pytest

from skmlbio.base._annotated_data import refuse_annotated_data


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
