"""Networks that begin with what another one has learned: one keyword on the estimators of each kind of input."""

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import networkx
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, KFold, cross_validate

import skmlbio
from skmlbio import (
    AttentionClassifier,
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    GANSampler,
    GCNClassifier,
    GCNTransformer,
    ImageAutoEncoderTransformer,
    ImageCNNClassifier,
    ImageVAESampler,
    MarkovChain,
    MaskedSequenceEncoder,
    NetworkClassifier,
    RNNClassifier,
    SequenceCNNClassifier,
    SequenceLanguageModel,
    SequenceTagger,
    VAESampler,
)
from skmlbio.training._cache import get_network

# Keras turns its variables into arrays in the way of NumPy 1 when it saves and copies models.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RANDOM = np.random.default_rng(0)
N = 24
Y = np.arange(N) % 2
ROWS = RANDOM.normal(size=(N, 5)) + Y[:, np.newaxis]
STRINGS = ["".join(RANDOM.choice(list("ACGT"), n)) for n in RANDOM.integers(8, 12, N)]
GRAPHS = [networkx.cycle_graph(n) if y else networkx.star_graph(n) for n, y in zip(range(4, 4 + N), Y, strict=True)]
IMAGES = RANDOM.normal(size=(N, 6, 6))
BRIEF = {"epochs": 2, "random_state": 0}
SMALL_ATTENTION = {"embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8}


class Kind(NamedTuple):
    """Estimators of a kind of input."""

    X: Any
    encoder: BaseEstimator
    target: BaseEstimator
    n_layers: int  # of the encoder, with weights


KINDS = {
    "rows": Kind(ROWS, AutoEncoderTransformer(2, hidden_layer_sizes=(4,)), DenseClassifier((3,)), 2),
    "variational": Kind(ROWS, VAESampler(2, hidden_layer_sizes=(4,)), DenseClassifier((3,)), 2),
    "supervised": Kind(ROWS, DenseRegressor((4, 3)), DenseClassifier(()), 2),
    "recurrent": Kind(STRINGS, RNNClassifier("dna", n_units=4), SequenceCNNClassifier(), 3),
    "attention": Kind(STRINGS, AttentionClassifier("dna", **SMALL_ATTENTION), RNNClassifier(), 4),
    "convolutions": Kind(STRINGS, SequenceCNNClassifier("dna", n_filters=4), AttentionClassifier(), 3),
    "masked": Kind(STRINGS, MaskedSequenceEncoder("dna", n_layers=1, **SMALL_ATTENTION), AttentionClassifier(), 3),
    "language": Kind(STRINGS, SequenceLanguageModel("dna", n_units=4), AttentionClassifier(), 1),
    "graphs": Kind(GRAPHS, GCNTransformer(3, hidden_layer_sizes=(4,)), GCNClassifier(), 2),
    "images": Kind(IMAGES, ImageAutoEncoderTransformer(3, n_filters=(4,)), ImageCNNClassifier(), 2),
    "images, variational": Kind(IMAGES, ImageVAESampler(3, n_filters=(4,)), ImageCNNClassifier(), 2),
}


@pytest.fixture(scope="module")
def fitted() -> Callable[[str], BaseEstimator]:
    """Fitted encoders, by the name of their kind."""
    found: dict[str, BaseEstimator] = {}

    def fit(name: str) -> BaseEstimator:
        if name not in found:
            found[name] = clone(KINDS[name].encoder).set_params(**BRIEF).fit(KINDS[name].X, Y)
        return found[name]

    return fit


def of_encoder(estimator: BaseEstimator) -> dict[str, np.ndarray]:
    """Return the weights of the part of a network that is an encoder."""
    named = zip(get_network(estimator.blueprint_).weights, estimator.weights_, strict=True)
    return {v.path: value for v, value in named if v.path.startswith("encoder/")}


def changed(estimator: BaseEstimator, before: dict[str, np.ndarray]) -> set[str]:
    return {path for path, value in of_encoder(estimator).items() if not np.array_equal(value, before[path])}


@pytest.mark.parametrize("name", KINDS)
def test_encoders_are_kept_or_learn_on_in_part(name: str, fitted: Callable) -> None:
    kind, encoder = KINDS[name], fitted(name)
    before = [w.copy() for w in encoder.weights_]
    frozen = clone(kind.target).set_params(encoder=FrozenEstimator(encoder), **BRIEF).fit(kind.X, Y)
    start = of_encoder(frozen)
    assert start and all(any(value is w for w in encoder.weights_) for value in start.values())  # one array for both
    ends = {}
    for freeze in (False, kind.n_layers - 1, "gradual"):
        ends[freeze] = clone(frozen).set_params(freeze=freeze).fit(kind.X, Y)
    learning = changed(ends[False], start)
    assert {path.rpartition("/")[0] for path in learning} and learning == changed(ends["gradual"], start)
    fewer = changed(ends[kind.n_layers - 1], start)
    assert fewer < learning or kind.n_layers == 1
    for before_w, w in zip(before, encoder.weights_, strict=True):
        np.testing.assert_array_equal(before_w, w)
    again = pickle.loads(pickle.dumps(frozen))
    np.testing.assert_array_equal(again.predict_proba(kind.X), frozen.predict_proba(kind.X))


def test_a_head_sees_the_codes() -> None:
    encoder = AutoEncoderTransformer(2, **BRIEF).fit(ROWS)
    classifier = DenseClassifier((), encoder=FrozenEstimator(encoder), **BRIEF).fit(ROWS, Y)
    kernel, bias = classifier.weights_[-2:]
    expected = encoder.transform(ROWS) @ kernel + bias
    np.testing.assert_allclose(classifier.decision_function(ROWS), expected.ravel(), atol=1e-5)


def test_an_encoder_that_is_fitted_again_changes_nothing() -> None:
    encoder = RNNClassifier("auto", n_units=2, **BRIEF).fit(STRINGS, Y)
    classifier = AttentionClassifier(encoder=FrozenEstimator(encoder), **BRIEF).fit(STRINGS, Y)
    before = classifier.predict_proba(STRINGS)
    encoder.fit([string.replace("T", "U") for string in STRINGS], Y)
    np.testing.assert_array_equal(classifier.predict_proba(STRINGS), before)


def test_strings_are_read_alone_as_beside_others(fitted: Callable) -> None:
    classifier = RNNClassifier(encoder=FrozenEstimator(fitted("attention")), freeze=False, **BRIEF).fit(STRINGS, Y)
    alone = np.concatenate([classifier.predict_proba([s]) for s in STRINGS[:4]])
    np.testing.assert_allclose(classifier.predict_proba(STRINGS)[:4], alone, atol=1e-5)
    (found, *_) = classifier.attributions(STRINGS[:1])
    assert found.shape == (len(STRINGS[0]), 4) and np.abs(found).sum() > 0


def test_attributions_sum_to_what_they_explain(fitted: Callable) -> None:
    classifier = RNNClassifier(encoder=FrozenEstimator(fitted("masked")), **BRIEF).fit(STRINGS, Y)
    string = STRINGS[0].replace("A", "N", 1)  # read as a hidden letter, a fifth number of a vector
    (found,) = classifier.attributions([string], baseline="zero", n_steps=200)
    assert found.shape == (len(string), 4)
    changes = classifier.attributions([string], method="mutagenesis")
    assert changes[0].shape == found.shape
    graphs = GCNClassifier(encoder=FrozenEstimator(fitted("graphs")), **BRIEF).fit(GRAPHS, Y)
    assert len(graphs.attributions(GRAPHS[:2])) == 2


def test_residues_are_labelled_by_what_an_encoder_sees(fitted: Callable) -> None:
    y = ["".join("+" if letter in "AC" else "-" for letter in string) for string in STRINGS]
    encoder = FrozenEstimator(fitted("masked"))
    tagger = SequenceTagger(encoder=encoder, freeze=False, crf=True, epochs=30, learning_rate=0.01, random_state=0)
    assert tagger.fit(STRINGS, y).score(STRINGS, y) > 0.9
    (alone,) = tagger.predict_proba(STRINGS[2:3])
    np.testing.assert_allclose(tagger.predict_proba(STRINGS)[2], alone, atol=1e-5)
    frozen = clone(tagger).set_params(freeze=True, crf=False, epochs=1).fit(STRINGS, y)
    found = [fitted("masked").transform_residues(STRINGS)[2] @ frozen.weights_[-2] + frozen.weights_[-1]]
    expected = np.exp(found[0]) / np.exp(found[0]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(frozen.predict_proba(STRINGS)[2], expected, atol=1e-5)
    with pytest.raises(ValueError, match="encoder must tell what it sees in every residue"):
        pooled = RNNClassifier("dna", n_units=2, pooling="last", **BRIEF).fit(STRINGS, Y)
        clone(tagger).set_params(encoder=FrozenEstimator(pooled)).fit(STRINGS, y)


def test_gradual_learning_goes_from_the_output_to_the_input(fitted: Callable) -> None:
    classifier = RNNClassifier(encoder=FrozenEstimator(fitted("attention")), freeze="gradual", random_state=0)
    paces = clone(classifier).fit(STRINGS, Y)._paces(10, 0)
    beginnings = {path.split("/")[1]: pace.from_epoch for path, pace in paces.items()}
    assert beginnings == {"norm": 1, "block_0": 2, "positions": 3, "convolution": 4}
    moved = []
    for _ in range(3):
        classifier.partial_fit(STRINGS, Y)
        start = {f"encoder/{v.path}": w for v, w in zip(
            get_network(classifier.encoder_.blueprint_).weights, classifier.encoder_.weights_, strict=True
        )}  # fmt: skip
        moved.append({path.split("/")[1] for path in changed(classifier, start)})
    assert moved == [set(), {"norm"}, {"norm", "block_0"}]


def test_an_encoder_may_learn_more_slowly(fitted: Callable) -> None:
    start = of_encoder(DenseClassifier(encoder=FrozenEstimator(fitted("rows")), **BRIEF).fit(ROWS, Y))
    moved = []
    for rate in (None, 1e-6):
        classifier = DenseClassifier(
            encoder=FrozenEstimator(fitted("rows")), freeze=False, encoder_learning_rate=rate, l2=0.0, **BRIEF
        ).fit(ROWS, Y)
        moved.append(max(np.abs(value - start[path]).max() for path, value in of_encoder(classifier).items()))
    assert 0 < moved[1] < 0.01 * moved[0]


def test_what_is_fitted_inside_sees_the_training_samples_alone() -> None:
    classifier = DenseClassifier((3,), encoder=AutoEncoderTransformer(2, epochs=1), epochs=1, random_state=0)
    folds = KFold(3)
    found = cross_validate(classifier, ROWS, Y, cv=folds, return_estimator=True)["estimator"]
    for estimator, (train, _) in zip(found, folds.split(ROWS), strict=True):
        np.testing.assert_allclose(estimator.encoder_.weights_[0], ROWS[train].mean(axis=0))  # standardize/mean
    again = clone(classifier).fit(ROWS, Y), clone(classifier).fit(ROWS, Y)
    np.testing.assert_array_equal(*(estimator.predict_proba(ROWS) for estimator in again))
    search = GridSearchCV(classifier, {"encoder__latent_dim": [1, 2], "freeze": [True, False]}, cv=2, n_jobs=2)
    assert search.fit(ROWS, Y).best_estimator_.encoder_.n_features_in_ == 5


def test_training_goes_on(fitted: Callable) -> None:
    classifier = DenseClassifier(encoder=FrozenEstimator(fitted("rows")), freeze=False, warm_start=True, **BRIEF)
    first = of_encoder(classifier.fit(ROWS, Y))
    assert changed(classifier.fit(ROWS, Y), first)
    with pytest.raises(ValueError, match="was made with freeze=False, but is now to have freeze=True"):
        classifier.set_params(freeze=True).fit(ROWS, Y)
    other = AutoEncoderTransformer(2, hidden_layer_sizes=(4,), epochs=1, random_state=1).fit(ROWS)
    for encoder in (FrozenEstimator(other), None):
        with pytest.raises(ValueError, match="training goes on with another encoder than it began with"):
            classifier.set_params(encoder=encoder, freeze=False).fit(ROWS, Y)
    without = clone(classifier).set_params(encoder=None).fit(ROWS, Y)
    assert not hasattr(without, "encoder_") and not of_encoder(without)


def test_a_fit_goes_on_from_a_checkpoint(tmp_path: Path, fitted: Callable) -> None:
    classifier = DenseClassifier(encoder=FrozenEstimator(fitted("rows")), checkpoint=tmp_path, **BRIEF).fit(ROWS, Y)
    (first,) = tmp_path.iterdir()
    clone(classifier).fit(ROWS, Y)
    assert list(tmp_path.iterdir()) == [first]
    other = AutoEncoderTransformer(2, hidden_layer_sizes=(4,), epochs=1, random_state=1).fit(ROWS)
    clone(classifier).set_params(encoder=FrozenEstimator(other)).fit(ROWS, Y)
    assert len(list(tmp_path.iterdir())) == 2


# Adapters -------------------------------------------------------------------------------------------------------------


def test_adapters_learn_alone(fitted: Callable) -> None:
    encoder = fitted("attention")
    classifier = RNNClassifier(encoder=FrozenEstimator(encoder), adapt="lora", rank=2, **BRIEF).fit(STRINGS, Y)
    found = of_encoder(classifier)
    adapters = {path for path in found if path.rpartition("/")[2].startswith("lora_")}
    assert {path.split("/", 2)[2] for path in adapters} == {
        "attention/lora_kernel_a", "attention/lora_kernel_b", "attention/lora_output_kernel_a",
        "attention/lora_output_kernel_b", "hidden/lora_kernel_a", "hidden/lora_kernel_b", "output/lora_kernel_a",
        "output/lora_kernel_b",
    }  # fmt: skip
    assert found["encoder/block_0/attention/lora_kernel_a"].shape == (8, 2)
    assert all(found[path].any() for path in adapters)  # B begins with zeros
    assert all(any(found[path] is w for w in encoder.weights_) for path in found.keys() - adapters)
    alone = classifier.predict_proba(STRINGS[3:4])
    np.testing.assert_allclose(classifier.predict_proba(STRINGS)[3:4], alone, atol=1e-5)


@saves_variables
def test_adapters_are_stored_beside_a_reference(tmp_path: Path) -> None:
    path = tmp_path / "encoder.keras"
    dense_model(units=2000).save(path)
    options = {"encoder": path, "rank": 2, **BRIEF}
    classifier = DenseClassifier((), adapt="lora", **options).fit(ROWS, Y)
    stored = pickle.dumps(classifier)
    assert len(stored) < 0.6 * len(pickle.dumps(DenseClassifier((), **options).fit(ROWS, Y)))
    np.testing.assert_array_equal(pickle.loads(stored).predict_proba(ROWS), classifier.predict_proba(ROWS))
    with zipfile.ZipFile(path, "a") as file:
        file.comment = b"The same weights in another file."
    np.testing.assert_array_equal(pickle.loads(stored).predict_proba(ROWS), classifier.predict_proba(ROWS))
    dense_model(units=2000).save(path)
    with pytest.raises(ValueError, match="is not what it was when this DenseClassifier was stored"):
        pickle.loads(stored)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"encoder '.*encoder.keras' is no file"):
        pickle.loads(stored)


def test_a_saved_encoder_is_as_good_as_a_fitted_one(fitted: Callable, tmp_path: Path) -> None:
    path = tmp_path / "masked.skmlbio"
    skmlbio.save(fitted("masked"), path)
    options = {"adapt": "lora", **BRIEF}
    of_file = RNNClassifier(encoder=path, unknown="mask", **options).fit(STRINGS, Y)
    in_memory = RNNClassifier(encoder=FrozenEstimator(fitted("masked")), **options).fit(STRINGS, Y)
    expected = in_memory.predict_proba(STRINGS)
    np.testing.assert_array_equal(of_file.predict_proba(STRINGS), expected)
    for name, classifier in (("of_file", of_file), ("in_memory", in_memory)):
        skmlbio.save(classifier, tmp_path / name)
        np.testing.assert_array_equal(skmlbio.load(tmp_path / name).predict_proba(STRINGS), expected)
    assert len(skmlbio.load(tmp_path / "of_file").predict(["AC?"])) == 1
    assert (tmp_path / "of_file").stat().st_size < 0.6 * (tmp_path / "in_memory").stat().st_size


# Models of Keras ------------------------------------------------------------------------------------------------------


def dense_model(units: int = 6) -> keras.Model:
    layers = [keras.layers.Dense(units, "tanh"), keras.layers.Dropout(0.5), keras.layers.BatchNormalization()]
    return keras.Sequential([keras.Input((5,)), *layers], name="other")


@saves_variables
def test_a_model_of_keras_works_as_it_predicts() -> None:
    model = dense_model()
    classifier = DenseClassifier((), encoder=model, standardize=False, **BRIEF).fit(ROWS, Y)
    kernel, bias = classifier.weights_[-2:]
    expected = model.predict_on_batch(ROWS.astype("float32")) @ kernel + bias
    np.testing.assert_allclose(classifier.decision_function(ROWS), expected.ravel(), atol=1e-5)
    learning = clone(classifier).set_params(freeze=False).fit(ROWS, Y)
    moved = {path.rpartition("/")[2] for path in changed(learning, of_encoder(classifier))}
    assert {"kernel", "moving_mean"} <= moved
    standardized = clone(classifier).set_params(standardize=True).fit(ROWS, Y)
    np.testing.assert_allclose(of_encoder(standardized)["encoder/standardize/mean"], ROWS.mean(axis=0))


@saves_variables
def test_networks_of_keras_see_images() -> None:
    size = 32
    model = keras.applications.MobileNetV2((size, size, 3), alpha=0.35, weights=None, include_top=False)
    X = RANDOM.random((6, size, size, 3))
    classifier = ImageCNNClassifier(encoder=model, standardize=False, random_shift=0.1, **BRIEF).fit(X, Y[:6])
    kernel, bias = classifier.weights_[-2:]
    expected = model.predict_on_batch(X).mean(axis=(1, 2)) @ kernel + bias
    np.testing.assert_allclose(classifier.decision_function(X), expected.ravel(), atol=1e-4)
    assert classifier.attributions(X[:1], method="grad_cam").shape == (1, size, size)
    with pytest.raises(ValueError, match=r"takes samples of shape \(32, 32, 3\), by its layer .*shape \(6, 6, 1\)"):
        clone(classifier).fit(IMAGES, Y)
    with pytest.raises(ValueError, match="an encoder of Keras needs images of one size"):
        clone(classifier).fit([X[0], X[1, :20]], Y[:2])


def string_model(*layers: keras.Layer, width: int | None = None) -> keras.Model:
    return keras.Sequential([keras.Input((None,) if width is None else (None, width)), *layers], name="m")


@pytest.mark.parametrize(
    "model",
    [
        lambda: string_model(keras.layers.Embedding(20, 4, mask_zero=True), keras.layers.GlobalAveragePooling1D()),
        lambda: string_model(keras.layers.Masking(), keras.layers.LSTM(3), width=4),
        lambda: string_model(keras.layers.Conv1D(5, 3, padding="same"), width=4),
    ],
)
def test_models_of_keras_read_strings(model: Callable[[], keras.Model]) -> None:
    classifier = AttentionClassifier("dna", encoder=model(), freeze=False, **BRIEF).fit(STRINGS, Y)
    alone = classifier.predict_proba(["ACG"])
    np.testing.assert_allclose(classifier.predict_proba(["ACG", "A" * 30])[:1], alone, atol=1e-5)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            lambda: string_model(*(keras.layers.Conv1D(5, 3, padding="same") for _ in range(2)), width=4),
            "answers differently for a string if it is padded",
        ),
        (
            lambda: string_model(keras.layers.Embedding(20, 4), keras.layers.GlobalAveragePooling1D()),
            "answers differently for a string if it is padded",
        ),
        (
            lambda: string_model(keras.layers.Embedding(6, 4)),
            "encoder 'm' cannot read [0-9]+ letters, which are numbers up to",
        ),
        (
            lambda: string_model(keras.layers.Conv1D(5, 3, strides=2, padding="same"), width=4),
            "makes [0-9]+ vectors of [0-9]+ letters; it must make one of each",
        ),
        (lambda: string_model(keras.layers.Dense(3), width=5), r"takes samples of shape \(any, 5\)"),
    ],
)
def test_models_that_see_padding_are_refused(model: Callable[[], keras.Model], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AttentionClassifier("dna", encoder=model(), **BRIEF).fit(STRINGS, Y)


@pytest.mark.filterwarnings("ignore:.*has no input:UserWarning")
@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: keras.Sequential([keras.layers.Dense(3)], name="open"), "encoder 'open' must be a keras.Model"),
        (
            lambda: keras.Model(x := [keras.Input((5,)), keras.Input((5,))], keras.layers.Add()(x), name="two"),
            "encoder 'two' must have one input and one output, it has 2 and 1",
        ),
        (
            lambda: keras.Sequential([keras.Input((5,)), keras.layers.Lambda(lambda x: x)]),
            "encoder, a model of Keras, cannot be built again from its configuration",
        ),
        (lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)], name="m"), "X has rows of shape (5,)"),
        (
            lambda: keras.Sequential([keras.Input((5,)), keras.layers.Reshape((5, 1))], name="m"),
            "encoder 'm' returns arrays of 2 axes a sample, but must return arrays of 1",
        ),
    ],
)
def test_models_that_cannot_be_taken_are_refused(model: Callable[[], keras.Model], message: str) -> None:
    with pytest.raises(ValueError) as error:
        DenseClassifier(encoder=model(), **BRIEF).fit(ROWS, Y)
    assert message in str(error.value)


