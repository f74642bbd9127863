"""Pictures of fitted estimators, in the style of scikit-learn's displays.  Drawing needs the ``plot`` extra."""

from .attention_map_display import AttentionMapDisplay
from .attribution_display import AttributionDisplay
from .graph_display import GraphDisplay
from .latent_space_display import LatentSpaceDisplay
from .motif_display import MotifDisplay
from .pattern_display import PatternDisplay
from .reconstruction_display import ReconstructionDisplay
from .saliency_display import SaliencyDisplay
from .training_history_display import TrainingHistoryDisplay
from .transition_matrix_display import TransitionMatrixDisplay

__all__ = [
    "AttentionMapDisplay",
    "AttributionDisplay",
    "GraphDisplay",
    "LatentSpaceDisplay",
    "MotifDisplay",
    "PatternDisplay",
    "ReconstructionDisplay",
    "SaliencyDisplay",
    "TrainingHistoryDisplay",
    "TransitionMatrixDisplay",
]
