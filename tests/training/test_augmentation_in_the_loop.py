"""Samples that are changed at random inside the compiled loop."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np
import pytest
from small_networks import architecture, fit, training_set

import skmlbio
from skmlbio.layers import NodeNormalization, RandomFlip, RandomReverseComplement
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._predict import predict

PARTNERS = [0, 4, 3, 2, 1]
RANDOM = np.random.default_rng(5)
IMAGES = RANDOM.normal(size=(40, 3, 4, 1)).astype("float32")
SIDE = IMAGES[:, :, :2].mean(axis=(1, 2)) - IMAGES[:, :, 2:].mean(axis=(1, 2))  # what a flip turns around


def images(augmented: bool = True, normalised: bool = True):
    x = keras.Input((3, 4, 1), name="x")
    h = RandomFlip((1, 2), name="flip")(x) if augmented else x
    h = keras.layers.Flatten()(h)
    h = NodeNormalization(name="norm")(h) if normalised else h
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def strands(augmented: bool = True):
    x = keras.Input((None,), name="tokens", dtype="int32")
    h = RandomReverseComplement(PARTNERS, name="strand")(x) if augmented else x
    h = keras.layers.Embedding(5, 4, name="embedding")(h)
    h = keras.layers.Conv1D(4, 3, activation="relu", name="motif")(h)
    h = keras.layers.GlobalAveragePooling1D(name="mean")(h)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def digest(jit: bool) -> str:
    result = fit(Blueprint(images), (IMAGES,), (SIDE,), epochs=2, jit=jit)
    return sha256(b"".join(w.tobytes() for w in result.weights)).hexdigest()


def test_the_same_bits_in_a_fresh_process() -> None:
    here = [str(Path(skmlbio.__file__).parents[1]), str(Path(__file__).parent)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(here), "PYTHONHASHSEED": "7"}
    command = f"from {Path(__file__).stem} import digest; print(digest(False), digest(True))"
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [digest(False), digest(True)] == [digest(False), digest(True)]


@pytest.mark.parametrize("jit", [False, True])
def test_training_is_changed_and_validation_is_not(jit: bool) -> None:
    blueprint, still = (Blueprint(images, {"augmented": a, "normalised": False}) for a in (True, False))
    validation = training_set((IMAGES,), (SIDE,))
    result = fit(blueprint, (IMAGES,), (SIDE,), validation=validation, jit=jit)
    assert result.history["loss"][0] != fit(still, (IMAGES,), (SIDE,), jit=jit).history["loss"][0]
    answers = predict(still, "predict", result.weights, ArrayData(IMAGES))
    assert result.history["val_loss"][-1] == pytest.approx(((answers - SIDE) ** 2).mean(), rel=1e-5)


@pytest.mark.parametrize("jit", [False, True])
def test_moments_that_are_renewed_see_no_change(jit: bool) -> None:
    x = IMAGES + np.arange(4, dtype="float32")[:, None]  # columns differ, and a flip would mix them
    result = fit(Blueprint(images), (x,), (SIDE,), epochs=2, batch_size=None, jit=jit)
    paths = [v.path for v in get_network(Blueprint(images)).weights]
    mean = result.weights[paths.index("norm/moving_mean")]
    np.testing.assert_allclose(mean, x.reshape(40, -1).mean(axis=0), rtol=1e-4, atol=1e-5)


def test_prediction_is_not_changed() -> None:
    result = fit(Blueprint(images), (IMAGES,), (SIDE,), epochs=2)
    with_layer, without = (
        predict(Blueprint(images, {"augmented": augmented}), "predict", result.weights, ArrayData(IMAGES))
        for augmented in (True, False)
    )
    np.testing.assert_array_equal(with_layer, without)


def test_a_network_that_reads_both_strands_answers_alike_for_both() -> None:
    tokens = np.random.default_rng(0).integers(1, 5, size=(200, 12)).astype("int32")
    others = np.array(PARTNERS, "int32")[tokens[:, ::-1]]
    counts = ((tokens[:, :-1] == 1) & (tokens[:, 1:] == 2)).sum(axis=1, keepdims=True).astype("float32")
    options = {"optimizer": "adam", "learning_rate": 0.02, "epochs": 40, "batch_size": 20, "jit": True}

    def difference(augmented: bool) -> float:
        blueprint = Blueprint(strands, {"augmented": augmented})
        result = fit(blueprint, (tokens,), (counts,), **options)
        one, other = (predict(blueprint, "predict", result.weights, ArrayData(x)) for x in (tokens, others))
        return float(np.abs(one - other).mean())

    assert difference(True) < 0.5 * difference(False)
