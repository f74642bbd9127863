"""Keras' callbacks and scikit-learn's, told of every epoch; and Ctrl-C."""

import copy
import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor

FEW = {"epochs": 4, "learning_rate": 0.02, "random_state": 0}

# Keras 3.15 reads its learning rate in a way that NumPy 2.4 deprecates.
keras_reads_rates = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


def network(**options) -> DenseClassifier:
    return DenseClassifier((8,), **(FEW | options))


# Keras' -------------------------------------------------------------------------------------------------------------


def test_callbacks_see_live_weights_and_logs(two_classes) -> None:
    X, y = two_classes
    seen = []

    class Reader(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(("begin", self.model(X.astype("float32")).numpy()))

        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, logs, self.model(X.astype("float32")).numpy()))

        def on_train_end(self, logs=None):
            seen.append(("end", self.params["epochs"]))

    estimator = network(callbacks=[Reader], validation_fraction=0.25).fit(X, y)
    assert [entry[0] for entry in seen] == ["begin", 0, 1, 2, 3, "end"]
    assert seen[-1][1] == 4
    epochs = seen[1:-1]
    assert [logs for _, logs, _ in epochs] == [
        {name: values[i] for name, values in estimator.history_.items()} for i in range(4)
    ]
    answers = [answer for *_, answer in epochs]
    assert all(not np.array_equal(a, b) for a, b in zip(answers[1:], answers, strict=False))
    np.testing.assert_allclose(answers[-1][:, 0], estimator.predict_proba(X)[:, 1], atol=1e-6)


def test_watching_changes_nothing(two_classes) -> None:
    watched = network(callbacks=[keras.callbacks.Callback], dropout=0.3).fit(*two_classes)
    alone = network(dropout=0.3).fit(*two_classes)
    assert watched.history_ == alone.history_
    assert all(np.array_equal(a, b) for a, b in zip(watched.weights_, alone.weights_, strict=True))


def test_callbacks_may_write_weights(two_classes) -> None:
    class Zero(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            self.model.set_weights([np.zeros_like(w) for w in self.model.get_weights()])

    assert all((w == 0).all() for w in network(callbacks=[Zero]).fit(*two_classes).weights_)


@keras_reads_rates
def test_learning_rates_can_be_changed(two_classes) -> None:
    frozen = network(callbacks=[lambda: keras.callbacks.LearningRateScheduler(lambda e, r: r if e < 2 else 0.0)])
    losses = frozen.fit(*two_classes).history_["loss"]
    free = network().fit(*two_classes).history_["loss"]
    assert losses[:2] == free[:2] and losses[3] == pytest.approx(losses[2], rel=0.02) and losses[3] > free[3]
    assert network().fit(*two_classes).history_["loss"] == free  # the next fit begins with its own rate


@keras_reads_rates
def test_reduce_on_plateau_reduces(two_classes) -> None:
    rates = []

    class Rate(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate.numpy()))

    plateau = lambda: keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=100)  # noqa: E731
    network(callbacks=[plateau, Rate], dtype="mixed_float16").fit(*two_classes)
    assert rates == pytest.approx([0.02, 0.01, 0.005, 0.0025])


def test_keras_early_stopping_restores_its_best_weights(two_classes) -> None:
    X, y = two_classes
    X_val, y_val = X[:40], 1 - y[:40]
    stopping = lambda: keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)  # noqa: E731
    estimator = network(epochs=30, callbacks=[stopping]).fit(X, y, X_val=X_val, y_val=y_val)
    losses = estimator.history_["val_loss"]
    assert estimator.n_iter_ == len(losses) == int(np.argmin(losses)) + 3 < 30
    likelihood = estimator.predict_proba(X_val)[np.arange(40), y_val]
    assert -np.log(likelihood).mean() == pytest.approx(min(losses), rel=1e-5)


