"""Keras callbacks work as under `Model.fit`, and nothing that they do outlives their fit."""

import csv
import functools
import http.server
import inspect
import json
import threading

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.helpers.small_networks import small_cnn, tiny_cnn

# Keras 3.15 reads its own variable in a way that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword"
)

callbacks = keras.callbacks
MONITORS = ("loss", "accuracy", "val_loss", "val_accuracy")
N_ROWS, N_EPOCHS = 80, 4


def trained(excerpts, made=(), **params):
    """Fit with one step an epoch, so that the order of rows does not matter."""
    X, y = excerpts
    settings = {"epochs": N_EPOCHS, "batch_size": N_ROWS, "callbacks": list(made), **params}
    return small_cnn(**settings).fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])


def trained_by_keras(excerpts, made=(), optimizer="adam"):
    """Train the same network by `Model.fit`."""
    X, y = excerpts
    targets = (y == "1").astype(np.float32)[:, np.newaxis]
    model = small_cnn().initialize(X, y).model_
    model.compile(optimizer, "mean_squared_error", metrics=["accuracy"])
    settings = {"epochs": N_EPOCHS, "batch_size": N_ROWS, "verbose": 0, "callbacks": list(made)}
    validation = X[80:], targets[80:]
    history = model.fit(X[:80], targets[:80], validation_data=validation, **settings)
    return model, history.history


def assert_same_course(ours, others):
    assert sorted(ours) == sorted(others)
    for name, values in ours.items():
        assert_allclose(values, others[name], rtol=1e-3, atol=1e-4)


# --- each callback of Keras, each monitor


def averaging():
    return keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5)


def falling(epoch, rate):
    return rate / (epoch + 1)


# Those that need a folder are given its path.
CASES = {
    "BackupAndRestore": {"epochs": lambda folder: callbacks.BackupAndRestore(folder)},
    "CSVLogger": {"file": lambda folder: callbacks.CSVLogger(folder / "log.csv")},
    "EarlyStopping": {
        monitor: functools.partial(
            lambda monitor, folder: callbacks.EarlyStopping(
                monitor, patience=1, restore_best_weights=True
            ),
            monitor,
        )
        for monitor in MONITORS
    },
    "History": {"history": lambda folder: callbacks.History()},
    "LambdaCallback": {
        "print": lambda folder: callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None)
    },
    "LearningRateScheduler": {"falling": lambda folder: callbacks.LearningRateScheduler(falling)},
    "ModelCheckpoint": {
        monitor: functools.partial(
            lambda monitor, folder: callbacks.ModelCheckpoint(
                folder / "best.keras", monitor, save_best_only=True
            ),
            monitor,
        )
        for monitor in MONITORS
    },
    "ProgbarLogger": {"bar": lambda folder: callbacks.ProgbarLogger()},
    "ReduceLROnPlateau": {
        monitor: functools.partial(
            lambda monitor, folder: callbacks.ReduceLROnPlateau(
                monitor, factor=0.5, patience=1, min_delta=0.5
            ),
            monitor,
        )
        for monitor in MONITORS
    },
    "SwapEMAWeights": {
        "test": lambda folder: callbacks.SwapEMAWeights(),
        "epoch": lambda folder: callbacks.SwapEMAWeights(swap_on_epoch=True),
    },
    "TensorBoard": {"log": lambda folder: callbacks.TensorBoard(folder)},
    "TerminateOnNaN": {"nan": lambda folder: callbacks.TerminateOnNaN()},
}
# Base classes; one that sends to a server, which has a test of its own; and one that needs a
# library of its own, orbax, which saves what JAX trains.
WITHOUT_CASE = {"Callback", "CallbackList", "RemoteMonitor", "OrbaxCheckpoint"}


def test_every_callback_of_keras_has_a_case():
    known = {name for name, thing in vars(callbacks).items() if inspect.isclass(thing)}
    assert known == set(CASES) | WITHOUT_CASE


QUICK = [("EarlyStopping", "val_accuracy")]


