"""Sequences to one-hot vectors or tokens, and back to strings, as scikit-learn transformers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.utils import check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._alphabets import Alphabet
from ._samples import Sequences
from ._sequence_encoder import SequenceEncoder
from ._vocabulary import Vocabulary

_BLOCK = 1 << 18  # characters converted at a time: temporary arrays stay in the processor's cache


def one_hot_of_tokens(tokens: NDArray[np.integer], alphabet: Alphabet, dtype: DTypeLike) -> NDArray[np.floating]:
    """Return each token's vector: (n_sequences, length) -> (n_sequences, length, n_letters)."""
    vectors = alphabet.one_hot_vectors.astype(dtype)
    encoded = np.empty((*tokens.shape, alphabet.n_letters), dtype=dtype)
    for rows in _blocks(tokens.shape):
        # mode="clip" writes straight into `out`; every token is in range.
        np.take(vectors, tokens[rows], axis=0, out=encoded[rows], mode="clip")
    return encoded


def tokens_of_one_hot(encoded: NDArray[np.floating], alphabet: Alphabet) -> NDArray[np.uint8]:
    """Return the token whose vector is nearest: (n_sequences, length, n_letters) -> (n_sequences, length)."""
    # Where two tokens share a vector (protein's U and C) the letter wins, and a code wins over "unknown".
    first_letter = alphabet.first_letter_token
    order = np.r_[alphabet.padding_token, first_letter : alphabet.n_tokens, alphabet.unknown_token]
    _, first = np.unique(alphabet.one_hot_vectors[order], axis=0, return_index=True)
    candidates = order[np.sort(first)]
    vectors = alphabet.one_hot_vectors[candidates].astype(encoded.dtype)
    half_norms = np.einsum("ij,ij->i", vectors, vectors) / 2
    tokens = np.empty(encoded.shape[:2], dtype=np.uint8)
    for rows in _blocks(tokens.shape):
        # |v - r|^2 / 2 without |v|^2 / 2, which is the same for every candidate r
        tokens[rows] = candidates[np.argmin(half_norms - encoded[rows] @ vectors.T, axis=-1)]
    return tokens


