"""Deep learning for bioinformatics as scikit-learn estimators."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skmlbio.estimators.attention_classifier import AttentionClassifier
    from skmlbio.estimators.auto_encoder_transformer import AutoEncoderTransformer
    from skmlbio.estimators.dense_classifier import DenseClassifier
    from skmlbio.estimators.dense_regressor import DenseRegressor
    from skmlbio.estimators.gcn_classifier import GCNClassifier
    from skmlbio.estimators.network_classifier import NetworkClassifier
    from skmlbio.estimators.network_regressor import NetworkRegressor
    from skmlbio.estimators.network_transformer import NetworkTransformer
    from skmlbio.estimators.vae_sampler import VAESampler
    from skmlbio.inspection.attention_map_display import AttentionMapDisplay
    from skmlbio.inspection.latent_space_display import LatentSpaceDisplay
    from skmlbio.inspection.reconstruction_display import ReconstructionDisplay
    from skmlbio.inspection.training_history_display import TrainingHistoryDisplay

__version__ = "0.1.0"

__all__ = [
    "AttentionClassifier",
    "AttentionMapDisplay",
    "AutoEncoderTransformer",
    "DenseClassifier",
    "DenseRegressor",
    "GCNClassifier",
    "LatentSpaceDisplay",
    "NetworkClassifier",
    "NetworkRegressor",
    "NetworkTransformer",
    "ReconstructionDisplay",
    "TrainingHistoryDisplay",
    "VAESampler",
]

# Where each public name lives.  It is loaded when first asked for, so that `import skmlbio` costs next to nothing.
_MODULE_OF = {
    "AttentionClassifier": "skmlbio.estimators.attention_classifier",
    "AttentionMapDisplay": "skmlbio.inspection.attention_map_display",
    "AutoEncoderTransformer": "skmlbio.estimators.auto_encoder_transformer",
    "DenseClassifier": "skmlbio.estimators.dense_classifier",
    "DenseRegressor": "skmlbio.estimators.dense_regressor",
    "GCNClassifier": "skmlbio.estimators.gcn_classifier",
    "LatentSpaceDisplay": "skmlbio.inspection.latent_space_display",
    "NetworkClassifier": "skmlbio.estimators.network_classifier",
    "NetworkRegressor": "skmlbio.estimators.network_regressor",
    "NetworkTransformer": "skmlbio.estimators.network_transformer",
    "ReconstructionDisplay": "skmlbio.inspection.reconstruction_display",
    "TrainingHistoryDisplay": "skmlbio.inspection.training_history_display",
    "VAESampler": "skmlbio.estimators.vae_sampler",
}
_SUBPACKAGES = ("base", "estimators", "export", "graphs", "inspection", "layers", "networks", "sequences", "training")


def __getattr__(name: str) -> Any:
    if name in _SUBPACKAGES:
        return import_module(f"skmlbio.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'skmlbio' has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBPACKAGES})
