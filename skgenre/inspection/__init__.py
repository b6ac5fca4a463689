"""What a fitted classifier listens to, in numbers; `skgenre.displays` draws them."""

from skgenre.inspection._filter_responses import filter_responses
from skgenre.inspection._saliency import saliency

__all__ = ["filter_responses", "saliency"]