def test_every_fit_gets_fresh_callbacks(two_classes) -> None:
    made = []
    factory = lambda: made.append(keras.callbacks.Callback()) or made[-1]  # noqa: E731
    estimator = clone(network(callbacks=[factory])).fit(*two_classes)
    estimator.fit(*two_classes)
    assert len(made) == 2 and made[0] is not made[1]
    pickle.dumps(estimator.set_params(callbacks=[keras.callbacks.Callback]))


def test_a_callback_instance_is_refused(two_classes) -> None:
    with pytest.raises(TypeError, match="callbacks must be callables that return a Keras callback, got Callback"):
        network(callbacks=[keras.callbacks.Callback()]).fit(*two_classes)
    with pytest.raises(TypeError, match=r"returned int, not a keras\.callbacks\.Callback"):
        network(callbacks=[int]).fit(*two_classes)


# scikit-learn's -----------------------------------------------------------------------------------------------------


class Tasks:
    """Notes the tasks of a fit, and the scores of what is fitted so far."""

    def __init__(self, stop_after: int | None = None):
        self.stop_after, self.begun, self.ended, self.scores = stop_after, [], [], []

    def setup(self, estimator, context):
        self.begun.append("setup")

    def on_fit_task_begin(self, estimator, context):
        self.begun.append((context.task_name, context.task_id, context.max_subtasks))

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        self.ended.append(context.task_name)
        self.scores.append(fitted_estimator.score(X, y))
        return self.stop_after == len(self.ended)

    def teardown(self, estimator, context):
        self.ended.append("teardown")


def test_epochs_are_tasks_of_a_fit(two_classes) -> None:
    tasks = Tasks()
    estimator = network().set_callbacks(tasks).fit(*two_classes)
    assert tasks.begun == ["setup", ("fit", 0, 4), *(("epoch", i, 0) for i in range(4))]
    assert tasks.ended == ["epoch"] * 4 + ["fit", "teardown"]
    assert tasks.scores[-1] == estimator.score(*two_classes)


@pytest.mark.parametrize("cls", [AutoEncoderTransformer, DenseRegressor])
def test_what_is_fitted_so_far_can_be_scored(cls, numbers) -> None:
    tasks = Tasks()
    estimator = cls(hidden_layer_sizes=(8,), **FEW).set_callbacks(tasks).fit(*numbers)
    assert len(set(tasks.scores[:4])) == 4
    assert tasks.scores[-1] == estimator.score(*numbers)


def test_a_callback_can_stop_the_fit(two_classes) -> None:
    assert network().set_callbacks(Tasks(stop_after=2)).fit(*two_classes).n_iter_ == 2


def test_scoring_monitor_logs_every_epoch(two_classes) -> None:
    monitor = ScoringMonitor(scoring="accuracy")
    X, y = two_classes
    estimator = network().set_callbacks(monitor).fit(X, y, sample_weight=np.ones(96))
    log = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(log) == 4
    assert log[-1]["accuracy"] == pytest.approx(estimator.score(X, y))


def test_scoring_monitor_sees_epochs_inside_pipelines_and_searches(two_classes) -> None:
    monitor = ScoringMonitor(scoring="accuracy")
    pipeline = make_pipeline(StandardScaler(), network().set_callbacks(monitor))
    GridSearchCV(pipeline, {"denseclassifier__learning_rate": [0.01, 0.02]}, cv=2).fit(*two_classes)
    logs = monitor.get_logs(select="all")
    assert sum(row["task_name"] == "epoch" for log in logs for row in log.data) == (2 * 2 + 1) * 4


