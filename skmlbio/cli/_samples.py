"""Samples of a file: their names, what an estimator takes, and what it shall learn."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any, NamedTuple

from skmlbio.cli._errors import UsageError, unknown
from skmlbio.cli._formats import format_of, read, required
from skmlbio.cli._models import Kind, allows_gaps, first_step, kind_of, learns_labels
from skmlbio.cli._values import as_labels, as_numbers, require_known

if TYPE_CHECKING:
    from pandas import DataFrame, Series

COLUMN = "read_column_"  # the attribute of a model that tells where its strings or molecules stood
_USUAL_COLUMNS = {"molecules": "smiles", "strings": "sequence"}


class Samples(NamedTuple):
    """What is read of a file.

    Attributes
    ----------
    ids : Series of length n_samples
        Names of the samples, or their numbers, from 1; its own name is that of their column.
    X : list of str, DataFrame or AnnData of n_samples rows
        What the estimator takes.
    y : list of length n_samples, or None
        Numbers for a regressor, and else labels as they stand in the file.
    column : str or None
        Where strings or molecules stood, if that is not where they usually do.
    """

    ids: Series
    X: Any
    y: list | None
    column: str | None = None


def read_samples(path: str, model: Any, options: Namespace) -> Samples:
    """Read the samples of a file as a model takes them.

    Parameters
    ----------
    path : str
        The file.
    model : estimator
        Fitted or not.  Where it knows the names of its columns, those are taken, in its order.
    options : Namespace
        ``format``, ``columns``, ``ignore``, ``id`` and, where there is something to learn, ``target`` and ``labels``.

    Raises
    ------
    UsageError
        If the options do not say what is needed.
    ImportError, OSError
        If the file cannot be read.
    ValueError
        If a column is missing, or a cell is, or is no number where one is needed.
    """
    kind = kind_of(model)
    target, labels = getattr(options, "target", None), getattr(options, "labels", None)
    text = None if kind in ("molecules", "strings") else [options.id or "id", *([target] if target else [])]
    table = read(path, options.format, text)
    is_cells = hasattr(table, "obs_names")
    about = table.obs if is_cells else table  # where ids and targets are
    ids = _ids(about, path, options.id, about.index if is_cells else None)
    y = None
    if target is not None:
        column = about if labels is None else _joined(labels, ids, target, options.id)
        y = _target(column, labels or path, target, learns_labels(model))
    usual = _USUAL_COLUMNS.get(kind)
    wanted = _wanted(table, about, path, _named(path, model, options), options, {target, ids.name}, usual)
    if is_cells:
        return Samples(ids, _cells(table, wanted, kind, model), y)
    X = _features(table[wanted], path, kind, model)
    return Samples(ids, X, y, wanted[0] if isinstance(X, list) and wanted != [usual] else None)


def _ids(about: DataFrame, path: str, name: str | None, of_cells: Any) -> Series:
    if name is not None:
        return _column(about, path, name)
    if of_cells is not None:
        return of_cells.to_series(name="id")
    if "id" in about:
        return about["id"]
    return required("pandas", "cli").Series(range(1, len(about) + 1), name="row")


def _column(table: DataFrame, path: str, name: str) -> Series:
    if name not in table:
        raise ValueError(unknown(f"{path!r} has no column", name, table.columns))
    return table[name]


def _joined(labels: str, ids: Series, target: str, id_name: str | None) -> DataFrame:
    """Return the rows of a table of labels that belong to the samples, in their order."""
    name = id_name or "id"
    if ids.name == "row":
        raise UsageError("--labels are joined by the ids, and the samples have none; --id names their column.")
    table = read(labels, None, None)
    keys, ids = _column(table, labels, name), ids.astype(str)
    if keys.duplicated().any():
        raise ValueError(f"{labels!r} has {keys[keys.duplicated()].iloc[0]!r} more than once in its column {name!r}.")
    absent = ids[~ids.isin(keys)]
    if len(absent):
        raise ValueError(f"{labels!r} has no label of {absent.iloc[0]!r}, and {len(absent)} of {len(ids)} are missing.")
    return table.set_index(name).loc[ids].reset_index()


def _target(about: DataFrame, path: str, name: str, of_labels: bool) -> list:
    column = _column(about, path, name)
    targets = (as_labels if of_labels else as_numbers)(column.to_frame(), path)
    require_known(targets, path)
    return targets[name].tolist()


def _named(path: str, model: Any, options: Namespace) -> list[str] | None:
    """Return the columns that the command line names, or that the model has learned from, or None."""
    if options.columns is not None:
        return options.columns
    names = getattr(model, "feature_names_in_", None)
    if names is not None:
        return list(names)
    column = getattr(model, COLUMN, None)
    return None if column is None or format_of(path, options.format).column is not None else [column]


def _wanted(
    table: Any, about: Any, path: str, names: list[str] | None, options: Namespace, beside: set, usual: str | None
) -> list:
    """Return the columns to use: those that are named, or the usual one of such files, or all that are left."""
    is_cells = about is not table
    available = list(table.var_names if is_cells else table.columns)
    strangers = [name for name in options.ignore if name not in {*available, *about.columns}]
    if strangers:
        raise ValueError(unknown(f"{path!r} has no column to --ignore", strangers[0], available))
    left_out = set(options.ignore) if is_cells else beside.union(options.ignore)
    if names is not None:
        _require_all(names, path, available)
        _require_wanted(names, options, is_cells)
        return names
    left = [name for name in available if name not in left_out]
    if not left:
        raise ValueError(f"{path!r} has no column left to learn from, after {', '.join(map(str, available))}.")
    return [usual] if usual in left else left


def _require_all(names: list[str], path: str, available: list) -> None:
    known = set(available)
    missing = [name for name in names if name not in known]
    if missing:
        more = f" ({len(missing)} of {len(names)} columns are missing)" if len(missing) > 1 else ""
        raise ValueError(unknown(f"{path!r}{more} has no column", missing[0], available))


def _require_wanted(names: list[str], options: Namespace, is_cells: bool) -> None:
    """Make sure that no column is named twice, for two things, or for nothing."""
    who = "the model needs" if options.columns is None else "--columns names"
    ignored = [name for name in names if name in options.ignore]
    if ignored:
        raise UsageError(f"{who} the column {ignored[0]!r}, and --ignore leaves it out.")
    if len(set(names)) < len(names):
        raise UsageError(f"{who} the column {max(names, key=names.count)!r} more than once.")
    if getattr(options, "target", None) in names and not is_cells:
        raise UsageError(f"{who} the column {options.target!r}, which is the target.")


def _cells(adata: Any, wanted: list, kind: Kind, model: Any) -> Any:
    """Return an `AnnData` for an estimator that takes it as it is, or a data frame of its matrix."""
    if kind != "numbers":
        raise UsageError(f"an h5ad file holds numbers, and {type(first_step(model)).__name__} takes {kind}.")
    if wanted != list(adata.var_names):
        adata = adata[:, wanted]
    return adata if "layer" in model.get_params(deep=False) else adata.to_df()


def _features(table: DataFrame, path: str, kind: Kind, model: Any) -> Any:
    if kind in ("molecules", "strings"):
        if len(table.columns) == 1:
            require_known(table, path)
            return table.iloc[:, 0].astype(str).tolist()
        if not model.__sklearn_tags__().input_tags.categorical:
            raise UsageError(
                f"{type(first_step(model)).__name__} takes one column of {kind}; --columns names it, among "
                f"{', '.join(map(str, table.columns))}."
            )
    if kind != "numbers":
        return table
    table = as_numbers(table, path)
    if not allows_gaps(model):
        require_known(table, path)
    return table
