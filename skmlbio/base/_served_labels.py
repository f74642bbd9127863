"""What `Labels` does with a network's answer, in TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skmlbio.base._labels import Labels
from skmlbio.export._label_table import label_table

if TYPE_CHECKING:
    import tensorflow as tf


def served_labels(labels: Labels, logits: tf.Tensor) -> tf.Tensor:
    """Return the most probable labels, as `Labels.decode` does."""
    from skmlbio._tensorflow import tf

    if labels.kind == "multilabel-indicator":
        return tf.cast(logits > 0, tf.int64)
    tables = [label_table(classes) for classes in labels.classes]
    if labels.kind == "binary":
        return tf.gather(tables[0], tf.cast(logits[:, 0] > 0, tf.int32))
    chosen = [
        tf.gather(table, tf.argmax(part, axis=1))
        for table, part in zip(tables, tf.split(logits, labels.sizes, axis=1), strict=True)
    ]
    return chosen[0] if len(chosen) == 1 else tf.stack(chosen, axis=1)


def served_probabilities(labels: Labels, logits: tf.Tensor) -> tf.Tensor | list[tf.Tensor]:
    """Return the probabilities of all classes, as `Labels.probabilities` does, in the precision of the logits."""
    from skmlbio._tensorflow import tf

    if labels.kind == "binary":
        return tf.sigmoid(tf.concat([-logits, logits], axis=1))
    if labels.kind == "multilabel-indicator":
        return tf.sigmoid(logits)
    parts = [tf.nn.softmax(part, axis=1) for part in tf.split(logits, labels.sizes, axis=1)]
    return parts[0] if len(parts) == 1 else parts