# Export and errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rows", "attention", "images"])
def test_an_exported_network_answers_as_python_does(name: str, fitted: Callable, tmp_path: Path) -> None:
    kind = KINDS[name]
    classifier = clone(kind.target).set_params(encoder=FrozenEstimator(fitted(name)), freeze=1, **BRIEF)
    classifier.fit(kind.X, Y).export_saved_model(tmp_path / "model")
    served = tf.saved_model.load(tmp_path / "model").signatures["predict_proba"]
    X = kind.X[..., np.newaxis] if name == "images" else kind.X
    (answer,) = served(X=tf.constant(X)).values()
    np.testing.assert_allclose(answer, classifier.predict_proba(kind.X), atol=1e-5)


def test_an_exported_network_asks_for_no_library_sizes_that_its_encoder_was_given(tmp_path: Path) -> None:
    counts = np.random.default_rng(0).poisson(3.0, (N, 5))
    encoder = VAESampler(2, likelihood="negative_binomial", **BRIEF).fit(counts, library_size=counts.sum(axis=1) + 7.0)
    classifier = DenseClassifier((), encoder=FrozenEstimator(encoder), **BRIEF).fit(counts, Y)
    classifier.export_saved_model(tmp_path / "model")
    served = tf.saved_model.load(tmp_path / "model").signatures["predict_proba"]
    assert served.structured_input_signature[1].keys() == {"X"}
    answer = served(X=tf.constant(counts, tf.float32))["predict_proba"]
    np.testing.assert_allclose(answer, classifier.predict_proba(counts), atol=1e-5)


