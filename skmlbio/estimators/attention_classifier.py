"""Attention over the residues of strings, as a classifier."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import ClassifierBase
from skmlbio.base._dense import LAYER_CONSTRAINTS, require_activation
from skmlbio.base._intervals import Interval
from skmlbio.estimators._attention_memory import attention_bytes, require_memory
from skmlbio.estimators._sequence_data import SequenceData, choose_bucket_lengths
from skmlbio.sequences import Alphabet, ensure_sequences
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._keras_settings import KerasSettings
from skmlbio.training._memory import available_memory

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance

_COUNT = [Interval(Integral, 1, None, closed="left")]
_SURELY_AVAILABLE = 2**28  # bytes, about what a batch of short strings takes


class AttentionClassifier(ClassifierBase):
    """Classify strings with a transformer.

    Residues become vectors, each together with its neighbours, positions are added, transformer blocks let residues
    collect from each other, and the residues of a string are pooled: logits = W pool(blocks(embed(x) + positions)) + b
    [1]_.

    X is a list of strings of any lengths and in any case, or what else `skmlbio.sequences.ensure_sequences` takes.
    Strings are padded to one of at most four lengths, chosen from those of the training strings: a further length must
    save a quarter of the work.  What is predicted for a string depends neither on the padding nor on the strings beside
    it.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters or Alphabet, default="auto"
        What the characters may be, see `skmlbio.sequences.ensure_sequences`; "auto" recognises DNA, RNA or protein by
        the training strings, and understands their ambiguity codes whether or not they occur there; "learned" takes the
        characters of the training strings as they are.
    unknown : {"error", "mask"}, default="error"
        What to do about a character outside the alphabet: refuse the string, or treat it as any letter.
    case_sensitive : {"auto"} or bool, default="auto"
        Whether "a" and "A" differ; "auto" reads lower case as upper case where letters spell nucleotides or residues.
    embedding_dim : int, default=64
        Length of a residue's vector; a multiple of `n_heads`.
    n_heads : int, default=4
        Attention maps of a block.
    n_blocks : int, default=1
        Transformer blocks.
    feed_forward_dim : int, default=128
        Width of the hidden layer in a block.
    kernel_width : int or None, default=9
        How many neighbouring residues the convolution before the blocks sees; None leaves it out.
    positions : {"sinusoidal", "learned", "none"}, default="learned"
        What tells a residue its place.  Strings may be of any length in prediction: where positions are learned, all
        residues past the longest training string (`max_length_`) have the vector of its last place, and so cannot be
        told apart by their place; sinusoidal ones go on.
    pooling : {"mean", "max", "attention"}, default="max"
        How the residues of a string become one vector; "attention" learns how much each of them counts.
    norm : {"pre", "post"}, default="pre"
        Whether layers are normalised before or after attention and feed-forward network; "pre" is easier to train.
    dropout : float, default=0.2
        Share of numbers that are dropped in training, after the embedding, in the blocks and before the output.
    weight_averaging : float, default=0.25
        Share of the epochs, the last ones, whose weights are averaged [2]_; 0 keeps the last weights as they are, and
        `patience` the best ones.
    activation : str, default="relu"
        Keras' name of the activation of the convolution and in the blocks.
    l1 : float, default=0.0
        Strength of the penalty sum(abs(w)) over the kernels.
    l2 : float or "auto", default=1e-3
        Strength of the penalty sum(w ** 2) over the kernels; "auto" takes 0.1 / sqrt(n_samples),
        or 0.005 for full batches.
    dtype : str or None, default=None
        Keras' dtype policy of the hidden layers, such as "mixed_bfloat16"; None takes the one set for all of Keras.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weight of each class; "balanced" weighs classes inversely to their frequency.
    optimizer : str or dict, default="adam"
        Keras' name of the optimizer, or its configuration: ``{"class_name": "Adam", "config": {"clipnorm": 1.0}}``.
    learning_rate : float or dict, default=1e-3
        Step size, or the configuration of a Keras schedule:
        ``{"class_name": "CosineDecay", "config": {"initial_learning_rate": 1e-2, "decay_steps": 1000}}``.
    epochs : int or "auto", default="auto"
        How often each sample is seen; "auto" ends where the median loss of the last third of the epochs is hardly below
        that of the third before: by less than 1 % of its whole fall, or 5 % where weights are averaged; after 20 epochs
        at least, and 300 at most.
    batch_size : int, None or "auto", default="auto"
        Samples in a step; None takes all at once, "auto" takes 32 up to 4,096 samples, then n_samples / 128, at most
        256.
    validation_fraction : float or None, default=None
        Share of the samples to watch the loss on instead of training on them.
    patience : int or None, default=None
        Stop when the loss (on validation samples, if any) has not improved for so many epochs, and keep the best
        weights.
    callbacks : list of callable or None, default=None
        Each returns a fresh Keras callback, called at the ends of epochs.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last fit.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, shuffles, dropout and noise: the same seed gives the same bits.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), or list of them where there are several outputs
        The labels, sorted.
    weights_ : list of ndarray
        Weights of the network.
    model_ : keras.Model
        The network with these weights, built when asked for.
    history_ : dict of str to list of float
        Loss of every epoch; ``pandas.DataFrame(estimator.history_)`` tabulates it.
    n_iter_ : int
        Number of epochs.
    best_epoch_ : int
        Epoch of the lowest loss (on validation samples, if any), counted from 1.  Only where `patience` is set are the
        weights those of this epoch; else they are those of the end, averaged over the last epochs (`weight_averaging`).
    alphabet_ : Alphabet
        What the characters may be.
    max_length_ : int
        Residues of the longest training string.
    bucket_lengths_ : ndarray of shape (n_buckets,), int64
        What training strings are padded to.  Where training goes on with longer ones, the last length is doubled until
        they fit.

    See Also
    --------
    skmlbio.sequences.ensure_sequences : What counts as a list of strings.
    skmlbio.inspection.AttentionMapDisplay : Draws what `attention_maps` returns.

    References
    ----------
    .. [1] Vaswani et al.: Attention is all you need. NeurIPS (2017).
    .. [2] Izmailov et al.: Averaging weights leads to wider optima and better generalization. UAI (2018).

    Examples
    --------
    >>> from skmlbio import AttentionClassifier
    >>> X = ["ACGTACGTAA", "TTGTACAA", "acgtgg", "CCCACGTC", "ACCTTG", "TTTTGGGACC", "GGGCCA", "CATGCCTT"] * 5
    >>> y = ["site", "none", "site", "site", "none", "none", "none", "none"] * 5
    >>> classifier = AttentionClassifier(epochs=40, random_state=0).fit(X, y)
    >>> classifier.alphabet_.name
    'dna'
    >>> classifier.predict(["GGACGTGG", "GGAGCTGG"])
    array(['site', 'none'], dtype='<U4')
    >>> classifier.attention_maps(["GGACGTGG"])[0].shape
    (1, 4, 8, 8)
    """

    _parameter_constraints: dict = ClassifierBase._parameter_constraints | {
        "alphabet": [str, Alphabet],
        "unknown": [StrOptions({"error", "mask"})],
        "case_sensitive": [StrOptions({"auto"}), "boolean"],
        "embedding_dim": _COUNT,
        "n_heads": _COUNT,
        "n_blocks": _COUNT,
        "feed_forward_dim": _COUNT,
        "kernel_width": [*_COUNT, None],
        "positions": [StrOptions({"sinusoidal", "learned", "none"})],
        "pooling": [StrOptions({"mean", "max", "attention"})],
        "norm": [StrOptions({"pre", "post"})],
        "weight_averaging": [Interval(Real, 0, 1, closed="both")],
        **{name: LAYER_CONSTRAINTS[name] for name in ("dropout", "activation", "l1", "l2", "dtype")},
    }

    def __init__(
        self,
        alphabet="auto",
        *,
        unknown="error",
        case_sensitive="auto",
        embedding_dim=64,
        n_heads=4,
        n_blocks=1,
        feed_forward_dim=128,
        kernel_width=9,
        positions="learned",
        pooling="max",
        norm="pre",
        dropout=0.2,
        weight_averaging=0.25,
        activation="relu",
        l1=0.0,
        l2=1e-3,
        dtype=None,
        class_weight=None,
        optimizer="adam",
        learning_rate=1e-3,
        epochs="auto",
        batch_size="auto",
        validation_fraction=None,
        patience=None,
        callbacks=None,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.alphabet = alphabet
        self.unknown = unknown
        self.case_sensitive = case_sensitive
        self.embedding_dim = embedding_dim
        self.n_heads = n_heads
        self.n_blocks = n_blocks
        self.feed_forward_dim = feed_forward_dim
        self.kernel_width = kernel_width
        self.positions = positions
        self.pooling = pooling
        self.norm = norm
        self.dropout = dropout
        self.weight_averaging = weight_averaging
        self.activation = activation
        self.l1 = l1
        self.l2 = l2
        self.dtype = dtype
        self.class_weight = class_weight
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def attention_maps(self, X) -> list[np.ndarray]:
        """Return how much each residue of a string collects from each of its residues.

        Parameters
        ----------
        X : list of n_sequences strings
            Strings, as in `fit`.

        Returns
        -------
        list of n_sequences ndarray of shape (n_blocks, n_heads, length, length), float32
            For a string of that length, by block and head: in row i, the shares of all residues in what residue i
            collects, softmax(Q Kᵀ / √d).  Rows sum to 1; there is no padding.

        Raises
        ------
        MemoryError
            If the maps of all strings do not fit into memory.
        """
        data = self._samples(X).to_predict()
        # What is returned, and the last batch, whose strings are padded to the length of the longest or more.
        lengths = data.sequences.lengths
        n_heads, n_blocks, dtype = self._maps_of_a_string()
        needed = attention_bytes(np.append(lengths, lengths.max()), n_heads, n_blocks, dtype)
        self._require_memory(needed, data, data, "cut it, or ask for fewer strings at a time")
        maps: list[Any] = [None] * len(data)
        for rows in data.batches():
            blocks = super()._ask_encoded("attention_maps", data.subset(rows))
            for row, *of_string in zip(rows, *blocks.values(), strict=True):
                length = data.sequences.lengths[row]
                maps[row] = np.stack([heads[:, :length, :length] for heads in of_string])
        return maps

    def _check_parameters(self):
        super()._check_parameters()
        require_activation(self.activation)
        if self.embedding_dim % self.n_heads:
            raise ValueError(
                f"embedding_dim must be a multiple of the {self.n_heads} heads that share it, got {self.embedding_dim}."
            )

    def _encode(self, X, *, reset):
        alphabet, case_sensitive = (self.alphabet, self.case_sensitive) if reset else (self.alphabet_, "auto")
        sequences = ensure_sequences(X, alphabet=alphabet, unknown=self.unknown, case_sensitive=case_sensitive)
        if reset:
            self.alphabet_, self.max_length_ = sequences.alphabet, int(sequences.lengths.max())
            self.bucket_lengths_ = choose_bucket_lengths(sequences.lengths)
        return SequenceData(sequences, self.bucket_lengths_, self.n_heads)

    def _training_sets(self, X, y, sample_weight, validation, groups, rng, reset):
        training, held_out = super()._training_sets(X, y, sample_weight, validation, groups, rng, reset)
        # Gradients need the maps of every block, and are maps themselves.
        advice = "cut such strings, or take fewer heads or blocks, or dtype='mixed_bfloat16'"
        n_heads, n_blocks, dtype = self._maps_of_a_string(reset)
        needed = attention_bytes([training.data.sequences.lengths.max()], n_heads, n_blocks + 1, dtype)
        self._require_memory(needed, training.data, X, advice)
        if held_out is not None:
            needed = attention_bytes([held_out.data.sequences.lengths.max()], n_heads, 1, dtype)
            self._require_memory(needed, held_out.data, X if validation[0] is None else validation[0], advice)
        return training, held_out

    def _ask_encoded(self, head, data):
        n_heads, _, dtype = self._maps_of_a_string()
        needed = attention_bytes([data.sequences.lengths.max()], n_heads, 1, dtype)
        self._require_memory(needed, data, data, "cut it, or fit a network of fewer heads")
        return super()._ask_encoded(head, data.to_predict())

    def _maps_of_a_string(self, reset=False):
        """Return heads, blocks and dtype policy of the fitted network, or of the one that is to be made."""
        if reset:
            return self.n_heads, self.n_blocks, self.dtype or KerasSettings.current().dtype_policy
        made_of = self.blueprint_.arguments
        return made_of["n_heads"], made_of["n_blocks"], made_of["dtype"] or self.blueprint_.settings.dtype_policy

    def _require_memory(self, needed, data, given, advice):
        """Refuse strings if their maps do not fit into memory; `given` has them all, in the user's order."""
        if needed > _SURELY_AVAILABLE:
            given = given if isinstance(given, SequenceData) else self._encode(given, reset=False)
            longest = data.sequences.lengths.max()
            require_memory(needed, available_memory(), longest, given.sequences.lengths, advice)

    def _make_blueprint(self):
        from skmlbio.networks.attention_classifier import attention_classifier

        arguments: dict[str, Any] = {
            "vectors": self.alphabet_.one_hot_vectors,
            "n_outputs": self._labels.n_outputs,
            "max_length": self.max_length_ if self.positions == "learned" else 0,
            "kind": self._labels.kind,
            "sizes": self._labels.sizes,
            "dropout": float(self.dropout),
        }
        names = (
            "embedding_dim", "n_heads", "n_blocks", "feed_forward_dim", "kernel_width", "positions", "pooling", "norm",
            "activation", "dtype",
        )  # fmt: skip
        return Blueprint(attention_classifier, arguments | {name: getattr(self, name) for name in names})

    def _entrances(self, network: ServedNetwork) -> dict[str, Entrance]:
        from skmlbio.export._sequence_entrance import sequence_entrance

        return {"": sequence_entrance(self.alphabet_, self.unknown)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.sparse = False
        return tags
