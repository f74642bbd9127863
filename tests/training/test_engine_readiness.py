"""Every kind of network that the families of estimators need, trained by the one loop."""

import hashlib
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import RANDOM, Spy, X, Y, architecture, fit, linear, same_bits, training_set

import skmlbio
from skmlbio.layers.noise import Dropout
from skmlbio.networks._architecture import Architecture
from skmlbio.training import clear_programs, program_info
from skmlbio.training._batches import ArrayData, Bucket, TrainingSet
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._losses import mean_over_columns, mean_over_present
from skmlbio.training._predict import predict
from skmlbio.training._targets import RaggedTarget

# --- networks ------------------------------------------------------------------------------------


class Sample(keras.layers.Layer):
    """z = mean + scale * normal numbers, in training."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, mean, log_scale, training=False):
        draws = keras.random.normal(keras.ops.shape(mean), seed=self.seed_generator) if training else 0.0
        return mean + keras.ops.exp(log_scale) * draws


class OutOfSight(keras.layers.Layer):
    """A dense layer whose initialiser is out of sight."""

    def build(self, shape):
        self.w = self.add_weight(name="w", shape=(shape[-1], 6), initializer="he_normal")

    def call(self, x):
        return keras.ops.tanh(x @ self.w)


def variational():
    x = keras.Input((3,), name="x")
    mean = keras.layers.Dense(2, name="mean")(x)
    log_scale = keras.layers.Dense(2, name="log_scale", kernel_initializer="zeros")(x)
    z = Sample(name="sample")(mean, log_scale)
    y = keras.layers.Dense(3, name="decoder")(z)
    training = keras.Model(x, {"mean": mean, "log_scale": log_scale, "y": y})
    return Architecture(training, {"transform": keras.Model(x, mean), "reconstruct": keras.Model(x, y)})


def bound(outputs, inputs, targets, scalars):
    mean, log_scale = outputs["mean"], outputs["log_scale"]
    kl = 0.5 * tf.reduce_sum(mean**2 + tf.exp(2 * log_scale) - 1 - 2 * log_scale, axis=1)
    error = tf.reduce_sum((outputs["y"] - inputs) ** 2, axis=1)
    return {"loss": error + scalars["beta"] * kl, "kl": kl, "error": error}


bound.names = ("loss", "kl", "error")


def noisy(out_of_sight: bool = True):
    """Everything that draws or keeps statistics, in one network."""
    h = x = keras.Input((3,), name="x")
    h = OutOfSight(name="hidden")(h) if out_of_sight else keras.layers.Dense(6, name="hidden")(h)
    h = keras.layers.BatchNormalization(momentum=0.8, name="norm")(h)
    h = Dropout(0.3, name="ours")(keras.layers.Dropout(0.3, name="theirs")(h))
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def noisy_without_keras_dropout():
    x = keras.Input((3,), name="x")
    h = keras.layers.BatchNormalization(name="norm")(keras.layers.Dense(6, name="hidden")(x))
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(Dropout(0.3, name="dropout")(h))))


def several_inputs():
    numbers = keras.Input((3,), name="numbers")
    kinds = keras.Input((), name="kinds", dtype="int32")
    h = keras.layers.Concatenate()([numbers, keras.layers.Embedding(4, 2, name="embedding")(kinds)])
    return architecture(keras.Model({"numbers": numbers, "kinds": kinds}, keras.layers.Dense(1, name="output")(h)))


def several_outputs():
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(8, "tanh", name="hidden")(x)
    outputs = {"class": keras.layers.Dense(3, name="logits")(h), "value": keras.layers.Dense(1, name="value")(h)}
    return architecture(keras.Model(x, outputs))


def tokens(recurrent: bool = False, per_position: bool = False):
    x = keras.Input((None,), name="tokens", dtype="int32")
    h = keras.layers.Embedding(5, 8, mask_zero=True, name="embedding")(x)
    h = keras.layers.LSTM(6, return_sequences=per_position, name="lstm")(h) if recurrent else h
    if not recurrent and not per_position:
        h = keras.layers.GlobalAveragePooling1D(name="mean")(h)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def two_forms():
    """The same sum over columns from rows as they are and from rows laid out in a square."""
    x = keras.Input((4,), name="x")
    layer = keras.layers.Dense(1, name="output")
    first = keras.Model(x, layer(x))

    def squares():
        square = keras.Input((2, 2), name="square")
        return architecture(keras.Model(square, layer(keras.layers.Flatten()(square))))

    return Architecture(first, {"predict": first}, {"square": squares})


def of_a_table():
    """A sample is a place in a table that all samples share."""
    place, table = keras.Input((), name="place", dtype="int32"), keras.Input((3,), name="table")
    x = keras.ops.take(keras.layers.Dense(1, name="output")(table), place, axis=0)
    return architecture(keras.Model([place, table], x))


# --- data ----------------------------------------------------------------------------------------

LENGTHS = RANDOM.integers(2, 17, size=60)
SEQUENCES = [RANDOM.integers(1, 5, size=length).astype("int32") for length in LENGTHS]
SHARE = np.array([[(s == 1).mean()] for s in SEQUENCES], "float32")


class Sequences:
    """Token lists padded to 4, 8 or 16."""

    def __init__(self, sequences, limit=None):
        self.sequences, self.limit = sequences, limit

    def __len__(self) -> int:
        return len(self.sequences)

    def subset(self, rows):
        return Sequences([self.sequences[row] for row in rows], self.limit)

    def buckets(self) -> list[Bucket]:
        lengths = np.array([len(s) for s in self.sequences])
        found = []
        for low, high in ((0, 4), (4, 8), (8, 16)):
            rows = np.flatnonzero((lengths > low) & (lengths <= high))
            if len(rows):
                limit = self.limit if high == 16 else None
                found.append(Bucket(rows, self.padded(high), max_batch_size=limit, length=high))
        return found

    def padded(self, length):
        def take(rows):
            rows = np.arange(len(self))[rows]
            array = np.zeros((len(rows), length), "int32")
            for i, row in enumerate(rows):
                array[i, : len(self.sequences[row])] = self.sequences[row]
            return (array,)

        return take


class Halves(ArrayData):
    """Every second row comes as a square."""

    def buckets(self) -> list[Bucket]:
        rows = np.arange(len(self))
        return [
            Bucket(rows[::2], self.take),
            Bucket(rows[1::2], lambda rows: (self.take(rows)[0].reshape(-1, 2, 2),), "square"),
        ]


class OfATable(ArrayData):
    """Places in the one table."""

    def buckets(self) -> list[Bucket]:
        return [bucket._replace(filled_up_to=1, shared=(X,)) for bucket in super().buckets()]


# --- proofs --------------------------------------------------------------------------------------


def test_batch_normalisation_and_dropout() -> None:
    blueprint = Blueprint(noisy_without_keras_dropout)
    result = fit(blueprint, optimizer="adam", learning_rate=0.02, epochs=60)
    kernel, bias, _, _, mean, variance, *_ = result.weights
    hidden = X @ kernel + bias
    np.testing.assert_allclose(mean, hidden.mean(axis=0), atol=0.4)
    assert 0.4 < (variance / hidden.var(axis=0)).mean() < 1.6
    answers = [predict(blueprint, "predict", result.weights, ArrayData(X)) for _ in range(2)]
    np.testing.assert_array_equal(*answers)  # no dropout, no statistics of this batch
    np.testing.assert_allclose(
        predict(blueprint, "predict", result.weights, ArrayData(X[:1])), answers[0][:1], atol=1e-6
    )
    assert ((answers[0] - Y) ** 2).mean() < 0.5 * Y.var()


def test_a_variational_network_with_draws_and_a_weight_that_grows() -> None:
    blueprint = Blueprint(variational)
    options = {"loss": bound, "optimizer": "adam", "learning_rate": 0.02, "epochs": 30, "targets": ()}

    def run(beta, seed=0, **more):
        return fit(blueprint, (X,), scalars=lambda epoch: {"beta": beta(epoch)}, seed=seed, **options | more)

    warm = run(lambda epoch: min(1.0, epoch / 20), validation=training_set((X[:9],)))
    assert set(warm.history) == {"loss", "kl", "error", "val_loss", "val_kl", "val_error"}
    betas = np.minimum(1, np.arange(30) / 20)
    kl, error, loss = (np.array(warm.history[name]) for name in ("kl", "error", "loss"))
    np.testing.assert_allclose(loss, error + betas * kl, rtol=1e-4)
    assert error[-1] < 0.7 * error[0]
    strong = run(lambda epoch: 50.0)
    assert strong.history["kl"][-1] < 0.1 * warm.history["kl"][-1]  # the prior wins
    assert same_bits(strong.weights, run(lambda epoch: 50.0).weights)
    assert not same_bits(strong.weights, run(lambda epoch: 50.0, seed=1).weights)
    assert program_info().n_trainers >= 1
    spy = Spy()
    run(lambda epoch: 0.1 * epoch, watchers=[spy], epochs=2)
    assert spy.trainer.n_traces == 1  # the weight is an argument
    outputs = predict(blueprint, "transform", warm.weights, ArrayData(X[:9]))
    assert outputs.shape == (9, 2)
    last = warm.history["val_kl"][-1]
    paths = [v.path for v in get_network(blueprint).weights]
    w = dict(zip(paths, warm.weights, strict=True))
    log_scale = X[:9] @ w["log_scale/kernel"] + w["log_scale/bias"]
    mean = X[:9] @ w["mean/kernel"] + w["mean/bias"]
    closed = 0.5 * (mean**2 + np.exp(2 * log_scale) - 1 - 2 * log_scale).sum(axis=1).mean()
    assert last == pytest.approx(closed, rel=1e-4)


def test_several_inputs() -> None:
    kinds = RANDOM.integers(0, 4, 40).astype("int32")
    targets = Y + np.array([0, 3, -3, 6], "float32")[kinds][:, None]
    blueprint, data = Blueprint(several_inputs), ArrayData(kinds, X)  # Keras sorts the names of inputs
    result = fit(blueprint, data, (targets,), optimizer="adam", learning_rate=0.1, epochs=60)
    answer = predict(blueprint, "predict", result.weights, data)
    assert ((answer - targets) ** 2).mean() < 0.1 * targets.var()
    for row in (0, 17):
        alone = predict(blueprint, "predict", result.weights, data.subset(np.array([row])))
        np.testing.assert_allclose(alone, answer[[row]], atol=1e-5)


@pytest.mark.parametrize("recurrent", [False, True])
def test_inputs_of_a_few_padded_lengths(recurrent: bool) -> None:
    blueprint, data, traces = Blueprint(tokens, {"recurrent": recurrent}), Sequences(SEQUENCES), []
    spy = Spy(lambda epoch, logs, trainer: traces.append(trainer.n_traces))
    result = fit(blueprint, data, (SHARE,), optimizer="adam", learning_rate=0.03, epochs=12, watchers=[spy],
                 validation=training_set(data, (SHARE,)))  # fmt: skip
    assert traces == [1] * 12  # one for all lengths, in the first epoch
    answer = predict(blueprint, "predict", result.weights, data)
    np.testing.assert_allclose(result.history["val_loss"][-1], ((answer - SHARE) ** 2).mean(), rtol=1e-3)
    assert ((answer - SHARE) ** 2).mean() < 0.5 * SHARE.var()
    for row in (3, 41):  # whatever it is padded and batched with
        alone = predict(blueprint, "predict", result.weights, data.subset([row]))
        np.testing.assert_allclose(alone, answer[[row]], atol=1e-5)
    fit(blueprint, data.subset(range(50)), (SHARE[:50],), optimizer="adam", learning_rate=0.1, watchers=[spy])
    assert traces[-1] == 1  # a fold causes none either
    again = fit(blueprint, data, (SHARE,), optimizer="adam", learning_rate=0.03, epochs=12)
    assert same_bits(again.weights, result.weights)


def test_samples_so_large_that_a_batch_holds_few() -> None:
    blueprint, data = Blueprint(tokens), Sequences(SEQUENCES, limit=2)
    sizes = []

    def loss(outputs, inputs, targets, scalars):
        sizes.append((inputs.shape[1], inputs.shape[0]))
        return tf.reduce_mean((outputs - targets[0]) ** 2, axis=1)

    result = fit(blueprint, data, (SHARE,), loss=loss, epochs=2, jit=True)
    assert sorted(set(sizes)) == [(4, 8), (8, 8), (16, 2)]
    assert result.history["loss"][1] < result.history["loss"][0]


def test_several_outputs() -> None:
    codes = RANDOM.integers(0, 3, 40).astype("int32")
    x = X + np.eye(3, dtype="float32")[codes] * 3

    def loss(outputs, inputs, targets, scalars):
        first = tf.nn.sparse_softmax_cross_entropy_with_logits(targets[0], outputs["class"])
        second = tf.reduce_mean((outputs["value"] - targets[1]) ** 2, axis=1)
        return {"loss": first + second, "class": first, "value": second}

    loss.names = ("loss", "class", "value")
    blueprint = Blueprint(several_outputs)
    result = fit(blueprint, (x,), (codes, Y), loss=loss, optimizer="adam", learning_rate=0.03, epochs=60)
    totals = np.add(result.history["class"], result.history["value"])
    np.testing.assert_allclose(result.history["loss"], totals, rtol=1e-5)
    answer = predict(blueprint, "predict", result.weights, ArrayData(x))
    assert (answer["class"].argmax(axis=1) == codes).mean() > 0.9
    assert ((answer["value"] - Y) ** 2).mean() < 0.3 * Y.var()


def test_targets_that_are_the_inputs() -> None:
    def loss(outputs, inputs, targets, scalars):
        assert targets == ()
        return tf.reduce_mean((outputs - inputs) ** 2, axis=1)

    def network():
        x = keras.Input((3,), name="x")
        return architecture(keras.Model(x, keras.layers.Dense(3, name="y")(keras.layers.Dense(2, name="code")(x))))

    options = {"targets": (), "loss": loss, "optimizer": "adam", "learning_rate": 0.02, "batch_size": None}
    result = fit(Blueprint(network), epochs=400, **options)
    centred = X - X.mean(axis=0)
    best = np.linalg.svd(centred, compute_uv=False)[2] ** 2 / X.size  # principal components do no worse
    assert result.history["loss"][-1] == pytest.approx(best, rel=0.02)


LABELS = RaggedTarget.of([np.where(RANDOM.random(len(s)) < 0.2, -1, s == 2).astype("int32") for s in SEQUENCES])


def loss_of_labels(outputs, inputs, targets, scalars):
    logits, known = outputs[..., 0], targets[0] >= 0
    losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(targets[0], tf.float32), logits)
    return mean_over_present(losses, known)


def elements(blueprint, weights, sequences) -> np.ndarray:
    """What the network answers for every element of sequences that are asked for one by one."""
    parts = [predict(blueprint, "predict", weights, sequences.subset([i]))[0, :, 0] for i in range(len(sequences))]
    return np.concatenate([part[: len(s)] for part, s in zip(parts, sequences.sequences, strict=True)])


@pytest.mark.parametrize("jit", [False, True])
def test_targets_of_their_own_lengths(jit: bool) -> None:
    data, blueprint = Sequences(SEQUENCES), Blueprint(tokens, {"per_position": True})
    samples = TrainingSet(data, (LABELS,), np.linspace(0.5, 1.5, 60)).by_element()
    options = {"loss": loss_of_labels, "optimizer": "adam", "learning_rate": 0.02, "jit": jit}
    result = fit(blueprint, data, (LABELS,), weights=samples.weights, epochs=40, validation=samples, **options)
    logits, known = elements(blueprint, result.weights, data), LABELS.values >= 0
    assert ((logits > 0) == LABELS.values)[known].all()
    # The mean over the elements that are there, each by the weight of its sample, whatever bucket that is in.
    losses = np.logaddexp(0, logits.astype(float)) - LABELS.values * logits
    expected = np.average(losses[known], weights=np.repeat(np.linspace(0.5, 1.5, 60), LENGTHS)[known])
    assert result.history["val_loss"][-1] == pytest.approx(expected, rel=1e-6)
    again = fit(blueprint, data, (LABELS,), weights=samples.weights, epochs=40, **options)
    assert same_bits(again.weights, result.weights)


class OneLength(Sequences):
    """The same, all padded to 16."""

    def subset(self, rows):
        return OneLength([self.sequences[row] for row in rows])

    def buckets(self) -> list[Bucket]:
        return [Bucket(np.arange(len(self)), self.padded(16), length=16)]


def test_neither_buckets_nor_what_is_missing_change_a_loss() -> None:
    blueprint = Blueprint(tokens, {"per_position": True})
    start = get_network(blueprint).initial_weights(np.random.default_rng(0))
    options = {"loss": loss_of_labels, "batch_size": None, "initial": start, "epochs": 1, "learning_rate": 1e-30}

    def losses(data, targets):
        samples = TrainingSet(data, (targets,), np.ones(len(data))).by_element()
        history = fit(blueprint, data, (targets,), weights=samples.weights, validation=samples, **options).history
        return history["loss"][0], history["val_loss"][0]

    expected = losses(OneLength(SEQUENCES), LABELS)
    np.testing.assert_allclose(losses(Sequences(SEQUENCES), LABELS), expected, rtol=1e-6)
    np.testing.assert_allclose(losses(Sequences(SEQUENCES, limit=2), LABELS), expected, rtol=1e-6)
    # Elements that have no target count as if they were not asked for; so does a sequence without any.
    nothing = RaggedTarget.of([np.full(7, -1, "int32")])
    more = RaggedTarget.of([LABELS[[i]].values for i in range(60)] + [nothing.values])
    np.testing.assert_allclose(losses(Sequences([*SEQUENCES, np.ones(7, "int32")]), more), expected, rtol=1e-6)
    parts = [np.arange(0, 60, 2), np.arange(1, 60, 2)]
    alone = [losses(Sequences(SEQUENCES).subset(rows), LABELS[rows])[0] for rows in parts]
    counts = [LABELS[rows].n_present().sum() for rows in parts]
    assert np.average(alone, weights=counts) == pytest.approx(expected[0], rel=1e-6)


def loss_of_columns(outputs, inputs, targets, scalars):
    return mean_over_columns((outputs - targets[0]) ** 2, targets)


def two_columns():
    x = keras.Input((3,), name="x")
    return architecture(keras.Model(x, keras.layers.Dense(2, name="y")(x)))


def with_holes(*places: tuple[int, int]) -> np.ndarray:
    targets = np.hstack([Y, -Y])
    for row, column in places:
        targets[row, column] = np.nan
    return targets


def fit_columns(targets: np.ndarray, **options):
    samples = TrainingSet(ArrayData(X), (targets,), np.ones(40))
    samples = samples.with_shares() if np.isnan(targets).any() else samples
    return fit(Blueprint(two_columns), targets=samples.targets, loss=loss_of_columns, validation=samples, **options)


def test_targets_that_are_missing_in_part() -> None:
    targets = with_holes(*((row, row % 3) for row in range(40) if row % 3 < 2))
    result = fit_columns(targets, learning_rate=0.1, epochs=80)
    answers = predict(Blueprint(two_columns), "predict", result.weights, ArrayData(X))
    np.testing.assert_allclose(answers, with_holes(), atol=0.05)
    expected = np.mean([np.nanmean((answers - targets)[:, column] ** 2) for column in (0, 1)])
    assert result.history["val_loss"][-1] == pytest.approx(expected, rel=1e-4)


def test_a_missing_entry_changes_nothing_for_another_column() -> None:
    complete = fit_columns(with_holes()).weights
    holes = fit_columns(with_holes((3, 1), (9, 1), (30, 1))).weights
    for one, other in zip(complete, holes, strict=True):
        np.testing.assert_allclose(one[..., 0], other[..., 0], rtol=1e-6)
        assert not np.allclose(one[..., 1], other[..., 1], rtol=1e-3)
    # And for its own what leaving out the rows changes.
    rows = np.delete(np.arange(40), [3, 9, 30])
    one_step = {"batch_size": None, "epochs": 5}
    left_out = fit(Blueprint(two_columns), (X[rows],), (with_holes()[rows],), loss=loss_of_columns, **one_step).weights
    for one, other in zip(left_out, fit_columns(with_holes((3, 1), (9, 1), (30, 1)), **one_step).weights, strict=True):
        np.testing.assert_allclose(one[..., 1], other[..., 1], rtol=1e-5)


def test_a_network_in_two_forms_with_the_same_weights() -> None:
    x = RANDOM.normal(size=(24, 4)).astype("float32")
    y = x.sum(axis=1, keepdims=True)
    blueprint, data = Blueprint(two_forms), Halves(x)
    result = fit(blueprint, data, (y,), epochs=50, validation=training_set(data, (y,)))
    assert result.history["val_loss"][-1] < 1e-3
    np.testing.assert_allclose(result.weights[0], np.ones((4, 1)), atol=0.05)
    np.testing.assert_allclose(predict(blueprint, "predict", result.weights, data), y, atol=0.1)
    assert [w.shape for w in result.weights] == [(4, 1), (1,)]


# --- the same bits, everywhere --------------------------------------------------------------------

FITS = {
    "noisy": lambda seed: fit(Blueprint(noisy), optimizer="adam", epochs=4, seed=seed),
    "xla": lambda seed: fit(Blueprint(noisy_without_keras_dropout), epochs=4, seed=seed, jit=True),
    "variational": lambda seed: fit(
        Blueprint(variational), targets=(), loss=bound, scalars=lambda epoch: {"beta": 1.0}, epochs=4, seed=seed
    ),
    "buckets": lambda seed: fit(Blueprint(tokens), Sequences(SEQUENCES), (SHARE,), epochs=2, seed=seed),
}


def digest() -> str:
    return " ".join(hashlib.sha256(b"".join(w.tobytes() for w in f(3).weights)).hexdigest() for f in FITS.values())


@pytest.mark.parametrize("name", FITS)
def test_threads_fit_one_architecture_at_once_as_if_alone(name: str) -> None:
    alone = {seed: FITS[name](seed) for seed in range(3)}
    for cold in (True, False):
        if cold:
            clear_programs()
        together, start = {}, threading.Barrier(3)

        def run(seed, together=together, start=start):
            start.wait()
            together[seed] = FITS[name](seed)

        threads = [threading.Thread(target=run, args=(seed,)) for seed in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for seed in range(3):
            assert same_bits(together[seed].weights, alone[seed].weights)
            assert together[seed].history == alone[seed].history


@pytest.mark.parametrize("jit", [False, True])
def test_inputs_that_all_samples_share(jit: bool) -> None:
    rows = np.array([5, 3, 3, 30, 0, 7, 21], np.int32)
    options = {"epochs": 3, "batch_size": 4, "jit": jit, "learning_rate": 0.1}
    shared = OfATable(rows)
    by_place = fit(
        Blueprint(of_a_table),
        shared,
        (Y[rows],),
        validation=training_set(OfATable(rows[:3]), (Y[rows[:3]],)),
        **options,
    )
    by_row = fit(
        Blueprint(linear), (X[rows],), (Y[rows],), validation=training_set((X[rows[:3]],), (Y[rows[:3]],)), **options
    )
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(by_place.history[name], by_row.history[name], rtol=1e-5)
    answers = predict(Blueprint(of_a_table), "predict", by_place.weights, shared)
    np.testing.assert_allclose(
        answers, predict(Blueprint(linear), "predict", by_row.weights, ArrayData(X[rows])), rtol=1e-4
    )
    # All of them pass at once, however many there are.
    assert shared.buckets()[0].rows_at_once(2) >= len(rows)


def test_a_fresh_process_gives_the_same_bits() -> None:
    here = [str(Path(skmlbio.__file__).parents[1]), str(Path(__file__).parent)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(here), "PYTHONHASHSEED": "7"}
    command = "from test_engine_readiness import digest; print(digest())"
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == digest().split()


def test_a_fit_reads_and_changes_no_global_generator() -> None:
    def numbers():
        legacy = np.random.rand()  # noqa: NPY002 (the global generators are meant)
        return random.random(), legacy, float(tf.random.uniform(())), float(keras.random.uniform(()))

    results = []
    keras.utils.set_random_seed(5)
    expected = numbers()
    for seed in (5, 6):
        clear_programs()
        keras.utils.set_random_seed(seed)
        results.append(FITS["noisy"](0))
        if seed == 5:
            assert numbers() == expected
    assert same_bits(results[0].weights, results[1].weights)
