"""The Keras-wide settings under which an estimator was fitted are a part of it."""

import pickle
from collections.abc import Iterator

import keras
import numpy as np
import pytest
from own_networks import pooling_network

from skmlbio import DenseClassifier, NetworkClassifier
from skmlbio.training import clear_programs

SETTINGS = {
    "defaults": {},
    "half": {"dtype_policy": "mixed_bfloat16"},
    "double": {"floatx": "float64", "dtype_policy": "float64"},
    "channels": {"image_data_format": "channels_first"},
}
X = np.random.default_rng(0).normal(3.0, 1.0, size=(24, 4))
IMAGES = X.reshape(24, 2, 1, 2)
Y = np.arange(24) % 2
OTHERS = {  # for each of them, settings that are all unlike
    "defaults": SETTINGS["double"] | SETTINGS["channels"],
    "half": SETTINGS["double"] | SETTINGS["channels"],
    "double": SETTINGS["half"] | SETTINGS["channels"],
    "channels": SETTINGS["double"],
}
DEFAULTS = {"dtype_policy": "float32", "floatx": "float32", "image_data_format": "channels_last"}


def put(settings: dict[str, str]) -> None:
    for name, value in (DEFAULTS | settings).items():
        getattr(keras.config, f"set_{name}")(value)


def found() -> dict[str, str]:
    policy = keras.config.dtype_policy().name
    return {"dtype_policy": policy, "floatx": keras.config.floatx(),
            "image_data_format": keras.config.image_data_format()}  # fmt: skip


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    put({})


def fits() -> list[tuple]:
    """Fitted estimators with their samples and answers."""
    dense = DenseClassifier((4,), epochs=2, random_state=0).partial_fit(X, Y)
    own = NetworkClassifier(pooling_network, epochs=2, random_state=0).fit(IMAGES, Y)
    return [(dense, X, dense.predict_proba(X)), (own, IMAGES, own.predict_proba(IMAGES))]


@pytest.mark.parametrize("fitted_under", SETTINGS)
def test_answers_do_not_depend_on_later_settings(fitted_under: str) -> None:
    put(SETTINGS[fitted_under])
    fitted = fits()
    pickled = pickle.dumps(fitted)
    gone_on = fitted[0][0].partial_fit(X, Y).weights_
    put(OTHERS[fitted_under])
    clear_programs()
    for estimator, samples, answers in pickle.loads(pickled):
        assert np.array_equal(estimator.predict_proba(samples), answers)
        model = np.asarray(estimator.model_(samples.astype("float32")), float)
        np.testing.assert_allclose(model[:, 0], answers[:, 1], atol=1e-2)
        assert estimator.model_.variables[-1].dtype == estimator.weights_[-1].dtype
    dense = pickle.loads(pickled)[0][0].partial_fit(X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(dense.weights_, gone_on, strict=True))
    assert found() == DEFAULTS | OTHERS[fitted_under]


def test_settings_make_a_difference() -> None:
    """Or the test above could not fail."""
    answers = {}
    for name, settings in SETTINGS.items():
        put(settings)
        answers[name] = [probabilities for *_, probabilities in fits()]
    for name in ("half", "double"):
        assert not np.array_equal(answers[name][0], answers["defaults"][0])
    assert not np.array_equal(answers["channels"][1], answers["defaults"][1])


ANOTHER = """
import pickle
import keras
import numpy as np
keras.config.set_dtype_policy("mixed_bfloat16")
keras.config.set_image_data_format("channels_first")
import tensorflow as tf
with open("fitted.pickle", "rb") as file:
    fitted = pickle.load(file)
for i, (estimator, samples, answers) in enumerate(fitted):
    assert np.array_equal(estimator.predict_proba(samples), answers)
    estimator.export_saved_model(str(i))
    signature = tf.saved_model.load(str(i)).signatures["predict_proba"]
    samples = tf.constant(samples, signature.structured_input_signature[1]["X"].dtype)
    served = signature(X=samples)
    assert np.allclose(served["predict_proba"], answers, atol=1e-12)
assert keras.config.dtype_policy().name == "mixed_bfloat16" and keras.config.floatx() == "float32"
print("equal")
"""


def test_another_process_with_other_settings_answers_alike(run_python, tmp_path) -> None:
    put(SETTINGS["double"])
    (tmp_path / "fitted.pickle").write_bytes(pickle.dumps(fits()))
    done = run_python(ANOTHER)
    assert done.stdout == "equal\n", done.stderr