@pytest.mark.parametrize(
    ("estimator", "X", "kind", "message"),
    [
        (DenseClassifier(encoder=RNNClassifier()), ROWS, TypeError, "what DenseClassifier takes.*got RNNClassifier"),
        (RNNClassifier(encoder=MarkovChain()), STRINGS, TypeError, "what RNNClassifier takes.*got MarkovChain"),
        (DenseClassifier(encoder=FrozenEstimator(DenseClassifier())), ROWS, NotFittedError, "is not fitted"),
        (DenseClassifier(encoder="no/file.keras"), ROWS, FileNotFoundError, "encoder 'no/file.keras' is no file"),
        (DenseClassifier(encoder=""), ROWS, FileNotFoundError, "encoder '' is no file"),
        (
            DenseClassifier(encoder=DenseClassifier((4,), epochs=1), freeze=3),
            ROWS,
            ValueError,
            "freeze=3, but the encoder has 1 layers with weights: hidden_0",
        ),
        (
            RNNClassifier(encoder=RNNClassifier("dna", n_units=2, epochs=1), adapt="lora"),
            STRINGS,
            ValueError,
            "adapt='lora' needs an encoder with layers of attention or dense ones",
        ),
        (
            RNNClassifier(encoder=RNNClassifier("dna", n_units=2, epochs=1), pooling="last"),
            STRINGS,
            ValueError,
            "pooling='last' needs layers of the network's own",
        ),
        (DenseClassifier(encoder=DenseClassifier(), adapt="lora", freeze=2), ROWS, ValueError, "adapt='lora' keeps"),
        (
            DenseClassifier(
                encoder=DenseClassifier(), encoder_learning_rate=0.1, learning_rate={"class_name": "CosineDecay"}
            ),
            ROWS,
            ValueError,
            "encoder_learning_rate stands beside",
        ),
    ],
)
def test_what_cannot_be_is_refused(estimator: BaseEstimator, X: Any, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        estimator.fit(X, Y)


def test_encoders_see_samples_alone() -> None:
    for encoder, message in (
        (VAESampler(2, **BRIEF).fit(ROWS, covariates=Y), "was fitted with covariates or with y, and asks for them"),
        (GANSampler(**BRIEF).fit(ROWS), "encoder has learned nothing about samples that are given"),
    ):
        with pytest.raises(ValueError, match=message):
            DenseClassifier(encoder=FrozenEstimator(encoder), **BRIEF).fit(ROWS, Y)


def test_an_encoder_takes_unknown_letters_if_it_shall(fitted: Callable) -> None:
    encoder = FrozenEstimator(fitted("masked"))
    classifier = AttentionClassifier(encoder=encoder, unknown="mask", **BRIEF).fit(STRINGS, Y)
    assert len(classifier.predict(["AC?"])) == 1 and fitted("masked").unknown == "error"


def test_what_is_about_own_layers_is_refused(fitted: Callable) -> None:
    encoder = FrozenEstimator(fitted("attention"))
    with pytest.raises(ValueError, match="attention_maps is about the network's own layers"):
        AttentionClassifier(encoder=encoder, **BRIEF).fit(STRINGS, Y).attention_maps(STRINGS[:1])
    with pytest.raises(ValueError, match="find_motifs is about the network's own layers"):
        SequenceCNNClassifier(encoder=encoder, **BRIEF).fit(STRINGS, Y).find_motifs(STRINGS)
    with pytest.warns(UserWarning, match="encoder has been fitted, but this AttentionClassifier is fitted anew"):
        RNNClassifier(encoder=clone(fitted("attention")).fit(STRINGS, Y), **BRIEF).fit(STRINGS, Y)


def nameless(input_shape: tuple[int, ...], n_outputs: int) -> keras.Model:
    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs)(keras.layers.Dense(7)(x)))


