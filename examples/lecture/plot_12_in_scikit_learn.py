r"""
12. In scikit-learn
===================

The networks of this lecture are scikit-learn estimators, so all that scikit-learn does with estimators it does with
them. One pipeline here goes from raw strings to labels: searched, compared, exported, saved and served.
"""

# %%
# One search for both: k-mers or a network
# ----------------------------------------
# Made promoters: the strings of one class have two motifs somewhere, with a tenth of their letters at random.  A step
# of a pipeline is a parameter, so one search may choose between :class:`skmlbio.sequences.KmerCounter` before a
# logistic regression and :class:`skmlbio.SequenceCNNClassifier`, which takes the strings as they are.  All candidates
# have the same folds, and nobody looks at the test strings.
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline

from skmlbio import SequenceCNNClassifier
from skmlbio.datasets import make_motif_sequences
from skmlbio.sequences import KmerCounter

X, y = make_motif_sequences(900, lengths=(60, 90), motifs=[None, ["TTGACA", "TATAAT"]], noise=0.1, random_state=0)
labels = np.array(["other", "promoter"])[y]
X_train, X_test, y_train, y_test = train_test_split(X, labels, test_size=1 / 3, stratify=labels, random_state=0)
print(X_train[0], y_train[0])

pipeline = Pipeline([("features", "passthrough"), ("classify", LogisticRegression())])
network = SequenceCNNClassifier("dna", n_layers=1, learning_rate=3e-3, epochs=30, random_state=0)
by_kmers = {
    "features": [KmerCounter(alphabet="dna")],
    "features__k": [3, 4, 5, 6],
    "classify": [LogisticRegression(max_iter=1000)],
}
by_network = {"features": ["passthrough"], "classify": [network], "classify__kernel_width": [7, 11]}
search = GridSearchCV(pipeline, [by_kmers, by_network], cv=3).fit(X_train, y_train)

# %%
# What the search has found
# -------------------------
# The best of each kind, by the folds, is refitted on all training strings and asked about the others.
results = pd.DataFrame(search.cv_results_)
widths, k = results["param_classify__kernel_width"], results["param_features__k"]
is_network = widths.notna()
names = [f"kernels of {w:.0f} letters" if pd.notna(w) else f"{n:.0f}-mers" for w, n in zip(widths, k, strict=True)]

_, ax = plt.subplots(figsize=(8, 3.6), layout="constrained")
kinds = {"k-mers + logistic regression": (~is_network, "#94a4a2"), "convolutional network": (is_network, "#3f90da")}
for kind, (mask, color) in kinds.items():
    means, spread = results.loc[mask, "mean_test_score"], results.loc[mask, "std_test_score"]
    ax.barh(means.index, means, xerr=spread, color=color, label=f"{kind}: mean and standard deviation of the folds")
    best = means.idxmax()
    found = search.best_estimator_
    if best != search.best_index_:
        found = clone(pipeline).set_params(**results.loc[best, "params"]).fit(X_train, y_train)
    test = found.score(X_test, y_test)
    ax.plot(test, best, "D", color="#bd1f01", label="test strings" if mask is is_network else None)
    print(f"{kind}: {names[best]} are best, right about {means[best]:.1%} in the folds and {test:.1%} in the test")
ax.set_yticks(range(len(names)), names)
ax.invert_yaxis()
ax.set(xlim=(0.5, 1), xlabel="share of strings that are right", title="one search, candidates of two kinds")
ax.figure.legend(loc="outside lower center", frameon=False)

# %%
# Export: a model that takes strings
# ----------------------------------
# :func:`skmlbio.export.export_saved_model` writes the pipeline, all steps in one, as a SavedModel.  TensorFlow asks
# it for labels of raw strings, and needs neither skmlbio nor scikit-learn.
from pathlib import Path
from tempfile import TemporaryDirectory

import tensorflow as tf

import skmlbio
from skmlbio.export import export_saved_model

temporary = TemporaryDirectory()
folder = Path(temporary.name)
export_saved_model(search.best_estimator_, folder / "promoters", version=1)

signatures = tf.saved_model.load(folder / "promoters" / "1").signatures
answers = signatures["predict"](X=tf.constant(X_test[:5]))["predict"].numpy()
print(answers.astype(str), "by TensorFlow")
print(search.predict(X_test[:5]), "by the search")
probabilities = signatures["predict_proba"](X=tf.constant(X_test))["predict_proba"].numpy()
print("probabilities differ by at most", f"{np.abs(probabilities - search.predict_proba(X_test)).max():.0e}")

# %%
# Save: a file that holds no code
# -------------------------------
# A pickle runs what its author has put in.  :func:`skmlbio.save <skmlbio.export.save>` and
# :func:`skmlbio.load <skmlbio.export.load>` write and read numbers and names alone; the answers are the same, to the
# last bit.
skmlbio.save(search.best_estimator_, folder / "promoters.skmlbio")
again = skmlbio.load(folder / "promoters.skmlbio")
print("same probabilities:", np.array_equal(again.predict_proba(X_test), search.predict_proba(X_test)))
print(f"{(folder / 'promoters.skmlbio').stat().st_size / 1000:.0f} kB")
temporary.cleanup()

# %%
# Serve it
# --------
# ``examples/serve`` is a small server of such a folder, over HTTP; TensorFlow Serving takes it as well.  Without a line
# of Python, the command ``skmlbio`` fits, asks, exports and inspects, from FASTA or tables:
#
# .. code-block:: bash
#
#    skmlbio predict promoters.skmlbio --data unknown.fasta --proba --output answers.csv
#    skmlbio export promoters.skmlbio --output promoters --model-version 1
#    docker run -p 8501:8501 -v $PWD/promoters:/models/promoters -e MODEL_NAME=promoters tensorflow/serving
#    curl -d '{"instances": ["TTGACATTTTTATAAT"]}' localhost:8501/v1/models/promoters:predict

# %%
# The honest baseline
# -------------------
# It stood in the search all along.  6-mers and the network are equally good here: the folds prefer the network by 0.8
# points, the 300 test strings 6-mers by 1.3, which are four strings.  Words of as many letters as the motifs have are
# hard to beat; but somebody has to know that number, and shorter ones do worse, where the network takes either width.
