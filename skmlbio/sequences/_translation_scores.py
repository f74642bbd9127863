"""How like what was wanted a translation is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ._pairs import paired


def exact_match_score(y_true: Sequence, y_pred: Sequence) -> float:
    """Return the share of sequences that are right from the first token to the last.

    Parameters
    ----------
    y_true, y_pred : list of n_sequences str or lists of str
        What was wanted, and what was written.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    TypeError, ValueError
        If the two are no lists of as many sequences, of one or more.

    Examples
    --------
    >>> from skmlbio.sequences import exact_match_score
    >>> exact_match_score(["MKV", "MA"], ["MKV", "MAA"])
    0.5
    """
    pairs = paired(y_true, y_pred)
    return float(np.mean([list(wanted) == list(written) for wanted, written in pairs]))


def token_accuracy_score(y_true: Sequence, y_pred: Sequence) -> float:
    """Return the share of tokens that stand at their place, of as many as the longer one of each pair has.

    What is missing, and what is too much, is wrong.

    Parameters
    ----------
    y_true, y_pred : list of n_sequences str or lists of str
        What was wanted, and what was written.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    TypeError, ValueError
        If the two are no lists of as many sequences, of one or more.

    Examples
    --------
    >>> from skmlbio.sequences import token_accuracy_score
    >>> token_accuracy_score(["MKV", "MA"], ["MKL", "MAAAA"])
    0.5

    With scikit-learn, ``scoring=make_scorer(token_accuracy_score)``.
    """
    pairs = paired(y_true, y_pred)
    right = sum(a == b for wanted, written in pairs for a, b in zip(wanted, written, strict=False))
    n_tokens = sum(max(len(wanted), len(written)) for wanted, written in pairs)
    return right / n_tokens if n_tokens else 1.0


def bleu_score(y_true: Sequence, y_pred: Sequence) -> float:
    """Return BLEU of all sequences together: how many of the runs of up to four tokens are wanted ones.

    Parameters
    ----------
    y_true, y_pred : list of n_sequences str or lists of str
        What was wanted, and what was written; the tokens of a string are its characters.

    Returns
    -------
    float
        From 0 to 100, as sacrebleu has it, without its own tokens.

    Raises
    ------
    TypeError, ValueError
        If the two are no lists of as many sequences, of one or more.
    ImportError
        If sacrebleu is not installed.

    References
    ----------
    K. Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002.
    M. Post, "A call for clarity in reporting BLEU scores", WMT 2018.

    Examples
    --------
    >>> from skmlbio.sequences import bleu_score
    >>> round(bleu_score(["MKVLAA", "MKTAYI"], ["MKVLAA", "MKTAYL"]), 1)
    88.1
    """
    pairs, metric = paired(y_true, y_pred), _sacrebleu("bleu_score").BLEU(tokenize="none", force=True)
    return float(metric.corpus_score(_joined(b for _, b in pairs), [_joined(a for a, _ in pairs)]).score)


def chrf_score(y_true: Sequence, y_pred: Sequence) -> float:
    """Return chrF of all sequences together: the F-score of runs of up to six characters, recall counting twice.

    Parameters
    ----------
    y_true, y_pred : list of n_sequences str or lists of str
        What was wanted, and what was written; tokens of lists are joined by blanks.

    Returns
    -------
    float
        From 0 to 100, as sacrebleu has it.

    Raises
    ------
    TypeError, ValueError
        If the two are no lists of as many sequences, of one or more.
    ImportError
        If sacrebleu is not installed.

    References
    ----------
    M. Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015.

    Examples
    --------
    >>> from skmlbio.sequences import chrf_score
    >>> round(chrf_score(["MKVLAA", "MKTAYI"], ["MKVLAA", "MKTAYL"]), 1)
    79.6
    """
    pairs, metric = paired(y_true, y_pred), _sacrebleu("chrf_score").CHRF()
    wanted, written = (
        [one if isinstance(one, str) else " ".join(one) for one in column] for column in zip(*pairs, strict=True)
    )
    return float(metric.corpus_score(written, [wanted]).score)


def _joined(sequences: Iterable) -> list[str]:
    """Sequences as lines of tokens with blanks between them."""
    return [" ".join(sequence) for sequence in sequences]


def _sacrebleu(name: str) -> Any:
    try:
        from sacrebleu import metrics
    except ImportError as error:
        raise ImportError(f'{name} needs sacrebleu: pip install "skmlbio[translation]".') from error
    return metrics
