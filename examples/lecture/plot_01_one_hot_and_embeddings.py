r"""
1. One-hot encoding and embeddings
==================================

A network computes with numbers, and a sequence has letters.  One-hot encoding gives each letter a column of its own,
which says nothing about which letters are alike; an embedding gives each a short vector, and learns it.
"""

# %%
# One-hot: a matrix with a row a letter
# -------------------------------------
# The letter at position :math:`i` becomes a unit vector, :math:`x_i = e_{s_i}`, and the sequence of length :math:`L` a
# matrix :math:`X \in \{0, 1\}^{L \times 4}`: :class:`skmlbio.sequences.OneHotSequenceEncoder`.
import matplotlib.pyplot as plt
import numpy as np
from Bio.Align import substitution_matrices
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from skmlbio import EmbeddingTransformer
from skmlbio.sequences import KmerTokenizer, OneHotSequenceEncoder

encoder = OneHotSequenceEncoder("dna").fit(["ACGTTA"])
(X,) = encoder.transform(["ACGTTA"])

figure, ax = plt.subplots(figsize=(8, 3.4), layout="constrained")
ax.imshow(X.T, cmap="Blues", vmax=1.4)
for (position, letter), value in np.ndenumerate(X):
    ax.text(position, letter, f"{value:.0f}", ha="center", va="center", size=14, color="white" if value else "0.5")
ax.set(title="$X^T$ of ACGTTA: a single 1 for each letter", xlabel="position", ylabel="letter")
ax.set_xticks(range(6), [f"{position}: {letter}" for position, letter in enumerate("ACGTTA")])
ax.set_yticks(range(4), "ACGT")
print("back again:", encoder.inverse_transform(X[np.newaxis]))

# %%
# All are equally far from each other, :math:`\lVert e_a - e_b \rVert = \sqrt 2`, a leucine from an isoleucine as from a
# lysine.  And there are as many columns as categories: :math:`4^k` for DNA's words of :math:`k` letters
# (:class:`skmlbio.sequences.KmerTokenizer`), :math:`20^k` for those of proteins, tens of thousands for words of a
# language.
k = np.arange(1, 9)
figure, ax = plt.subplots(figsize=(8, 3.8), layout="constrained")
for n_letters, name, color, marker in ((20, "protein", "#bd1f01", "^"), (4, "DNA", "#3f90da", "o")):
    ax.semilogy(k, float(n_letters) ** k, color=color, marker=marker)
    ax.text(8.15, float(n_letters) ** 8, f"{name}, ${n_letters}^k$", color=color, va="bottom", size=12)
ax.axhline(50_000, color="0.6", linestyle=":")
ax.text(1, 60_000, "words of English, some 50,000", color="0.4", va="bottom")
ax.set(title="One-hot columns grow with the number of categories", xlabel="letters of a k-mer", ylabel="columns")
ax.set(xlim=(0.8, 10.2), ylim=(1, 1e12), xticks=k)

for size in (1, 3, 6):
    (words,) = KmerTokenizer(k=size).fit_transform(["ACGTTAGACCAGT"])
    print(f"{size}-mers of ACGTTAGACCAGT: {words[0]}, {words[1]}, … one-hot {len(words)} × {4**size}")

# %%
# An embedding is a row of a matrix
# ---------------------------------
# Let :math:`E` have a row :math:`v_a` for each category :math:`a`, short ones.  The one-hot vector picks its row,
# :math:`x^T E = v_a`: the first layer of a network that takes one-hot vectors is a table of vectors already.  So nobody
# multiplies; one looks the row up.
E = np.random.default_rng(0).normal(size=(4, 2))
tokens = ["ACGT".index(letter) for letter in "ACGTTA"]
print("X E is the rows of E:", np.array_equal(X.astype(float) @ E, E[tokens]))