def test_names_of_layers_do_not_count() -> None:
    encoder = NetworkClassifier(nameless, **BRIEF).fit(ROWS, Y)
    DenseClassifier((2,), encoder=FrozenEstimator(encoder), **BRIEF).fit(ROWS, Y)
    auto_encoder = AutoEncoderTransformer(2, hidden_layer_sizes=(4,), **BRIEF).fit(ROWS)
    classifier = DenseClassifier((), encoder=auto_encoder.model_, standardize=False, **BRIEF).fit(ROWS, Y)
    kernel, bias = classifier.weights_[-2:]
    expected = auto_encoder.reconstruct(ROWS) @ kernel + bias
    np.testing.assert_allclose(classifier.decision_function(ROWS), expected.ravel(), atol=1e-4)


def test_the_network_of_a_user_may_be_an_encoder() -> None:
    encoder = FrozenEstimator(NetworkClassifier(**BRIEF).fit(ROWS, Y))
    chained = FrozenEstimator(DenseClassifier((3,), encoder=encoder, **BRIEF).fit(ROWS, Y))
    classifier = DenseClassifier((2,), encoder=chained, **BRIEF).fit(ROWS, Y)
    assert {path.split("/")[1] for path in of_encoder(classifier)} == {"encoder", "head_1_hidden_0"}
