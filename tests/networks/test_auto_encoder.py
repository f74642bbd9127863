"""The auto-encoder: what its heads compute, for every option."""

import keras
import numpy as np
import pytest

from skmlbio.layers.noise import GaussianNoise, MaskingNoise
from skmlbio.networks.auto_encoder import auto_encoder

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(3.0, 2.0, size=(6, 5)).astype("float32")
DEFAULTS = {
    "n_features": 5, "latent_dim": 2, "hidden_layer_sizes": (4,), "activation": "tanh", "dropout": 0.0, "noise": None,
    "noise_level": 0.1, "tied": False, "standardize": False, "bernoulli": False,
}  # fmt: skip


def make(**options):
    """An auto-encoder whose weights, biases included, differ from their start."""
    architecture = auto_encoder(**(DEFAULTS | options))
    for weight in architecture.training.trainable_variables:
        weight.assign(weight + RANDOM.normal(scale=0.2, size=weight.shape))
    for weight in architecture.training.non_trainable_variables:
        if weight.name in ("mean", "scale"):
            weight.assign(X.mean(axis=0) if weight.name == "mean" else X.std(axis=0))
    return architecture


def weights_of(architecture) -> dict[str, np.ndarray]:
    return {v.path: np.array(v.numpy(), float) for v in architecture.training.variables}


def test_the_formula() -> None:
    architecture = make()
    w = [v.numpy() for v in architecture.training.variables]
    code = np.tanh(X @ w[0] + w[1]) @ w[2] + w[3]
    reconstruction = np.tanh(code @ w[4] + w[5]) @ w[6] + w[7]
    heads = architecture.heads
    np.testing.assert_allclose(heads["transform"](X), code, atol=1e-5)
    np.testing.assert_allclose(heads["reconstruct"](X), reconstruction, atol=1e-5)
    np.testing.assert_allclose(heads["inverse_transform"](code.astype("float32")), reconstruction, atol=1e-5)
    assert next(iter(heads)) == "reconstruct"


def test_the_formula_with_gaps() -> None:
    architecture = make(gaps=True)
    mean = RANDOM.normal(size=5)
    architecture.training.variables[0].assign(mean)
    w1, b1, v1, w2, b2, w3, b3, w4, b4 = [v.numpy() for v in architecture.training.variables[1:]]
    x = X.copy()
    x[0, 1], x[3, :4] = np.nan, np.nan
    known = ~np.isnan(x)
    code = np.tanh(np.where(known, x, mean) @ w1 + ~known @ v1 + b1) @ w2 + b2
    reconstruction = np.tanh(code @ w3 + b3) @ w4 + b4
    np.testing.assert_allclose(architecture.heads["transform"](x), code, atol=1e-5)
    np.testing.assert_allclose(architecture.heads["reconstruct"](x), reconstruction, atol=1e-5)
    assert np.array_equal(architecture.training(x)["known"], known)


def test_masking_makes_further_gaps_in_training() -> None:
    architecture = make(gaps=True, noise="masking", noise_level=0.5)
    first, second = (architecture.training(X, training=True) for _ in range(2))
    assert np.array_equal(first["known"], np.ones_like(X)) and np.array_equal(first["clean"], X)
    assert not np.array_equal(first["code"], second["code"])


def test_the_formula_of_tied_weights() -> None:
    architecture = make(tied=True, hidden_layer_sizes=(4, 3))
    values = weights_of(architecture)
    kernels = {path: value for path, value in values.items() if path.endswith("kernel")}
    assert len(kernels) == 3 and len(values) == 9
    (w1, w2, w3), names = kernels.values(), [path.removesuffix("kernel") for path in kernels]
    (b1, b2, b3), (c1, c2, c3) = ([values[n + kind] for n in names] for kind in ("bias", "inverse_bias"))
    code = np.tanh(np.tanh(X @ w1 + b1) @ w2 + b2) @ w3 + b3
    np.testing.assert_allclose(architecture.heads["transform"](X), code, atol=1e-5)
    back = np.tanh(np.tanh(code @ w3.T + c3) @ w2.T + c2) @ w1.T + c1
    np.testing.assert_allclose(architecture.heads["inverse_transform"](code.astype("float32")), back, atol=1e-5)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize(("standardize", "bernoulli"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("dtype", [None, "mixed_bfloat16", "float64"])
def test_the_heads_agree(tied: bool, standardize: bool, bernoulli: bool, dtype: str | None) -> None:
    architecture = make(
        tied=tied, standardize=standardize, bernoulli=bernoulli, dtype=dtype, dropout=0.3, noise="masking"
    )
    heads = architecture.heads
    outputs = {name: np.asarray(value) for name, value in heads["errors"](X).items()}
    wide = "float64" if dtype == "float64" else "float32"
    assert {value.dtype for value in outputs.values()} == {np.dtype(wide)}
    tolerance = 0.05 if dtype == "mixed_bfloat16" else 1e-4
    np.testing.assert_allclose(heads["transform"](X), outputs["code"], atol=tolerance)
    clean = (X - X.mean(axis=0)) / X.std(axis=0) if standardize else X
    np.testing.assert_allclose(outputs["clean"], clean, atol=1e-4)
    expected = outputs["reconstruction"]
    expected = 1 / (1 + np.exp(-expected)) if bernoulli else expected
    expected = expected * X.std(axis=0) + X.mean(axis=0) if standardize else expected
    np.testing.assert_allclose(heads["reconstruct"](X), expected, atol=tolerance)
    np.testing.assert_allclose(heads["inverse_transform"](outputs["code"]), expected, atol=tolerance)


@pytest.mark.parametrize(("noise", "layer"), [("gaussian", GaussianNoise), ("masking", MaskingNoise)])
def test_noise_disturbs_the_input_in_training_and_the_target_stays_clean(noise: str, layer: type) -> None:
    training = make(noise=noise, noise_level=0.5, standardize=True).training
    assert type(training.get_layer("noise")) is layer
    still, moved = training(X), training(X, training=True)
    assert np.abs(moved["code"] - still["code"]).max() > 1e-3
    np.testing.assert_array_equal(moved["clean"], still["clean"])


@pytest.mark.parametrize("tied", [False, True])
def test_every_head_uses_the_variables_of_the_training_model(tied: bool) -> None:
    architecture = make(tied=tied, standardize=True, dropout=0.2)
    own = {id(v) for v in architecture.training.variables}
    for model in architecture.heads.values():
        assert {id(v) for v in model.variables} <= own


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("tied", [False, True])
def test_saved_and_read_again(tied: bool, tmp_path) -> None:
    model = make(tied=tied, standardize=True, dropout=0.2, noise="gaussian").heads["reconstruct"]
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(X), model(X))
    assert len(again.weights) == len(model.weights)
