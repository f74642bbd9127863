"""What families of estimators build their signatures from."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from skmlbio import AutoEncoderTransformer, DenseClassifier
from skmlbio.export._served_network import ServedNetwork
from skmlbio.export._signatures import Entrance, Signature, array_entrance, column_entrance

X = np.random.default_rng(0).normal(size=(40, 3))


class DigitsOfStrings(DenseClassifier):
    """Estimators of other kinds of samples bring their own entrance, and keep all answers."""

    def _entrances(self, network):
        def encode(text):
            digits = tf.reshape(tf.strings.bytes_split(text).to_tensor(), (-1, 3))
            return (tf.strings.to_number(digits, tf.float64),)

        return {"": Entrance({"text": tf.TensorSpec((None,), tf.string)}, encode)}


class Sampler(AutoEncoderTransformer):
    """Signatures that take no samples are added to the others."""

    def _export_signatures(self, network):
        def sample(n_samples, seed):
            codes = tf.random.stateless_normal((n_samples, self.latent_dim), tf.stack([seed, 0]))
            return {"sample": network.answer("inverse_transform", codes), "code": codes}

        inputs = {"n_samples": tf.TensorSpec((), tf.int32), "seed": tf.TensorSpec((), tf.int64)}
        return super()._export_signatures(network) | {"sample": Signature(inputs, sample)}


def test_another_entrance_serves_all_answers(tmp_path: Path) -> None:
    strings = ["123", "948", "507", "111"]
    digits = np.array([list(map(float, s)) for s in strings])
    classifier = DigitsOfStrings(epochs=2, random_state=0).fit(digits, ["x", "y", "x", "z"])
    classifier.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures
    assert set(served) == {"serving_default", "predict", "predict_proba", "decision_function"}
    answer = served["predict_proba"](text=tf.constant(strings))["predict_proba"]
    np.testing.assert_allclose(answer, classifier.predict_proba(digits), atol=1e-6)


def test_another_signature(tmp_path: Path) -> None:
    sampler = Sampler(epochs=2, random_state=0).fit(X)
    sampler.export_saved_model(tmp_path / "served")
    sample = tf.saved_model.load(str(tmp_path / "served")).signatures["sample"]
    first, again, other = (sample(n_samples=tf.constant(5), seed=tf.constant(seed, tf.int64)) for seed in (1, 1, 2))
    assert first["sample"].shape == (5, 3)
    np.testing.assert_array_equal(first["sample"], again["sample"])
    assert not np.array_equal(first["sample"], other["sample"])
    np.testing.assert_allclose(first["sample"], sampler.inverse_transform(first["code"].numpy()), atol=1e-6)


def test_lists_of_answers_are_numbered() -> None:
    encoder = AutoEncoderTransformer(epochs=2, random_state=0).fit(X)
    network = ServedNetwork(encoder.blueprint_, encoder.weights_)
    entrance = array_entrance(*network.inputs())
    signature = entrance.signature(network, "both", lambda ask, x: [ask("transform", x), ask("reconstruct", x)])
    answers = signature.function(X=tf.constant(X))
    assert {name: answer.shape[1] for name, answer in answers.items()} == {"both_0": 2, "both_1": 3}


def test_columns_are_stacked_in_the_order_of_the_features() -> None:
    entrance = column_entrance(tf.TensorSpec((None, 3), tf.float32), ["z", "a b", "a_b"])
    assert list(entrance.inputs) == ["z", "a_b_2", "a_b"]
    (X,) = entrance.encode(a_b=tf.constant([3.0]), z=tf.constant([1.0]), a_b_2=tf.constant([2.0]))
    assert X.numpy().tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e40])
def test_missing_numbers_are_refused_by_the_name_of_the_column(value: float) -> None:
    spec = tf.TensorSpec((None, 2), tf.float64)
    with pytest.raises(tf.errors.InvalidArgumentError, match="'mean radius' holds NaN or infinity"):
        column_entrance(spec, ["a", "mean radius"]).encode(
            a=tf.zeros(1, tf.float64), mean_radius=tf.constant([value], tf.float64)
        )
    with pytest.raises(tf.errors.InvalidArgumentError, match="X holds NaN or infinity"):
        array_entrance(spec).encode(X=tf.constant([[value, 1.0]], tf.float64))


def test_a_served_network_shares_no_variable_with_the_estimator() -> None:
    encoder = AutoEncoderTransformer(epochs=2, random_state=0).fit(X)
    network = ServedNetwork(encoder.blueprint_, encoder.weights_)
    before = encoder.transform(X)
    for variable in network.module.weights:
        variable.assign(tf.ones_like(variable))  # the scale of columns is one of them, and must not be 0
    expected = 64 * np.maximum(0, (X - 1).sum(axis=1, keepdims=True) + 1) + [1, 1]
    np.testing.assert_allclose(network.answer("transform", tf.constant(X)), expected, rtol=1e-5, atol=1e-4)
    np.testing.assert_array_equal(encoder.transform(X), before)
    assert [spec.shape.as_list() for spec in network.inputs()] == [[None, 3]]
    assert [spec.shape.as_list() for spec in network.inputs("inverse_transform")] == [[None, 2]]
