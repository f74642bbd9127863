"""What an exported network can be asked, and what it is asked with."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from skmlbio.export._input_names import input_names

if TYPE_CHECKING:
    import tensorflow as tf

    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.sequences import Alphabet, Vocabulary

MAX_NAMED_COLUMNS = 256  # TensorFlow's time to trace, load and call grows with the number of inputs


class Signature(NamedTuple):
    """One question that an exported network answers.

    Attributes
    ----------
    inputs : dict of str to tf.TensorSpec
        What a client sends, by name.
    function : callable
        Takes tensors by these names, returns a dict of str to tensor; in TensorFlow alone.
    alphabets : dict of str to Alphabet or Vocabulary
        What the numbers stand for that some inputs hold in place of strings, by their names.
    """

    inputs: dict[str, tf.TensorSpec]
    function: Callable[..., dict[str, tf.Tensor]]
    alphabets: dict[str, Alphabet | Vocabulary] = {}


class Entrance(NamedTuple):
    """A way for samples into an exported network: TensorFlow's twin of an estimator's `_encode`.

    Attributes
    ----------
    inputs : dict of str to tf.TensorSpec
        What a client sends, by name.
    encode : callable
        Takes tensors by these names, returns the network's inputs as a tuple; in TensorFlow alone.
    form : str
        Which form of the network takes them; see `skmlbio.networks.Architecture`.
    alphabets : dict of str to Alphabet or Vocabulary
        As in `Signature`; where it is not empty, numbers are answered in place of strings, too.
    """

    inputs: dict[str, tf.TensorSpec]
    encode: Callable[..., tuple[tf.Tensor, ...]]
    form: str = ""
    alphabets: dict[str, Alphabet | Vocabulary] = {}

    def signature(self, network: ServedNetwork, verb: str, answer: Callable[..., Any]) -> Signature:
        """Return the signature that lets samples in and answers with a verb of the estimator.

        Parameters
        ----------
        network : ServedNetwork
            Who is asked.
        verb : str
            Name of the answer; where the answer is a list, they are called ``verb_0``, ``verb_1``, ...
        answer : callable
            ``answer(ask, *inputs)`` returns a tensor or a list of them, where ``inputs`` is what came of `encode`, and
            ``ask(head, *inputs)`` what a head of the network answers.
        """

        def function(**tensors):
            found = answer(functools.partial(network.answer, form=self.form), *self.encode(**tensors))
            return {f"{verb}_{i}": part for i, part in enumerate(found)} if isinstance(found, list) else {verb: found}

        return Signature(self.inputs, function, self.alphabets)


def array_entrance(spec: tf.TensorSpec, gaps: bool = False) -> Entrance:
    """Let an array in, as the one input ``X``; with `gaps`, NaN too."""
    return Entrance({"X": spec}, lambda X: (require_finite(X, "X", gaps),))


def column_entrance(spec: tf.TensorSpec, names: Iterable[str], gaps: bool = False) -> Entrance:
    """Let the columns of a matrix in one by one, as inputs of shape (batch,) that have the names of the columns."""
    from skmlbio._tensorflow import tf

    names = list(names)
    inputs = {name: tf.TensorSpec((None,), spec.dtype) for name in input_names(names)}

    def encode(**columns):
        checked = [require_finite(columns[name], repr(given), gaps) for name, given in zip(inputs, names, strict=True)]
        return (tf.stack(checked, axis=1),)

    return Entrance(inputs, encode)


def require_finite(X: tf.Tensor, name: str, gaps: bool = False) -> tf.Tensor:
    """Stop the server at what the estimator refuses: an answer to NaN could pass for a label."""
    from skmlbio._tensorflow import tf

    message = f"{name} holds {'' if gaps else 'NaN or '}infinity, or a number beyond single precision."
    checked = tf.where(tf.math.is_nan(X), tf.zeros_like(X), X) if gaps else X
    with tf.control_dependencies([tf.debugging.assert_all_finite(tf.cast(checked, tf.float32), message)]):
        return tf.identity(X)