def _blocks(shape: tuple[int, ...]) -> list[slice]:
    n_rows = max(1, _BLOCK // shape[1])
    return [slice(start, start + n_rows) for start in range(0, shape[0], n_rows)]


class OneHotSequenceEncoder(SequenceEncoder):
    """Encode sequences as one-hot vectors, one for each position.

    Position p of a sequence becomes the vector with a 1 in the column of its letter and 0 elsewhere. An ambiguity
    code that stands for k letters has 1/k in the column of each (DNA's ``R`` is half an A and half a G), and an
    unknown character 1/n_letters everywhere, so every character's vector sums to 1. Positions after a sequence's end
    are zero vectors.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters or Alphabet, default="auto"
        The letters, in the order of the columns; see `ensure_sequences`. ``"auto"`` recognises DNA, RNA or protein in
        training, ``"learned"`` takes the characters seen there, sorted, each of which is then a letter.
    length : int, default=None
        Number of positions; that of the longest training sequence if None. Shorter sequences are padded at their end.
    truncate : bool, default=False
        Cut longer sequences at their end; if False they are an error.
    unknown : {"error", "mask"}, default="error"
        Whether a character outside the alphabet is an error or encoded as unknown.
    case_sensitive : {"auto"} or bool, default="auto"
        Whether ``"a"`` and ``"A"`` differ; see `ensure_sequences`. ``"auto"`` folds case where letters spell
        nucleotides or residues.
    flatten : bool, default=False
        Return one row of features a sequence, as most of scikit-learn's estimators expect, with names
        (`get_feature_names_out`) and `set_output`.
    dtype : dtype, default=float32
        A floating type.

    Attributes
    ----------
    alphabet_ : Alphabet
        The alphabet in use.
    length_ : int
        The number of positions.

    See Also
    --------
    TokenEncoder : One integer a position, for embeddings.
    KmerCounter : Counts k-mers, wherever they stand.

    Examples
    --------
    >>> from skmlbio.sequences import OneHotSequenceEncoder
    >>> encoder = OneHotSequenceEncoder("dna").fit(["ACGTTA"])
    >>> encoder.transform(["ACGTTA"])
    array([[[1., 0., 0., 0.],
            [0., 1., 0., 0.],
            [0., 0., 1., 0.],
            [0., 0., 0., 1.],
            [0., 0., 0., 1.],
            [1., 0., 0., 0.]]], dtype=float32)
    >>> encoder.inverse_transform(encoder.transform(["ACGTTA", "gan"]))
    ['ACGTTA', 'GAN']

    Strings go straight into a pipeline:

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> model = make_pipeline(OneHotSequenceEncoder("dna", flatten=True), LogisticRegression())
    >>> model.fit(["ACGT", "ACGG", "TTGT", "TTGA"], ["a", "a", "t", "t"]).predict(["ACCC"]).tolist()
    ['a']
    """

    _parameter_constraints: dict = {**SequenceEncoder._parameter_constraints, "flatten": ["boolean"]}
    _dtype_kind = (np.floating, "a floating type, for ambiguity codes are encoded as fractions")

    def __init__(
        self,
        alphabet: str | Alphabet = "auto",
        *,
        length: int | None = None,
        truncate: bool = False,
        unknown: str = "error",
        case_sensitive: bool | str = "auto",
        flatten: bool = False,
        dtype: DTypeLike = np.float32,
    ):
        self.alphabet = alphabet
        self.length = length
        self.truncate = truncate
        self.unknown = unknown
        self.case_sensitive = case_sensitive
        self.flatten = flatten
        self.dtype = dtype

    def _learn(self, X: Any) -> Sequences:
        sequences = super()._learn(X)
        if isinstance(sequences.alphabet, Vocabulary):
            raise TypeError("lists of tokens have no one-hot vectors; TokenEncoder gives the number of each token")
        return sequences

    def _encode(self, sequences: Sequences) -> NDArray[np.floating]:
        tokens = sequences.pad(self.length_, truncate=self.truncate)
        encoded = one_hot_of_tokens(tokens, self.alphabet_, self.dtype)
        return encoded.reshape(len(encoded), -1) if self.flatten else encoded

    def inverse_transform(self, X: ArrayLike) -> list[str]:
        """Return the strings; each position becomes the character with the nearest vector.

        So probabilities from a network are read as well, and (0.5, 0, 0.5, 0) becomes ``R``. Letters and codes of
        several letters come back as they were, in upper case where the alphabet folds case. Characters that share a
        vector do not: protein's U and O come back as C and K, an unknown character as the code for any letter or
        ``"?"``.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, n_letters) or (n_samples, length * n_letters), floating dtype
            Vectors, zero after a sequence's end.

        Returns
        -------
        strings : list of str
            n_samples strings.

        Raises
        ------
        NotFittedError
            If the encoder is not fitted.
        ValueError
            If the shape is another, a value is not finite, or padding stands before a character.
        """
        check_is_fitted(self)
        vectors = check_array(X, dtype=[np.float64, np.float32], allow_nd=True, input_name="X")
        shape = (self.length_, self.alphabet_.n_letters)
        if vectors.shape[1:] not in (shape, (shape[0] * shape[1],)):
            raise ValueError(
                f"X has shape {vectors.shape}; inverse_transform takes (n_samples, {shape[0]}, {shape[1]}) or "
                f"(n_samples, {shape[0] * shape[1]})"
            )
        tokens = tokens_of_one_hot(vectors.reshape(-1, *shape), self.alphabet_)
        return Sequences.from_padded(tokens, self.alphabet_).to_strings()

    @available_if(lambda self: self.flatten)
    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns, such as ``position0_A``; only there are columns if `flatten` is True.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        feature_names_out : ndarray of shape (length * n_letters,), dtype object
            Positions are counted from 0.
        """
        check_is_fitted(self)
        letters = self.alphabet_.letters
        names = [f"position{position}_{letter}" for position in range(self.length_) for letter in letters]
        return np.array(names, dtype=object)


class TokenEncoder(SequenceEncoder):
    """Encode sequences as tokens, one integer for each position, as embeddings take them.

    Token 0 is padding after a sequence's end, 1 an unknown character, 2 and up are the letters in the order of the
    alphabet, and after them its ambiguity codes: ``alphabet_.n_tokens`` in all.  Lists of tokens are taken too.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters, Alphabet or Vocabulary, default="auto"
        The letters, in the order of the tokens; see `ensure_sequences`. ``"auto"`` recognises DNA, RNA or protein in
        training, ``"learned"`` takes the characters seen there, sorted.
    length : int, default=None
        Number of positions; that of the longest training sequence if None. Shorter sequences are padded at their end.
    truncate : bool, default=False
        Cut longer sequences at their end; if False they are an error.
    unknown : {"error", "mask"}, default="error"
        Whether a character outside the alphabet is an error or token 1.
    case_sensitive : {"auto"} or bool, default="auto"
        Whether ``"a"`` and ``"A"`` differ; see `ensure_sequences`. ``"auto"`` folds case where letters spell
        nucleotides or residues.
    dtype : dtype, default=int32
        An integer type.

    Attributes
    ----------
    alphabet_ : Alphabet or Vocabulary
        The alphabet in use.
    length_ : int
        The number of positions.

    See Also
    --------
    OneHotSequenceEncoder : One vector a position.

    Examples
    --------
    >>> from skmlbio.sequences import TokenEncoder
    >>> encoder = TokenEncoder("dna", unknown="mask").fit(["ACGTTA"])
    >>> encoder.transform(["ACGTTA", "tn-a"])
    array([[ 2,  3,  4,  5,  5,  2],
           [ 5, 16,  1,  2,  0,  0]], dtype=int32)
    """

    _dtype_kind = (np.integer, "an integer type")

    def __init__(
        self,
        alphabet: str | Alphabet | Vocabulary = "auto",
        *,
        length: int | None = None,
        truncate: bool = False,
        unknown: str = "error",
        case_sensitive: bool | str = "auto",
        dtype: DTypeLike = np.int32,
    ):
        self.alphabet = alphabet
        self.length = length
        self.truncate = truncate
        self.unknown = unknown
        self.case_sensitive = case_sensitive
        self.dtype = dtype

    def _learn(self, X: Any) -> Sequences:
        sequences = super()._learn(X)
        if sequences.alphabet.n_tokens - 1 > np.iinfo(self.dtype).max:
            raise ValueError(f"dtype {np.dtype(self.dtype)} cannot hold the numbers of {sequences.alphabet}")
        return sequences

    def _encode(self, sequences: Sequences) -> NDArray[np.integer]:
        return sequences.pad(self.length_, truncate=self.truncate, dtype=self.dtype)

    def inverse_transform(self, X: ArrayLike) -> list[str] | list[list[str]]:
        """Return the strings, or lists of tokens.

        Parameters
        ----------
        X : array-like of shape (n_samples, length), integer values
            Tokens, 0 after a sequence's end.

        Returns
        -------
        strings : list of str, or list of list of str
            n_samples strings, in upper case where the alphabet folds case; an unknown character is written as the
            code for any letter or ``"?"``.

        Raises
        ------
        NotFittedError
            If the encoder is not fitted.
        ValueError
            If the shape is another, a value is no token, or padding stands before a character.
        """
        check_is_fitted(self)
        values = check_array(X, dtype="numeric", input_name="X")
        if values.shape[1] != self.length_:
            raise ValueError(f"X has shape {values.shape}; inverse_transform takes (n_samples, {self.length_})")
        tokens = values.astype(np.int64)
        if np.any(tokens != values):
            row, position = np.argwhere(tokens != values)[0]
            raise ValueError(f"row {row} has {values[row, position]} at position {position}; tokens are integers")
        return Sequences.from_padded(tokens, self.alphabet_).to_strings()

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns, such as ``position0``.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        feature_names_out : ndarray of shape (length,), dtype object
            Positions are counted from 0.
        """
        check_is_fitted(self)
        return np.array([f"position{position}" for position in range(self.length_)], dtype=object)
