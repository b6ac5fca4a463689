"""Pictures of excerpts, songs and fitted classifiers, drawn with matplotlib."""

from skgenre.displays._excerpts import ExcerptDisplay
from skgenre.displays._filter_response import FilterResponseDisplay
from skgenre.displays._saliency import SaliencyDisplay
from skgenre.displays._song_timeline import SongTimelineDisplay
from skgenre.displays._training_curve import TrainingCurveDisplay

__all__ = [
    "ExcerptDisplay",
    "FilterResponseDisplay",
    "SaliencyDisplay",
    "SongTimelineDisplay",
    "TrainingCurveDisplay",
]
