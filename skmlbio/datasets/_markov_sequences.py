"""Random strings whose classes differ by what follows what."""

from __future__ import annotations

from inspect import getdoc
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Bunch

from skmlbio.sequences import Alphabet, get_alphabet
from skmlbio.sequences._intervals import Interval

from ._draws import (
    draw_classes,
    draw_lengths,
    draw_letters,
    ensure_probabilities,
    ensure_range,
    flip_labels,
    generator_of,
    strings_of,
)
from ._maker import maker

_MOST_PROBABILITIES = 2**26  # half a gigabyte


@maker(
    "strings",
    of_class="whose chain made the string",
    order=[Interval(Integral, 0, 30, closed="both")],
    concentration=[Interval(Real, 1e-3, 1e6, closed="both")],
    transition_matrices=["array-like", None],
)
def make_markov_sequences(
    n_samples: int = 100,
    *,
    order: int = 1,
    lengths: int | tuple[int, int] = (60, 100),
    alphabet: str | Alphabet = "dna",
    n_classes: int | None = None,
    transition_matrices: ArrayLike | None = None,
    concentration: float = 1.0,
    noise: float = 0.0,
    weights: ArrayLike | None = None,
    flip_y: float = 0.0,
    random_state: Any = None,
    return_X_y: bool = True,
):
    """Make random strings, each a walk of the Markov chain of its class.

    Each letter depends on the `order` letters before it; the first ones are drawn from all letters alike.  As the
    chains are known, so is the probability of every string in every class, and with it the best prediction there is.

    Parameters
    ----------
    n_samples : int, default=100
        Number of strings.
    order : int, default=1
        Letters that the next one depends on; with 0 classes differ by their composition.
    lengths : int or (int, int), default=(60, 100)
        Letters of each string, or the smallest and the largest number, all between being equally probable.
    alphabet : {"dna", "rna", "protein"}, str of letters or Alphabet, default="dna"
        The letters, as in `skmlbio.sequences.get_alphabet`.
    n_classes : int, optional
        Number of classes; by default as many as there are `transition_matrices`, or else 2.
    transition_matrices : array-like of shape (n_classes, n_letters**order, n_letters), optional
        Probability of each letter after each context, such as the ``transition_matrix_`` of one `MarkovChain` a class.
        By default all rows are drawn at random.
    concentration : float, default=1.0
        Of the Dirichlet distribution that rows are drawn from: below 1 few letters follow a context and classes differ
        more, above 1 all letters are nearly alike.
    noise : float, default=0.0
        Share of the letters that are drawn from all letters alike, whatever the context: with 1, classes are the same.
    {drawn}
        transition_matrices : ndarray of shape (n_classes, n_letters**order, n_letters), float64
            Probability of each letter after each context, `noise` included. Contexts are in the order of the alphabet:
            AA, AC, AG, ...
        log_probabilities : ndarray of shape (n_samples, n_classes), float64
            Log-probability of each string in each class, in nats; -inf where a class cannot make it. Where classes are
            as frequent, ``log_probabilities.argmax(axis=1)`` is the best prediction that there can be.
    {known}

    Raises
    ------
    TypeError, ValueError
        For arguments that are none of the above, and for an order with too many contexts.

    See Also
    --------
    make_motif_sequences : Classes that differ by motifs.
    skmlbio.MarkovClassifier : Learns one chain a class.

    Examples
    --------
    >>> from skmlbio.datasets import make_markov_sequences
    >>> data = make_markov_sequences(6, lengths=12, concentration=0.3, random_state=0, return_X_y=False)
    >>> data.X[:2], data.y
    (['GAGAAAGGAAAA', 'TATGATGAATAG'], array([1, 0, 1, 0, 1, 0]))
    >>> data.transition_matrices[0].round(2)
    array([[0.04, 0.36, 0.26, 0.34],
           [0.05, 0.7 , 0.2 , 0.04],
           [0.68, 0.07, 0.25, 0.  ],
           [0.4 , 0.  , 0.59, 0.  ]])
    >>> data.log_probabilities.argmax(axis=1)
    array([1, 0, 1, 0, 1, 0])
    """
    parameters = dict(locals())
    order, noise, concentration = int(order), float(noise), float(concentration)  # NumPy's may be too narrow for more
    n_classes = None if n_classes is None else int(n_classes)
    alphabet, lengths, rng = get_alphabet(alphabet), ensure_range(lengths), generator_of(random_state)
    if transition_matrices is None:
        tables = _random_tables(n_classes or 2, order, alphabet.n_letters, concentration, rng)
    else:
        shape = (n_classes, alphabet.n_letters**order, alphabet.n_letters)
        tables = ensure_probabilities(transition_matrices, shape, f"transition_matrices of order={order}")
    tables = (1 - noise) * tables + noise / alphabet.n_letters

    sizes = draw_lengths(lengths, n_samples, rng)
    classes = draw_classes(n_samples, len(tables), weights, rng)
    letters = _walk(tables, order, classes, int(sizes.max()), rng)
    within = np.arange(letters.shape[1]) < sizes[:, np.newaxis]
    X = strings_of(letters[within], sizes, alphabet)
    y = flip_labels(classes, len(tables), flip_y, rng)
    if return_X_y:
        return X, y
    return Bunch(
        X=X,
        y=y,
        classes=classes,
        transition_matrices=tables,
        log_probabilities=_log_probabilities(tables, order, letters, within),
        parameters=parameters,
        DESCR=getdoc(make_markov_sequences),
    )


def _random_tables(
    n_classes: int, order: int, n_letters: int, concentration: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    if (n_probabilities := n_classes * n_letters ** (order + 1)) > _MOST_PROBABILITIES:
        raise ValueError(
            f"order={order} with {n_classes} classes and {n_letters} letters has {n_probabilities:,} probabilities; at "
            f"most {_MOST_PROBABILITIES:,} are made"
        )
    return rng.dirichlet(np.full(n_letters, concentration), size=(n_classes, n_letters**order))


def _walk(
    tables: NDArray[np.float64], order: int, classes: NDArray[np.int64], length: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the letters of each string, ndarray of shape (n_samples, length)."""
    n_contexts, n_letters = tables.shape[1:]
    letters = rng.integers(n_letters, size=(len(classes), length))
    contexts = np.zeros(len(classes), np.int64)
    for place in range(length):
        if place >= order:
            letters[:, place] = draw_letters(tables[classes, contexts], rng)
        contexts = (contexts * n_letters + letters[:, place]) % n_contexts
    return letters


def _log_probabilities(
    tables: NDArray[np.float64], order: int, letters: NDArray[np.int64], within: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the log-probability of each string in each class, ndarray of shape (n_samples, n_classes)."""
    n_contexts, n_letters = tables.shape[1:]
    with np.errstate(divide="ignore"):
        logs = np.log(tables)
    total = np.zeros((len(letters), len(tables)))
    contexts = np.zeros(len(letters), np.int64)
    for place in range(letters.shape[1]):
        last = letters[:, place]
        step = logs[:, contexts, last].T if place >= order else -np.log(n_letters)
        total += np.where(within[:, place, np.newaxis], step, 0)
        contexts = (contexts * n_letters + last) % n_contexts
    return total
