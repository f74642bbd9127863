"""Files that hold no code: what goes in comes out, and what a file must not say is refused in one sentence."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from safetensors.numpy import save as safetensors_of
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skmlbio
from skmlbio import (
    AutoEncoderTransformer,
    DenseClassifier,
    MarkovChain,
    MarkovClassifier,
    NetworkClassifier,
    WeisfeilerLehmanTransformer,
)
from skmlbio.export._archive_parts import PARTS
from skmlbio.graphs import Graph
from skmlbio.sequences import KmerCounter

X = np.random.default_rng(0).normal(size=(24, 3))
Y = np.array(["no", "yes"])[(X[:, 0] > 0).astype(int)]


@pytest.fixture(scope="module")
def classifier() -> DenseClassifier:
    return DenseClassifier(epochs=1, hidden_layer_sizes=(4,), random_state=0).fit(X, Y)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "estimator.skmlbio"


def round_trip(estimator: BaseEstimator, path: Path) -> Any:
    skmlbio.save(estimator, path)
    return skmlbio.load(path)


def write(path: Path, written: Any, arrays: dict[str, np.ndarray] | None = None, version: int = 1) -> None:
    """Write a file as somebody else may: right in form, and with the right checksum."""
    text = f"{'0' * 8} format {version}: " + json.dumps({"versions": {}, "estimator": written})
    path.write_bytes(signed(safetensors_of(arrays or {}, {"skmlbio": text})))


def signed(content: bytes) -> bytes:
    """A file with the checksum that fits it, as somebody makes it who wants it to be read."""
    at = content.index(b'"skmlbio":"') + len(b'"skmlbio":"')
    checksum = zlib.crc32(content[:at] + b"0" * 8 + content[at + 8 :])
    return content[:at] + b"%08x" % checksum + content[at + 8 :]


# What comes out ------------------------------------------------------------------------------------------------------


def test_a_file_is_one_of_safetensors_with_arrays_by_their_names(classifier: DenseClassifier, path: Path) -> None:
    skmlbio.save(classifier, path)
    arrays = load_file(path)
    assert all(np.array_equal(arrays[f"weights_[{i}]"], weight) for i, weight in enumerate(classifier.weights_))
    assert path.stat().st_size < sum(array.nbytes for array in arrays.values()) + 50_000
    before = path.read_bytes()
    skmlbio.save(skmlbio.load(path), path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_what_is_loaded_fits_again_and_its_arrays_can_be_written(classifier: DenseClassifier, path: Path) -> None:
    loaded = round_trip(classifier, path)
    assert all(weight.flags.writeable and weight.flags.owndata is not None for weight in loaded.weights_)
    again = clone(loaded).fit(X, Y)
    assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))


def test_an_estimator_that_is_not_fitted_keeps_its_parameters(path: Path) -> None:
    estimator = DenseClassifier(learning_rate=np.float32(0.1), class_weight={"no": 2.0}, hidden_layer_sizes=[3, 3])
    loaded = round_trip(estimator, path)
    assert loaded.get_params() == estimator.get_params() and type(loaded.learning_rate) is np.float32


@pytest.mark.parametrize(
    ("estimator", "samples", "verb"),
    [
        (MarkovChain(1, alphabet="dna"), ["ACGT", "AACC", "GGTT"], "score_samples"),
        (MarkovClassifier(1, alphabet="dna"), ["ACGT", "AACC", "GGTT"], "predict_proba"),
        (KmerCounter(2), ["ACGT", "AACC", "GGTT"], "transform"),
        (WeisfeilerLehmanTransformer(), [Graph(["C", "N", "O"], [[0, 1, 2], [1, 2, 0]])] * 3, "transform"),
    ],
)
def test_estimators_without_a_network(estimator: BaseEstimator, samples: list, verb: str, path: Path) -> None:
    estimator.fit(samples, [0, 1, 1])
    loaded = round_trip(estimator, path)
    answers, others = getattr(loaded, verb)(samples), getattr(estimator, verb)(samples)
    assert (answers != others).sum() == 0


def test_what_was_shared_is_shared(path: Path) -> None:
    mean = np.arange(3.0)
    first, second = StandardScaler(), StandardScaler()
    first.mean_ = second.mean_ = first.other = mean
    loaded = round_trip(make_pipeline(first, second, first), path)
    assert loaded[0] is loaded[2] and loaded[0].mean_ is loaded[1].mean_ is loaded[0].other
    assert np.array_equal(loaded[0].mean_, mean) and list(load_file(path)) == ["steps[0][1].mean_"]


def test_an_encoder_in_a_file_and_what_begins_with_it(path: Path) -> None:
    encoder = AutoEncoderTransformer(latent_dim=2, epochs=1, random_state=0).fit(X)
    skmlbio.save(encoder, path.parent / "encoder")
    classifier = DenseClassifier((), encoder=path.parent / "encoder", epochs=1, random_state=0).fit(X, Y)
    loaded = round_trip(classifier, path)
    assert loaded.encoder == path.parent / "encoder"
    assert np.array_equal(loaded.predict_proba(X), classifier.predict_proba(X))
    shared = [any(w is other for other in loaded.encoder_.weights_) for w in loaded.weights_]
    assert sum(shared) == sum(any(w is v for v in classifier.encoder_.weights_) for w in classifier.weights_) > 0


# What is refused -----------------------------------------------------------------------------------------------------


def own_network(n_features: int) -> None:
    """A function of a user's own."""


