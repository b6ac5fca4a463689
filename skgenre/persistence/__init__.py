"""Fitted estimators in files that hold values and arrays, and no code."""

# Files refer to it by this name.
from skgenre.persistence._frozen_distributions import FrozenDistribution as FrozenDistribution
from skgenre.persistence._model_info import ModelInfo, model_info
from skgenre.persistence._saving import TRUSTED_TYPES, load, save

__all__ = ["TRUSTED_TYPES", "ModelInfo", "load", "model_info", "save"]
