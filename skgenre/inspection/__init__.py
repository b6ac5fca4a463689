"""What a fitted classifier listens to, in numbers; `skgenre.displays` draws them."""

from skgenre.inspection._saliency import filter_responses, saliency

__all__ = ["filter_responses", "saliency"]