# %%
# Vectors are learned from company
# --------------------------------
# What is used alike shall have similar vectors.  :class:`skmlbio.EmbeddingTransformer` learns them from pairs: of
# letters that stand beside each other, or, here, beneath each other in alignments of related proteins.  It tells true
# pairs from noise, and its optimum is known:
#
# .. math:: v_a^T u_b = \log \frac{p(a, b)}{p(a) p(b)}.
#
# For aligned amino acids the right side has another name: twice that, in bits, is the entry of the substitution matrix
# BLOSUM62.  We turn it round, draw 20,000 aligned pairs from the probabilities that BLOSUM62 stands for, and let the
# vectors be learned from these strings of two letters.
CHEMISTRY = {
    "aliphatic": "AVLIMC",
    "aromatic": "FWY",
    "positive": "KRH",
    "negative": "DE",
    "polar": "STNQ",
    "turn": "GP",
}
LETTERS = "".join(CHEMISTRY.values())
matrix = substitution_matrices.load("BLOSUM62")
blosum = np.array([[matrix[a, b] for b in LETTERS] for a in LETTERS], float)
odds = 2 ** (blosum / 2)
frequencies = np.linalg.solve(odds, np.ones(20))  # those with which p(a) p(b) odds adds up to p(a)
joint = frequencies[:, np.newaxis] * frequencies * odds
drawn = np.random.default_rng(0).choice(400, 20_000, p=joint.ravel() / joint.sum())
pairs = [LETTERS[pair // 20] + LETTERS[pair % 20] for pair in drawn]

transformer = EmbeddingTransformer(8, window=1, ordered=False, alphabet="protein", random_state=0).fit(pairs)
embedding = transformer.embedding_
vectors = np.array([embedding[letter] for letter in LETTERS])
print("some of the pairs:", *pairs[:12])
for letter in "IKF":
    print(f"most similar to {letter}:", ", ".join(f"{a} ({s:.2f})" for a, s in transformer.most_similar(letter, 3)))

# %%
# Similar categories cluster
# --------------------------
# Nobody told the network any chemistry, and yet it is there: on the plane of the first two principal components,
# aliphatic letters lie to the right, aromatic ones above, charged and polar ones to the left.  The matrix shows the
# cosines in all eight dimensions: red within most blocks, though not in those of all pairs, such as G and P or A and L.
# Beside the blocks, polar Q is like positive K and R and like negative E, as BLOSUM62 says.
COLORS = ("#3f90da", "#ffa90e", "#bd1f01", "#832db6", "#717581", "#a96b59")
figure, ax = plt.subplots(figsize=(8, 5.6), layout="constrained")
points = PCA(2).fit_transform(vectors)
for (kind, letters), color in zip(CHEMISTRY.items(), COLORS, strict=True):
    places = [LETTERS.index(letter) for letter in letters]
    ax.scatter(*points[places].T, s=420, color=color, alpha=0.35, label=kind)
    for place in places:
        side = {"S": 7, "K": -7}.get(LETTERS[place], 0)  # points; these two stand on each other
        at = {"xytext": (side, side), "textcoords": "offset points", "ha": "center", "va": "center"}
        ax.annotate(LETTERS[place], points[place], **at, size=13, weight="bold")
ax.set(title="Learned vectors of amino acids, coloured by chemistry", xticks=[], yticks=[])
ax.set(xlabel="first principal component", ylabel="second principal component")
ax.legend(markerscale=0.6, loc="best")

names = [embedding.names.index(letter) for letter in LETTERS]
figure, ax = plt.subplots(figsize=(8, 6.6), layout="constrained")
image = ax.imshow(embedding.similarities()[np.ix_(names, names)], cmap="RdBu_r", vmin=-1, vmax=1)
ax.set_xticks(range(20), LETTERS)
ax.set_yticks(range(20), LETTERS)
for edge in np.cumsum([len(letters) for letters in CHEMISTRY.values()])[:-1] - 0.5:
    ax.axhline(edge, color="black", linewidth=0.8)
    ax.axvline(edge, color="black", linewidth=0.8)
ax.set_title("Vectors of one chemistry, within the lines, mostly point the same way")
figure.colorbar(image, label="cosine of the angle")

# %%
# What it is good for, and a simpler way
# --------------------------------------
# What is learned of one category is known of those like it.  Ridge regression is told the hydropathy (Kyte and
# Doolittle) of 19 amino acids, and guesses that of the twentieth.  From one-hot vectors it cannot: the column of the
# twentieth was never 1.  From learned vectors it can.
#
# The baseline: where the whole matrix is known, as here, its eigenvectors, scaled by the roots of their eigenvalues,
# are such vectors at once, without training, and as good.  Learning is for pairs that come one after the other, and for
# categories of which nobody has a matrix: k-mers, words, or the columns of a table.  With ``random_state`` 1 and 2 the
# learned vectors come to an R² of 0.87 and 0.76: twenty points are few.
SCALE = dict(zip("ARNDCQEGHI", (1.8, -4.5, -3.5, -3.5, 2.5, -3.5, -3.5, -0.4, -3.2, 4.5), strict=True))
SCALE |= dict(zip("LKMFPSTWYV", (3.8, -3.9, 1.9, 2.8, -1.6, -0.8, -0.7, -0.9, -1.3, 4.2), strict=True))
hydropathy = np.array([SCALE[letter] for letter in LETTERS])
eigenvalues, eigenvectors = np.linalg.eigh(blosum)
largest = eigenvectors[:, -8:] * np.sqrt(eigenvalues[-8:])
encodings = {"one-hot, 20 columns": np.eye(20), "learned, 8 columns": vectors, "eigenvectors, 8 columns": largest}

figure, axes = plt.subplots(1, 3, figsize=(8, 3.3), layout="constrained", sharex=True, sharey=True)
for ax, (name, columns) in zip(axes, encodings.items(), strict=True):
    guessed = cross_val_predict(Ridge(), columns, hydropathy, cv=LeaveOneOut())
    score = r2_score(hydropathy, guessed)
    print(f"hydropathy of an amino acid that was left out, {name}: R² = {score:.2f}")
    ax.axline((0, 0), slope=1, color="0.7")
    for letter, x, y in zip(LETTERS, hydropathy, guessed, strict=True):
        ax.text(x, y, letter, ha="center", va="center", size=11)
    ax.set(title=f"{name}\nR² = {score:.2f}", xlabel="hydropathy", xlim=(-5.5, 5.5), ylim=(-5.5, 5.5), aspect="equal")
axes[0].set_ylabel("guessed")

# %%
# :doc:`/examples` has vectors of amino acids that are learned from what stands beside them in proteins.