@pytest.mark.parametrize(
    ("name", "case"),
    [
        pytest.param(name, case, marks=[] if (name, case) in QUICK else pytest.mark.slow)
        for name in CASES
        for case in CASES[name]
    ],
)
def test_a_callback_of_keras_works_as_under_model_fit(excerpts, tmp_path, name, case):
    make = CASES[name][case]
    optimizer = averaging if name == "SwapEMAWeights" else lambda: keras.optimizers.Adam(0.01)
    folders = tmp_path / "ours", tmp_path / "keras"
    for folder in folders:
        folder.mkdir()
    fitted = trained(excerpts, [make(folders[0])], optimizer=optimizer())
    model, history = trained_by_keras(excerpts, [make(folders[1])], optimizer())
    assert_same_course(fitted.history_, history)
    for ours, others in zip(fitted.model_.get_weights(), model.get_weights(), strict=True):
        assert_allclose(ours, others, atol=1e-3)
    left = [len([*folder.rglob("*")]) for folder in folders]
    assert left[0] == left[1]


def test_a_csv_log_has_what_keras_writes(excerpts, tmp_path):
    log = tmp_path / "log.csv"
    history = trained(excerpts, [callbacks.CSVLogger(log)]).history_
    with log.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "3"]
    for monitor in MONITORS:
        assert_allclose([float(row[monitor]) for row in rows], history[monitor])


def test_a_remote_monitor_sends_each_epoch(excerpts):
    received = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        monitor = callbacks.RemoteMonitor(root, path="/", send_as_json=True)
        history = trained(excerpts, [monitor]).history_
        server.shutdown()
    assert [sent["epoch"] for sent in received] == list(range(N_EPOCHS))
    assert [sent["val_loss"] for sent in received] == history["val_loss"]


@pytest.mark.slow
def test_a_checkpoint_is_a_model_that_keras_continues(excerpts, tmp_path):
    file = tmp_path / "last.keras"
    X, _ = excerpts
    fitted = trained(excerpts, [callbacks.ModelCheckpoint(file)])
    loaded = keras.models.load_model(file)
    assert_allclose(loaded.predict(X, verbose=0)[:, 0], fitted.predict_proba(X)[:, 1], atol=1e-6)
    model, _ = trained_by_keras(excerpts, optimizer=keras.optimizers.Adam(0.001))
    for ours, others in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        assert_allclose(ours.numpy(), others.numpy(), rtol=1e-2, atol=1e-5)


def test_an_interrupted_training_is_restored(excerpts, tmp_path):
    class Interrupt(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise InterruptedError

    def backup():
        return callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(InterruptedError):
        trained(excerpts, [backup(), Interrupt()])
    restored = trained(excerpts, [backup()])
    whole = trained(excerpts)
    assert restored.history_["loss"] == whole.history_["loss"][2:]


def test_a_training_that_was_done_is_not_done_again(excerpts, tmp_path):
    backups = [
        callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False) for _ in range(2)
    ]
    done = trained(excerpts, backups[:1])
    again = trained(excerpts, backups[1:], random_state=1)
    assert again.n_iter_ == 0
    assert_array_equal(again.predict_proba(excerpts[0]), done.predict_proba(excerpts[0]))


# --- events and logs


class Events(callbacks.Callback):
    """Keeps the names of what is called, with the names in the logs."""

    shared: list = []

    def _note(event):
        def method(self, *arguments, logs=None):
            # Keras passes the logs of some events by name, those of others by place.
            logs = logs or next((it for it in arguments if isinstance(it, dict)), {})
            self.shared.append((event, sorted(logs)))

        return method

    on_train_begin, on_train_end = _note("train begin"), _note("train end")
    on_epoch_begin, on_epoch_end = _note("epoch begin"), _note("epoch end")
    on_train_batch_begin, on_train_batch_end = _note("batch begin"), _note("batch end")
    on_test_begin, on_test_end = _note("test begin"), _note("test end")
    on_test_batch_begin, on_test_batch_end = _note("test batch begin"), _note("test batch end")


def test_events_come_in_keras_order(excerpts):
    Events.shared.clear()
    trained(excerpts, [Events()])
    ours = list(Events.shared)
    Events.shared.clear()
    trained_by_keras(excerpts, [Events()])
    assert ours == Events.shared