def test_progress_bar_shows_epochs(two_classes, capsys) -> None:
    bar = ProgressBar(max_propagation_depth=None)
    network().set_callbacks(bar).fit(*two_classes)
    assert "DenseClassifier - fit" in capsys.readouterr().out
    search = GridSearchCV(make_pipeline(StandardScaler(), network()), {"denseclassifier__epochs": [2]}, cv=2)
    search.set_callbacks(bar).fit(*two_classes)
    shown = capsys.readouterr().out
    assert "GridSearchCV - fit" in shown and "DenseClassifier" in shown
    with pytest.raises(ValueError, match="the loss became"):
        DenseRegressor((8,), optimizer="sgd", learning_rate=1e30).set_callbacks(bar).fit(*two_classes)  # does not hang


def test_callbacks_do_not_survive_into_the_parameters(two_classes) -> None:
    estimator = network().set_callbacks(ScoringMonitor(scoring="accuracy")).fit(*two_classes)
    found = cross_validate(estimator, *two_classes, cv=2, return_estimator=True)
    assert all(e.n_iter_ == 4 for e in found["estimator"])
    make_pipeline(AutoEncoderTransformer(hidden_layer_sizes=(8,), **FEW), LogisticRegression()).fit(*two_classes)


# verbose and Ctrl-C -------------------------------------------------------------------------------------------------


def test_verbose_draws_a_bar(two_classes, capfd) -> None:
    network(verbose=1, validation_fraction=0.25).fit(*two_classes)
    shown = capfd.readouterr()
    assert shown.out == ""
    last = shown.err.rpartition("\r")[2]
    assert last.startswith("DenseClassifier: 100%|") and "4/4" in last
    assert "loss=0." in last and "val_loss=0." in last
    network(verbose=0).fit(*two_classes)
    assert capfd.readouterr() == ("", "")


class InterruptAtOnce(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        raise KeyboardInterrupt


@pytest.mark.parametrize("verb", ["fit", "partial_fit"])
def test_interrupting_before_the_first_epoch_ends_leaves_the_estimator_as_it_was(two_classes, iris, verb) -> None:
    estimator = network(callbacks=[InterruptAtOnce])
    with pytest.raises(KeyboardInterrupt):
        getattr(estimator, verb)(*two_classes)
    assert not [name for name in vars(estimator) if name.endswith("_")]
    fitted = network().partial_fit(*two_classes)
    history, answers = copy.deepcopy(fitted.history_), fitted.predict_proba(two_classes[0])
    fitted.set_params(callbacks=[InterruptAtOnce])
    with pytest.raises(KeyboardInterrupt):
        getattr(fitted, verb)(*(two_classes if verb == "partial_fit" else (iris[0][:, :3], iris[1])))
    assert (fitted.history_, fitted.n_iter_, fitted.n_features_in_) == (history, 1, 4)
    assert np.array_equal(fitted.predict_proba(two_classes[0]), answers)


@pytest.mark.parametrize("step", ["_encode_target", "_make_blueprint", "_plan"])
def test_interrupting_before_the_training_leaves_the_estimator_as_it_was(two_classes, iris, monkeypatch, step) -> None:
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    fitted = network().fit(*two_classes)
    answers = fitted.predict_proba(two_classes[0])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(fitted, step, interrupt)
        fitted.fit(iris[0][:, :3], iris[1])
    assert fitted.n_features_in_ == 4 and np.array_equal(fitted.predict_proba(two_classes[0]), answers)


@pytest.mark.parametrize("patience", [None, 5])
def test_interrupting_leaves_a_usable_estimator(two_classes, patience) -> None:
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    estimator = network(epochs=20, callbacks=[Interrupt], patience=patience)
    with pytest.raises(KeyboardInterrupt, match="DenseClassifier was interrupted in epoch 3"):
        estimator.fit(*two_classes)
    assert estimator.n_iter_ == len(estimator.history_["loss"]) == 3
    shorter = network(epochs=3).fit(*two_classes)
    assert np.array_equal(estimator.predict_proba(two_classes[0]), shorter.predict_proba(two_classes[0]))
    assert pickle.loads(pickle.dumps(estimator.set_params(callbacks=None))).fit(*two_classes).n_iter_ == 20