@pytest.mark.parametrize(
    ("estimator", "error", "reason"),
    [
        (5, TypeError, "save writes estimators, got int"),
        (NetworkClassifier(own_network), ValueError, "network is own_network, and an archive names no functions"),
        (NetworkClassifier(lambda: 0), ValueError, "network is .*lambda.*, and an archive names no functions"),
        (DenseClassifier(callbacks=[own_network]), ValueError, r"callbacks\[0\] is own_network"),
        (make_pipeline(FunctionTransformer(os.system)), ValueError, r"steps\[0\]\[1\].func is system"),
        (FunctionTransformer(kw_args={"x": Path}), ValueError, r"kw_args\['x'\] is Path"),
        (FunctionTransformer(kw_args={"x": object()}), ValueError, r"kw_args\['x'\] is of type object"),
    ],
)
def test_what_cannot_be_kept_is_refused(estimator: Any, error: type[Exception], reason: str, path: Path) -> None:
    with pytest.raises(error, match=reason):
        skmlbio.save(estimator, path)
    assert not os.listdir(path.parent)


def test_values_in_themselves_and_too_deep_are_refused(path: Path) -> None:
    in_itself: list = []
    in_itself.append(in_itself)
    deep: list = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(ValueError, match=r"kw_args\['x'\]\[0\] holds itself"):
        skmlbio.save(FunctionTransformer(kw_args={"x": in_itself}), path)
    with pytest.raises(ValueError, match="holds values too deep in each other"):
        skmlbio.save(FunctionTransformer(kw_args={"x": deep}), path)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (5, "it holds no estimator"),
        ({"dict": {}}, "it holds no estimator"),
        ({"system": {}}, "'system' is no class of which an archive holds objects"),
        ({"os.system": ["true"]}, "'os.system' is no class of which"),
        ({"named": "os.system"}, "'os.system' is nothing that an archive may name"),
        ({"named": "numpy.load"}, "'numpy.load' is nothing that an archive may name"),
        ({"named": "eval"}, "'eval' is nothing that an archive may name"),
        ({"TrainingHistoryDisplay": {}}, "is no class of which"),
        ({"object": {}}, "'object' is no class of which"),
        ({"numpy.float64": {}}, "'numpy.float64' is no class of which"),
        ({"partial": [{"named": "os.system"}, {"tuple": []}, {"dict": {}}]}, "'os.system' is nothing"),
        ({"auto_encoder": {}}, "'auto_encoder' is no class of which"),
        ({"DenseClassifier": {"predict": 5}}, "'predict' is a method of DenseClassifier"),
        ({"DenseClassifier": {"model_": 5}}, "'model_' is a method of DenseClassifier"),
        ({"DenseClassifier": {"__class__": 5}}, "'__class__' is no name of an attribute"),
        ({"DenseClassifier": {"a b": 5}}, "'a b' is no name of an attribute"),
        ({"DenseClassifier": {"epochs": {"same": 7}}}, "list index out of range"),
        ({"DenseClassifier": {"epochs": {"same": -1}}}, "no number"),
        ({"DenseClassifier": {"weights_": {"array": ["a", "C", None]}}}, "'a'"),
        ({"DenseClassifier": {"weights_": {"objects": [[3], []]}}}, "not of its shape"),
        ({"DenseClassifier": {"weights_": {"scalar": [{"dtype": ["|O"]}, "00" * 8]}}}, "of no objects"),
        ({"DenseClassifier": {"weights_": {}}}, ""),
        ({"DenseClassifier": 5}, ""),
        ({"Alphabet": {"name": "x", "letters": "AA"}}, "x"),
    ],
)
def test_what_a_file_must_not_say(written: Any, reason: str, path: Path) -> None:
    write(path, written)
    with pytest.raises(ValueError, match=f"(?s)says what skmlbio.save does not write.*{reason}"):
        skmlbio.load(path)


