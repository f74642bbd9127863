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


def is_annotated(X: Any) -> bool:
    """Whether X is an `AnnData`, which is known by its name."""
    return any(kind.__name__ == "AnnData" and kind.__module__.startswith("anndata.") for kind in type(X).__mro__)


def matrix_of(adata: Any, layer: str | None) -> tuple[Any, Any]:
    """Return a matrix of an `AnnData`, of a backed one in its file, and a data frame without rows that has its columns.

    Parameters
    ----------
    adata : AnnData
        Cells and genes.
    layer : str or None
        Which layer; None takes ``adata.X``.

    Raises
    ------
    ValueError
        If there is no such matrix.
    """
    matrix = adata.X if layer is None else adata.layers.get(layer)
    if matrix is None:
        names = ", ".join(map(repr, adata.layers)) or "none"
        missing = "a matrix X" if layer is None else f"a layer {layer!r}"
        raise ValueError(f"X is an AnnData without {missing}; its layers are {names}.")
    return matrix, adata.var[[]].T
