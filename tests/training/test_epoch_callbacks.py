"""Keras callbacks at the ends of epochs, on a model with the live weights; the progress bar."""

import time

import keras
import numpy as np
import pytest
from small_networks import Spy, X, Y, architecture, fit, linear, same_bits, training_set

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._callbacks import KerasCallbacks, ProgressBar

# Keras turns its variables into arrays in the way of NumPy 1.
reads_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
LINEAR = Blueprint(linear)
ZEROS = [np.zeros((3, 1), "float32"), np.zeros(1, "float32")]


class Diary(keras.callbacks.Callback):
    """Writes down what it is called for."""

    def __init__(self, pages):
        super().__init__()
        self.pages = pages

    def on_train_begin(self, logs=None):
        self.pages.append(("begin", self.params["epochs"]))

    def on_epoch_begin(self, epoch, logs=None):
        self.pages.append(("epoch begins", epoch))

    def on_epoch_end(self, epoch, logs=None):
        loss = float(np.mean((np.asarray(self.model(X)) - Y) ** 2))
        self.pages.append(("epoch ends", epoch, sorted(logs), loss, logs["val_loss"]))

    def on_train_end(self, logs=None):
        self.pages.append(("end",))


class Reset(keras.callbacks.Callback):
    """Writes weights, at a time."""

    def __init__(self, when):
        super().__init__()
        self.when = when

    def reset(self):
        self.model.set_weights(ZEROS)

    def on_epoch_end(self, epoch, logs=None):
        if self.when == epoch:
            self.reset()

    def on_train_begin(self, logs=None):
        if self.when == "begin":
            self.reset()

    def on_epoch_begin(self, epoch, logs=None):
        if self.when == "first epoch begins" and epoch == 0:
            self.reset()

    def on_train_end(self, logs=None):
        if self.when == "end":
            self.reset()


def with_dropout_and_norm():
    x = keras.Input((3,), name="x")
    h = keras.layers.BatchNormalization(name="norm")(keras.layers.Dropout(0.3, name="dropout")(x))
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def run(*factories, epochs=3, blueprint=LINEAR, **options):
    return fit(blueprint, epochs=epochs, watchers=[KerasCallbacks(list(factories), epochs)], **options)


def test_callbacks_are_told_everything_and_see_the_live_weights() -> None:
    pages = []
    result = run(lambda: Diary(pages), epochs=2, validation=training_set((X,), (Y,)))
    kinds = ["begin", "epoch begins", "epoch ends", "epoch begins", "epoch ends", "end"]
    assert [page[0] for page in pages] == kinds and pages[0][1] == 2
    for page, value in zip(pages[2::2], result.history["val_loss"], strict=False):
        if page[0] == "epoch ends":
            assert page[2] == ["loss", "val_loss"]
            assert page[3] == pytest.approx(page[4], rel=1e-4) == value


def test_looking_on_changes_no_bit() -> None:
    blueprint = Blueprint(with_dropout_and_norm)
    held_out = training_set((X,), (Y,))
    assert same_bits(
        run(lambda: Diary([]), blueprint=blueprint, validation=held_out).weights,
        fit(blueprint, validation=held_out).weights,
    )


@pytest.mark.parametrize("when", ["begin", "first epoch begins"])
def test_weights_written_before_the_first_step_count(when: str) -> None:
    initial = [np.ones((3, 1), "float32"), np.ones(1, "float32")]
    assert same_bits(run(lambda: Reset(when), initial=initial).weights, fit(LINEAR, initial=ZEROS).weights)


def test_weights_written_at_the_end_of_an_epoch_count() -> None:
    assert same_bits(run(lambda: Reset(2)).weights, ZEROS)
    assert same_bits(run(lambda: Reset("end")).weights, ZEROS)
    again = run(lambda: Reset(0), epochs=3, batch_size=40)
    expected = fit(LINEAR, initial=ZEROS, epochs=2, batch_size=40)
    for value, reference in zip(again.weights, expected.weights, strict=True):
        np.testing.assert_allclose(value, reference, atol=1e-6)


