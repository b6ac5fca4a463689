"""States that no training leaves behind are refused when they are loaded."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skgenre import CNNGenreClassifier, load, save
from tests.helpers.small_networks import tiny_cnn

BAD = {
    "no slots": {"_slots_by_optimizer": None},
    "slots of something else": {"_slots_by_optimizer": {"Adam": [[1, 2], "text"]}},
    "slots that are no list": {"_slots_by_optimizer": {"Adam": 3}},
    "names that are no list": {"_slot_names": 3},
    "epochs as text": {"n_iter_": "x"},
    "less than no epochs": {"n_iter_": -1},
    "no history": {"history_": None},
    "a number for a history": {"history_": {"loss": 3, "accuracy": 3}},
    "a history of other epochs": {"history_": {"loss": [0.1], "accuracy": [0.1]}},
    "a history without loss": {"history_": {}},
    "classes the other way round": {"classes_": np.array(["1", "0"])},
    "classes as a list": {"classes_": ["0", "1"]},
    "classes in a column": {"classes_": np.array([["0"], ["1"]])},
    "classes that cannot be printed": {
        "classes_": np.array([0x7FFFFFFF, 1], np.uint32).view("U1"),
    },
    "one class": {"classes_": np.array(["0"])},
}


@pytest.mark.parametrize("name", BAD)
def test_a_state_of_no_training_is_refused(excerpts, name):
    fitted = tiny_cnn().fit(*excerpts)
    vars(fitted).update(BAD[name])
    with pytest.raises(ValueError, match=r"The state"):
        pickle.loads(pickle.dumps(fitted))


def test_a_file_with_such_a_state_is_refused_by_name(excerpts, tmp_path, monkeypatch):
    fitted, path = tiny_cnn().fit(*excerpts), tmp_path / "model.skops"
    fitted.history_ = None
    with monkeypatch.context() as unchecked:
        unchecked.setattr(CNNGenreClassifier, "__setstate__", BaseEstimator.__setstate__)
        save(fitted, path)
    with pytest.raises(ValueError, match=r"model\.skops.*The state"):
        load(path)


def test_a_state_before_any_epoch_is_one_of_a_training(excerpts, tmp_path):
    path = tmp_path / "model.skops"
    save(tiny_cnn().initialize(*excerpts), path)
    assert load(path).n_iter_ == 0
