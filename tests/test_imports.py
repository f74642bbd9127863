"""Who may import what, and what `import skmlbio` may cost."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import skmlbio

PACKAGE = Path(skmlbio.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ARRAYS = {"numpy", "scipy", "sklearn"}
HEAVY = ["tensorflow", "keras", "spektral", "matplotlib", "pandas", "networkx", "rdkit", "Bio", "pooch", "PIL"]


class Room(NamedTuple):
    """What the files of one sub-package may import, beside the standard library and each other."""

    rooms: set[str]  # sub-packages of skmlbio, all of them to the left
    anywhere: set[str]  # other libraries
    in_functions: set[str] = set()  # other libraries that must not be loaded before they are needed


ROOMS = {
    "_files": Room(set(), set()),
    "_tensorflow": Room(set(), {"keras", "tensorflow"}),
    "sequences": Room({"_files"}, ARRAYS, {"Bio", "sacrebleu"}),
    "graphs": Room(set(), ARRAYS, {"Bio", "networkx", "rdkit"}),
    "images": Room(set(), ARRAYS, {"PIL", "skimage", "tifffile"}),
    "tables": Room(set(), ARRAYS, {"anndata", "h5py", "pyarrow", "zarr"}),
    "datasets": Room({"sequences", "graphs"}, ARRAYS, {"pandas", "pooch", "requests"}),
    "layers": Room({"_tensorflow"}, ARRAYS | {"keras", "lazy_loader", "tensorflow"}),
    "networks": Room({"_tensorflow", "layers"}, {"keras", "numpy"}),
    "training": Room({"_tensorflow", "tables"}, ARRAYS | {"keras", "tensorflow"}, {"tqdm"}),
    # Left of the estimators, which it knows by what they tell it only: so exporting can be a method of theirs.
    "export": Room(
        {"_files", "_tensorflow", "sequences", "graphs", "training"},
        ARRAYS,
        {"keras", "networkx", "onnx", "onnxruntime", "pandas", "tensorflow", "tf2onnx"},
    ),
    "base": Room({"_tensorflow", "networks", "training", "export"}, ARRAYS, {"keras", "tensorflow"}),
    "estimators": Room(
        {"sequences", "graphs", "images", "networks", "training", "export", "base"},
        ARRAYS,
        {"keras", "pandas", "tensorflow"},
    ),
    "inspection": Room(
        {"sequences", "graphs", "images", "base", "estimators"},
        ARRAYS,
        {"logomaker", "matplotlib", "networkx", "pandas", "rdkit"},
    ),
    "cli": Room({"_files", "sequences", "export", "estimators"}, ARRAYS, {"pandas"}),
    "__main__": Room({"cli"}, set()),
}
SPEKTRAL_DOOR = PACKAGE / "layers" / "_spektral.py"


def room_of(path: Path) -> str:
    """The sub-package that a file belongs to; a module beside the sub-packages is a room of its own."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, bool, int]]:
    """Yield the full name of each thing imported, whether that happens in a function, and the line."""
    package = ["skmlbio", *path.relative_to(PACKAGE).parts[:-1]]

    def visit(node: ast.AST, in_function: bool) -> Iterator[tuple[str, bool, int]]:
        if isinstance(node, ast.Import):
            yield from ((alias.name, in_function, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = package[: len(package) + 1 - node.level] if node.level else []
            source = ".".join([*parent, *([node.module] if node.module else [])])
            yield from ((f"{source}.{alias.name}", in_function, node.lineno) for alias in node.names)
        in_function = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        in_function = in_function or (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"))
        for child in ast.iter_child_nodes(node):
            yield from visit(child, in_function)

    yield from visit(ast.parse(path.read_text()), False)


def may_import(path: Path, name: str, in_function: bool) -> bool:
    """Whether the table allows the file to import the name there."""
    room, (library, *rest) = ROOMS[room_of(path)], name.split(".")
    if library == "skmlbio":
        return bool(rest) and rest[0] in room.rooms | {room_of(path)}
    if library == "spektral":
        return path == SPEKTRAL_DOOR
    allowed = room.anywhere | (room.in_functions if in_function else set())
    return library in allowed | sys.stdlib_module_names


def test_every_file_belongs_to_a_room() -> None:
    assert {room_of(path) for path in MODULES} - {"__init__"} <= ROOMS.keys()


def test_rooms_import_to_the_left_only() -> None:
    order = list(ROOMS)
    for name, room in ROOMS.items():
        assert room.rooms <= set(order[: order.index(name)])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_file_imports_only_what_its_room_may(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        top = {name.split(".")[0] for name, in_function, _ in imports(path) if not in_function}
        assert top == {"lazy_loader"}, "the door of the package loads what is behind it when it is asked for"
        return
    wrong = [
        f"line {line} imports {name}{' in a function' if in_function else ''}"
        for name, in_function, line in imports(path)
        if not may_import(path, name, in_function)
    ]
    assert not wrong, f"{path.relative_to(PACKAGE)}: {'; '.join(wrong)}"


@pytest.mark.parametrize(
    ("file", "source", "allowed"),
    [
        ("estimators/x.py", "import keras", False),
        ("estimators/x.py", "def build():\n    import keras", True),
        ("estimators/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import keras", True),
        ("estimators/x.py", "from ..inspection import y", False),
        ("estimators/x.py", "from .. import base", True),
        ("estimators/x.py", "from .y import z", True),
        ("networks/x.py", "from skmlbio.layers import y", True),
        ("networks/x.py", "from skmlbio.training import y", False),
        ("layers/x.py", "from spektral.layers import GCNConv", False),
        ("layers/_spektral.py", "from spektral.layers import GCNConv", True),
        ("inspection/x.py", "import matplotlib.pyplot", False),
        ("inspection/x.py", "class Display:\n    def plot(self):\n        from matplotlib import pyplot", True),
        ("sequences/x.py", "from skmlbio import AutoEncoderTransformer", False),
    ],
)
def test_the_rules_tell_right_from_wrong(
    file: str, source: str, allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(source)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    monkeypatch.setitem(globals(), "SPEKTRAL_DOOR", tmp_path / "layers" / "_spektral.py")
    assert all(may_import(path, name, in_function) for name, in_function, _ in imports(path)) == allowed


def loaded_by(program: str, folder: Path) -> set[str]:
    """The heavy libraries that a fresh process holds after running the program."""
    report = f"import sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{report}"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What scikit-learn loads: pandas where it is installed."""
    return loaded_by("import sklearn.base", tmp_path_factory.mktemp("usual"))


def test_import_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_by("import skmlbio", tmp_path) == set()


def test_data_sets_load_nothing_heavy(usual: set[str], tmp_path: Path) -> None:
    assert loaded_by("from skmlbio.datasets import make_motif_sequences as make; make()", tmp_path) <= usual


def test_a_heavy_import_is_noticed(usual: set[str], tmp_path: Path) -> None:
    assert not loaded_by("import networkx", tmp_path) <= usual


def test_handling_an_unfitted_estimator_loads_nothing_heavy(usual: set[str], tmp_path: Path) -> None:
    program = """
from inspect import Parameter, signature
import skmlbio
from sklearn.base import BaseEstimator, clone

public = [getattr(skmlbio, name) for name in skmlbio.__all__]
estimators = [value for value in public if issubclass(value, BaseEstimator)]
assert estimators
for estimator_class in estimators:
    required = [p.name for p in signature(estimator_class).parameters.values() if p.default is Parameter.empty]
    estimator = clone(estimator_class(**dict.fromkeys(required, len)))
    estimator.set_params(**estimator.get_params())
    repr(estimator), estimator._repr_html_()
"""
    assert loaded_by(program, tmp_path) <= usual


def test_a_rejected_parameter_loads_nothing_heavy(usual: set[str], tmp_path: Path) -> None:
    program = """
import numpy as np
from skmlbio import AutoEncoderTransformer

try:
    AutoEncoderTransformer(epochs=0).fit(np.eye(4))
except ValueError as error:
    assert "epochs" in str(error)
else:
    raise AssertionError("epochs=0 was accepted")
"""
    assert loaded_by(program, tmp_path) <= usual


def test_every_public_name_loads() -> None:
    for name in skmlbio.__all__:
        assert getattr(skmlbio, name).__name__ == name
        assert name in dir(skmlbio)


def test_every_sub_package_is_an_attribute() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == {name for name in dir(skmlbio) if inspect.ismodule(getattr(skmlbio, name))}
    for name in folders:
        assert getattr(skmlbio, name).__name__ == f"skmlbio.{name}"


def test_star_loads_no_sub_package_and_hides_no_function_of_the_user() -> None:
    assert {name for name in dir(skmlbio) if inspect.isfunction(getattr(skmlbio, name))} == {"load", "save"}
    assert skmlbio.__all__ == sorted(name for name in dir(skmlbio) if name[0].isupper())


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="No skmlbio attribute AutoDecoder"):
        skmlbio.AutoDecoder  # noqa: B018