def test_early_stopping_goes_back_to_its_best_weights() -> None:
    kept = []
    spy = Spy(lambda epoch, logs, trainer: kept.append(trainer.weights()))
    stop = KerasCallbacks(
        [lambda: keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)], 20
    )
    validation = training_set((X,), (-Y,))  # it can only get worse
    result = fit(LINEAR, initial=ZEROS, epochs=20, validation=validation, watchers=[spy, stop])
    assert len(result.history["loss"]) == 3
    assert same_bits(result.weights, kept[0])


@reads_variables
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_learning_rate_can_be_scheduled(optimizer: str) -> None:
    rates = []

    class Note(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    def schedule(epoch, rate):
        return 1e-12 if epoch else 0.5

    blueprint = Blueprint(with_dropout_and_norm)
    run(lambda: keras.callbacks.LearningRateScheduler(schedule), Note, optimizer=optimizer, blueprint=blueprint)
    np.testing.assert_allclose(rates, [0.5, 1e-12, 1e-12], rtol=1e-6)
    rates.clear()
    run(Note, optimizer=optimizer, learning_rate=0.03, blueprint=blueprint)
    np.testing.assert_allclose(rates, 3 * [0.03], rtol=1e-6)  # the next fit has its own


@reads_variables
def test_a_rate_falls_on_a_plateau() -> None:
    rates = []

    class Note(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    run(lambda: keras.callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=1, min_delta=1e9), Note, epochs=3)
    np.testing.assert_allclose(rates, [0.05, 0.005, 0.0005], rtol=1e-5)


@reads_variables
def test_a_checkpoint_is_a_file_that_the_user_asked_for(tmp_path) -> None:
    path = tmp_path / "best.weights.h5"
    result = run(lambda: keras.callbacks.ModelCheckpoint(path, save_weights_only=True))
    model = linear().training
    model.load_weights(path)
    for value, expected in zip(model.get_weights(), result.weights, strict=True):
        np.testing.assert_array_equal(value, expected)


def test_what_is_no_callback_is_named() -> None:
    with pytest.raises(TypeError, match=r"callbacks: <class 'list'> returned list, not a keras.callbacks.Callback"):
        run(list)


def bar(n_epochs: int) -> ProgressBar:
    return ProgressBar("Network", n_epochs)


def test_the_progress_bar_ends_where_the_fit_ends(capsys: pytest.CaptureFixture[str]) -> None:
    fit(LINEAR, epochs=3, watchers=[bar(3)])
    out, err = capsys.readouterr()
    assert out == "" and err.endswith("\n") and err.count("\n") == 1
    last = err.rpartition("\r")[2]
    assert last.startswith("Network: 100%|") and "3/3" in last and "loss=" in last
    fit(LINEAR, epochs=9, watchers=[bar(9), Spy(lambda epoch, logs, trainer: epoch == 1)])
    last = capsys.readouterr().err.rpartition("\r")[2]
    assert "2/9" in last and last.endswith("\n")


def test_the_progress_bar_shows_the_losses_in_four_digits(capsys: pytest.CaptureFixture[str]) -> None:
    result = fit(LINEAR, watchers=[bar(3)], validation=training_set((X,), (Y,)))
    shown = capsys.readouterr().err.rpartition("\r")[2]
    assert all(f"{name}={losses[-1]:.4g}" in shown for name, losses in result.history.items())


def test_the_progress_bar_is_drawn_ten_times_a_second_at_most(capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    fit(LINEAR, epochs=300, watchers=[bar(300)])
    n_drawn = capsys.readouterr().err.count("\r")
    assert 2 <= n_drawn <= 3 + 10 * (time.monotonic() - begun)


def test_the_progress_bar_is_closed_where_the_fit_fails(capsys: pytest.CaptureFixture[str]) -> None:
    watcher = bar(9)
    with pytest.raises(ValueError, match="the loss became"):
        fit(LINEAR, epochs=9, learning_rate=1e30, watchers=[watcher])
    assert capsys.readouterr().err.endswith("\n")
    fit(LINEAR, epochs=2, watchers=[bar(2)])  # not a line below the one that failed
    assert capsys.readouterr().err.count("\n") == 1