def test_a_file_that_is_nested_too_deeply(path: Path) -> None:
    text = "[" * 100_000 + "]" * 100_000
    content = safetensors_of({}, {"skmlbio": f'{"0" * 8} format 1: {{"estimator": {text}}}'})
    path.write_bytes(signed(content))
    with pytest.raises(ValueError, match="nested too deeply"):
        skmlbio.load(path)


def test_files_of_others_and_of_later_versions(classifier: DenseClassifier, path: Path) -> None:
    for content in (b"", b"\x80\x04N.", b"PK\x03\x04" * 100, b"\xff" * 100, safetensors_of({"x": X})):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"is no file that skmlbio\.save has written"):
            skmlbio.load(path)
    write(path, {"DenseClassifier": {}}, version=2)
    with pytest.raises(ValueError, match="is of format 2, and this version of skmlbio reads format 1 only"):
        skmlbio.load(path)
    skmlbio.save(classifier, path)
    size = path.stat().st_size
    with pytest.raises(ValueError, match=f"has {size} bytes, more than max_bytes={size - 1}"):
        skmlbio.load(path, max_bytes=size - 1)
    assert isinstance(skmlbio.load(path, max_bytes=np.int64(size)), DenseClassifier)
    for odd in ("1GB", True, 10.5, -1):
        with pytest.raises(ValueError, match="max_bytes must be an int from 0 to 9223372036854775807, or None, got"):
            skmlbio.load(path, max_bytes=odd)
    with pytest.raises(FileNotFoundError):
        skmlbio.load(path.parent / "missing")
    with pytest.raises(FileNotFoundError):
        skmlbio.save(classifier, path.parent / "missing" / "file")


