"""From scores and probabilities to labels."""

from skmlbio._tensorflow import tf
from skmlbio.export._label_table import label_table


def require_one_label(classifier):
    """Refuse a classifier that learned several labels a sample."""
    kind = getattr(getattr(classifier, "_label_binarizer", None), "y_type_", "")
    if isinstance(classifier.classes_, list) or kind.startswith("multilabel"):
        raise TypeError(f"a {type(classifier).__name__} cannot be exported with several labels a sample.")


def labels_of(classes):
    """Return a function from scores, of shape (n,) for two classes or (n, n_classes), to labels.

    Where classes are a list, those of several outputs, it takes a list of scores, and returns labels side by side.
    """
    if isinstance(classes, list):
        of_outputs = [labels_of(each) for each in classes]
        return lambda scores: tf.stack([of(part) for of, part in zip(of_outputs, scores, strict=True)], axis=1)
    table = label_table(classes)

    def choose(scores):
        chosen = tf.cast(scores > 0, tf.int32) if scores.shape.rank == 1 else tf.argmax(scores, axis=1)
        return tf.gather(table, chosen)

    return choose


def of_probabilities(of_output, classes):
    """Return the verbs of a classifier, by a function from X and the number of an output to probabilities."""
    choose, several = labels_of(classes), isinstance(classes, list)

    def predict_proba(X):
        return [of_output(X, i) for i in range(len(classes))] if several else of_output(X, 0)

    return {"predict": lambda X: choose(predict_proba(X)), "predict_proba": predict_proba}


def two_columns(probabilities):
    """Return what is given for the second of two classes as probabilities of both."""
    return tf.stack([1 - probabilities, probabilities], axis=1)


def shares(values):
    """Return rows as shares of their sums, the same for all where the sum is zero."""
    sums = tf.reduce_sum(values, axis=1, keepdims=True)
    ones = tf.ones_like(values)
    return tf.where(
        sums == 0, ones / tf.reduce_sum(ones, axis=1, keepdims=True), values / tf.where(sums == 0, ones[:, :1], sums)
    )