def test_what_callbacks_add_to_the_logs_is_in_the_history(excerpts):
    class Add(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch % 2:
                logs["odd"] = epoch

    history = trained(excerpts, [Add()]).history_
    assert_array_equal(history["odd"], [np.nan, 1, np.nan, 3])


def test_callbacks_are_given_the_network_with_its_weights(excerpts):
    X, y = excerpts
    seen = []

    class Look(callbacks.Callback):
        def set_model(self, model):
            super().set_model(model)
            seen.append(model.get_weights())

    tiny_cnn(callbacks=[Look()], random_state=5).fit(X, y)
    started = tiny_cnn(random_state=5).initialize(X, y).model_.get_weights()
    for ours, others in zip(seen[0], started, strict=True):
        assert_array_equal(ours, others)


def test_a_warm_start_continues_what_callbacks_have_logged(excerpts):
    X, y = excerpts
    plateau = callbacks.ReduceLROnPlateau("loss")
    fitted = tiny_cnn(callbacks=[plateau], warm_start=True).fit(X, y).set_params(callbacks=None)
    assert_allclose(fitted.fit(X, y).history_["learning_rate"], [1e-3, 1e-3, np.nan, np.nan])


# --- nothing outlives a fit


class SetSchedule(callbacks.Callback):
    def on_train_begin(self, logs=None):
        schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
        self.model.optimizer.learning_rate = schedule


class SetAttribute(callbacks.Callback):
    def on_train_begin(self, logs=None):
        assert not hasattr(self.model, "left_behind")
        self.model.left_behind = True
        self.model.optimizer.left_behind = True


class Compile(callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.compile("sgd", "mean_absolute_error")


class Freeze(callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.model.trainable = False
        self.model.optimizer.beta_1 = 0.0


class Spoil(callbacks.Callback):
    def on_train_end(self, logs=None):
        self.model.set_weights([np.full_like(array, 7) for array in self.model.get_weights()])
        for variable in self.model.optimizer.variables:
            variable.assign(variable * 0 + 3)


@pytest.mark.parametrize("left", [SetSchedule, SetAttribute, Compile, Freeze, Spoil])
def test_nothing_that_a_callback_does_outlives_its_fit(excerpts, left):
    X, y = excerpts
    before = tiny_cnn(callbacks=[Halve()]).fit(X, y)
    for _ in range(2):
        tiny_cnn(callbacks=[left()]).fit(X, y)
        assert_array_equal(
            tiny_cnn().fit(X, y).predict_proba(X), tiny_cnn().fit(X, y).predict_proba(X)
        )
        assert_array_equal(
            tiny_cnn(callbacks=[Halve()]).fit(X, y).predict_proba(X), before.predict_proba(X)
        )
    assert before.history_ == tiny_cnn(callbacks=[Halve()]).fit(X, y).history_


class Halve(callbacks.Callback):
    """Halves the learning rate, and shows it in the logs."""

    def on_epoch_end(self, epoch, logs=None):
        rate = float(self.model.optimizer.learning_rate.numpy())
        logs["learning_rate"] = rate
        self.model.optimizer.learning_rate = rate / 2


def test_a_schedule_that_a_callback_sets_is_followed_step_by_step(excerpts):
    X, y = excerpts
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    own = tiny_cnn(optimizer=keras.optimizers.SGD(schedule)).fit(X, y)
    set_later = tiny_cnn(optimizer="sgd", callbacks=[SetSchedule()]).fit(X, y)
    assert_array_equal(own.predict_proba(X), set_later.predict_proba(X))


def test_a_callback_sees_what_the_optimizer_remembers(excerpts):
    X, y = excerpts
    seen = []

    class Look(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            optimizer = self.model.optimizer
            seen.append([variable.numpy() for variable in optimizer.variables])

    tiny_cnn(callbacks=[Look()], batch_size=30).fit(X, y)
    assert [int(slots[0]) for slots in seen] == [4, 8]
    assert all(slot.any() for slot in seen[-1])
    assert [slot.shape for slot in seen[0][2::2]] == [
        weight.shape for weight in tiny_cnn().initialize(X, y).model_.get_weights()
    ]