def test_a_write_that_fails_leaves_what_was_there(
    classifier: DenseClassifier, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skmlbio.save(classifier, path)
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            skmlbio.save(LogisticRegression(), path)
    assert path.read_bytes() == before and os.listdir(path.parent) == [path.name]


# Damage --------------------------------------------------------------------------------------------------------------

KEPT = sorted((Path(__file__).parent / "data").glob("*.format_1.skmlbio"))
CONTENT = KEPT[0].read_bytes()
PLACES = st.integers(0, len(CONTENT) - 1)


def require_one_sentence(content: bytes, reason: str | None = None) -> None:
    """Load a file that is not as it was, and see that it is refused in one sentence."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        with pytest.raises(ValueError, match=reason) as caught:
            skmlbio.load(file.name)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message and message.startswith(repr(file.name)), message


@given(PLACES, st.integers(0, 7))
@settings(deadline=None)
def test_a_bit_that_is_flipped(place: int, bit: int) -> None:
    content = bytearray(CONTENT)
    content[place] ^= 1 << bit
    require_one_sentence(bytes(content), r"is damaged|is no file that skmlbio\.save has written")


@given(PLACES, st.binary(max_size=20))
@settings(deadline=None)
def test_a_file_that_is_cut_off_or_goes_on(length: int, more: bytes) -> None:
    require_one_sentence(CONTENT[:length])
    if more:
        require_one_sentence(CONTENT + more)


@given(PLACES, PLACES, st.integers(1, 100))
@settings(deadline=None)
def test_parts_that_are_exchanged(first: int, second: int, length: int) -> None:
    a, b = sorted((first, second))
    b = max(b, a + length)
    content = (
        CONTENT[:a]
        + CONTENT[b : b + length]
        + CONTENT[a + length : b]
        + CONTENT[a : a + length]
        + CONTENT[b + length :]
    )
    if content != CONTENT:
        require_one_sentence(content)


def test_a_key_that_is_gone_is_named() -> None:
    require_one_sentence(CONTENT.replace(b'"dtype"', b'"dtypo"', 1), "is damaged: 'dtype' is missing there, or unknown")


def load_or_one_sentence(content: bytes) -> None:
    """Read a file, which may be one of another estimator, or is refused in one sentence."""
    with tempfile.NamedTemporaryFile() as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        file.write(content)
        file.flush()
        try:
            loaded = skmlbio.load(file.name)
        except ValueError as error:
            assert str(error).startswith(repr(file.name)) and str(error).endswith(".") and "\n" not in str(error)
        else:
            assert isinstance(loaded, BaseEstimator)


@given(st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=3))
@settings(deadline=None)
def test_bytes_that_somebody_has_changed_on_purpose(changes: list[tuple[int, int]]) -> None:
    content = bytearray(CONTENT)
    for place, value in changes:
        content[place] = value
    if b'"skmlbio":"' in content:
        load_or_one_sentence(signed(bytes(content)))


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*PARTS, "dict", "items", "array", "objects", "named", "same", "float", "Pipeline", "PCA"]),
            inner,
            min_size=1,
            max_size=1,
        )
    ),
    max_leaves=5,
)


@given(NODES, st.integers(0, 200))
@settings(deadline=None)
def test_values_that_somebody_has_put_in_place_of_others(node: Any, number: int) -> None:
    header = json.loads(CONTENT[8 : 8 + int.from_bytes(CONTENT[:8], "little")])
    written = json.loads(header["__metadata__"]["skmlbio"].partition(": ")[2])["estimator"]
    places = list(places_of(written))
    holder, key = places[number % len(places)]
    holder[key] = node
    with tempfile.TemporaryDirectory() as folder:
        write(path := Path(folder) / "file", written, load_file(KEPT[0]))
        load_or_one_sentence(path.read_bytes())


def places_of(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a value that is written."""
    keys = range(len(node)) if isinstance(node, list) else list(node) if isinstance(node, dict) else ()
    for key in keys:
        yield node, key
        yield from places_of(node[key])


# Kept for ever: files of format 1, and what their estimators answered -------------------------------------------------


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
def test_files_of_format_1_are_read_for_ever() -> None:
    pipeline, strings = map(skmlbio.load, KEPT)
    X = np.arange(24.0).reshape(8, 3) % 7
    of_pipeline = [0.4896797966538584, 0.5097724046385645, 0.5716866021117606]
    np.testing.assert_allclose(pipeline.predict_proba(X[:3])[:, 1], of_pipeline, rtol=1e-5)
    assert pipeline.predict(X[:3]).tolist() == ["no", "yes", "yes"]
    of_strings = [[0.46830814486197503, 0.2675289232903186, 0.26416293184770634]]
    np.testing.assert_allclose(strings.predict_proba(["ACGTACGT"]), of_strings, rtol=1e-5)
    clone(pipeline).fit(X, [0, 1] * 4)
