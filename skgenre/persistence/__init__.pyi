# What type checkers see of the names that `__init__.py` resolves on first use.

from skgenre.persistence._model_info import ModelInfo, model_info
from skgenre.persistence._saving import TRUSTED_TYPES, load, save

__all__ = ["TRUSTED_TYPES", "ModelInfo", "load", "model_info", "save"]
