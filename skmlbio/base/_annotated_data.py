"""Data sets that hold a matrix among other things."""

from __future__ import annotations

from typing import Any

_ADVICE = {
    "AnnData": "pass its matrix, {name}=adata.X, also of a backed one, or a layer, adata.layers[...]; labels are "
    "y=adata.obs[...]",
    "Raw": "pass its matrix, {name}=adata.raw.X",
    "MuData": "pass the matrix of one modality, {name}=mdata.mod[...].X",
    "Group": "pass one of the arrays in it, {name}=group[...]; one of AnnData's sparse matrices is "
    "{name}=anndata.io.sparse_dataset(group[...])",
}


def refuse_annotated_data(X: Any, name: str = "X") -> None:
    """Raise a TypeError for an `AnnData` or `MuData`, which NumPy takes minutes to make nothing of, or a file.

    They are known by name, so that none of the libraries is needed.  Matrices that come out of them, some of which are
    of classes of theirs, pass.
    """
    for kind in type(X).__mro__:
        if kind.__name__ in _ADVICE and kind.__module__.partition(".")[0] in ("anndata", "h5py", "mudata", "zarr"):
            advice = _ADVICE[kind.__name__].format(name=name)
            article = "an" if kind.__name__ == "AnnData" else "a"
            raise TypeError(f"{name} is {article} {kind.__name__}, which is more than a matrix: {advice}.")
