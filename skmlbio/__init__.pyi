from . import base as base
from . import estimators as estimators
from . import export as export
from . import graphs as graphs
from . import inspection as inspection
from . import layers as layers
from . import networks as networks
from . import sequences as sequences
from . import training as training
from .estimators.attention_classifier import AttentionClassifier as AttentionClassifier
from .estimators.attention_regressor import AttentionRegressor as AttentionRegressor
from .estimators.auto_encoder_transformer import AutoEncoderTransformer as AutoEncoderTransformer
from .estimators.dense_classifier import DenseClassifier as DenseClassifier
from .estimators.dense_regressor import DenseRegressor as DenseRegressor
from .estimators.gcn_classifier import GCNClassifier as GCNClassifier
from .estimators.markov_chain import MarkovChain as MarkovChain
from .estimators.markov_classifier import MarkovClassifier as MarkovClassifier
from .estimators.network_classifier import NetworkClassifier as NetworkClassifier
from .estimators.network_regressor import NetworkRegressor as NetworkRegressor
from .estimators.network_transformer import NetworkTransformer as NetworkTransformer
from .estimators.vae_sampler import VAESampler as VAESampler
from .inspection.attention_map_display import AttentionMapDisplay as AttentionMapDisplay
from .inspection.latent_space_display import LatentSpaceDisplay as LatentSpaceDisplay
from .inspection.reconstruction_display import ReconstructionDisplay as ReconstructionDisplay
from .inspection.training_history_display import TrainingHistoryDisplay as TrainingHistoryDisplay
from .inspection.transition_matrix_display import TransitionMatrixDisplay as TransitionMatrixDisplay

__version__: str
