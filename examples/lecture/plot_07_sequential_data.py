r"""
7. Sequential data
==================

Words and bases come one after the other, and what comes next depends on what came before: :math:`p(x) = \prod_t p(x_t
\mid x_1 \ldots x_{t-1})`.  A Markov chain remembers the last few and counts; a recurrent network carries a state along,
and learns what to keep in it.
"""

# %%
# The next word: Markov chains
# ----------------------------
# A chain of order 1 knows one word, and counts what has followed it: :math:`p(b \mid a) = N(ab) / N(a)`.
# :class:`skmlbio.MarkovChain` does so with letters, so each word of this rhyme becomes one.
import matplotlib.pyplot as plt
import numpy as np

from skmlbio import MarkovChain, MarkovClassifier, SequenceLanguageModel, TransitionMatrixDisplay
from skmlbio.datasets import make_markov_sequences
from skmlbio.layers import Recurrence

CLAUSES = ["house that Jack built", "malt that lay in", "rat that ate", "cat that killed", "dog that worried"]
rhyme = ["this is the " + " the ".join(CLAUSES[n::-1]) for n in range(len(CLAUSES))]
words = list(dict.fromkeys(" ".join(rhyme).split()))
letter_of = dict(zip(words, "ABCDEFGHIJKLMNOP", strict=True))
word_of = {letter: word for word, letter in letter_of.items()}


def spelled(words: str) -> str:
    """A letter for each word."""
    return "".join(letter_of[word] for word in words.split())


chains = {order: MarkovChain(order, alphabet="learned", pseudocount=0) for order in (1, 2)}
for chain in chains.values():
    chain.fit([spelled(verse) for verse in rhyme])

pairs = [pair for verse in rhyme for pair in zip(verse.split(), verse.split()[1:], strict=False)]
counts = np.array([[pairs.count((a, b)) for b in words] for a in words])
followed = counts.sum(axis=1) > 0  # all but "built", which ends each verse
shares = counts[followed] / counts[followed].sum(axis=1, keepdims=True)
print("The chain has counted pairs:", np.allclose(chains[1].transition_matrix_[followed], shares))
print("It says:", *(word_of[letter] for letter in chains[1].sample(length=12, random_state=0)[0]))

heard, GUESSES = "this is the cat that", ["Jack", "lay", "ate", "killed", "worried", "the"]
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4.4), layout="constrained", width_ratios=[3, 2])
TransitionMatrixDisplay.from_matrix(shares, np.array(words)[followed], words, ax=left, values=False)
left.tick_params("x", rotation=90)
left.set(title="p(next word | word)", ylabel="word", xlabel="next word")
for (order, chain), color, shift in zip(chains.items(), ("#E69F00", "#0072B2"), (-0.2, 0.2), strict=True):
    following = chain.predict_next([spelled(heard)])[0]
    guessed = [following[words.index(word)] for word in GUESSES]
    right.barh(np.arange(len(GUESSES)) + shift, guessed, 0.4, color=color, label=f"order {order}")
right.set_yticks(range(len(GUESSES)), GUESSES)
right.invert_yaxis()
right.set(title=f"“{heard} …”", xlabel="probability of what comes next", xlim=(0, 1.02))
right.legend(loc="lower right")

# %%
# After “that” there are five ways to go on, after “cat that” there is one.  But the table of a chain of order :math:`k`
# has a row for each of :math:`n^k` contexts: of 16 words and order 5 a million rows, most of them never seen.
#
# The next base
# -------------
# In CpG islands C is often followed by G, elsewhere hardly ever.  Two chains, one learned from each, tell where a
# string comes from, by the log-odds :math:`\log_2 p(x \mid \text{island}) / p(x \mid \text{other})`, a sum over its
# steps.  :class:`skmlbio.MarkovClassifier` is the two of them; ``examples/plot_markov_chains.py`` goes deeper.  The
# strings are made of steps that were counted in human DNA, per mille: Durbin, Eddy, Krogh and Mitchison, *Biological
# sequence analysis* (1998), section 3.1.
ISLAND = [[180, 274, 426, 120], [171, 368, 274, 188], [161, 339, 375, 125], [79, 355, 384, 182]]
OTHER = [[300, 205, 285, 210], [322, 298, 78, 302], [248, 246, 298, 208], [177, 239, 292, 292]]
steps = np.array([ISLAND, OTHER], float)
steps /= steps.sum(axis=2, keepdims=True)
strings, y = make_markov_sequences(600, lengths=(30, 60), transition_matrices=steps, random_state=0)
classifier = MarkovClassifier(1, alphabet="dna").fit(strings[:300], y[:300])
print(f"Island or not, of 300 other strings: {classifier.score(strings[300:], y[300:]):.2f} are right.")

figure, axes = plt.subplots(1, 3, figsize=(8, 3), layout="constrained")
for ax, chain, title in zip(axes, classifier.chains_, ("in islands", "elsewhere"), strict=False):
    TransitionMatrixDisplay.from_estimator(chain, ax=ax, im_kwargs={"vmin": 0, "vmax": 0.5}).colorbar_.remove()
    ax.set_title(f"{title}: p(next | base)")
island, other = (chain.transition_matrix_ for chain in classifier.chains_)
TransitionMatrixDisplay.from_matrix(
    np.log2(island / other), list("ACGT"), list("ACGT"), ax=axes[2], im_kwargs={"cmap": "PuOr_r", "vmin": -2, "vmax": 2}
).colorbar_.remove()
axes[2].set_title("log-odds, bits a step")

# %%
# A state instead of a table: recurrent networks
# ----------------------------------------------
# A recurrent network has one state :math:`h` for all that it has read, and the same weights at each step:
#
# .. math:: h_t = \tanh(W^T x_t + R^T h_{t-1} + b), \qquad h_0 = 0.
#
# Its gradient goes back through all steps, and each of them multiplies it by :math:`R`:
#
# .. math:: \frac{\partial L}{\partial x_t} = W \delta_t, \qquad \delta_{t-1} = (1 - h_{t-1}^2) \odot R\, \delta_t.
#
# So it shrinks from step to step wherever :math:`R` and the slope of tanh are less than 1.  Beside the formula stands
# what TensorFlow finds for :class:`skmlbio.layers.Recurrence`: the same.
LENGTH, UNITS = 40, 32
random = np.random.default_rng(0)
x = np.eye(4, dtype="float32")[random.integers(4, size=(1, LENGTH))]
W = (0.3 * random.normal(size=(4, UNITS))).astype("float32")
orthogonal = np.linalg.qr(random.normal(size=(UNITS, UNITS)))[0].astype("float32")


def gradient_by_formula(x: np.ndarray, W: np.ndarray, R: np.ndarray) -> np.ndarray:
    """d L / d x_t at every t, for L the sum of the last state."""
    states = [np.zeros(len(R))]
    for x_t in x:
        states.append(np.tanh(x_t @ W + states[-1] @ R))
    gradient, delta = np.zeros_like(x), 1 - states[-1] ** 2
    for t in range(len(x), 0, -1):
        gradient[t - 1] = W @ delta
        delta = (1 - states[t - 1] ** 2) * (R @ delta)
    return gradient


def gradient_of_layer(x: np.ndarray, cell: str, weights: list[np.ndarray]) -> np.ndarray:
    """The same for one or another cell, by TensorFlow."""
    import tensorflow as tf

    layer = Recurrence(UNITS, cell, last_only=True)
    layer.build(x.shape)
    layer.set_weights(weights)
    with tf.GradientTape() as tape:
        tape.watch(x := tf.convert_to_tensor(x))
        total = tf.reduce_sum(layer(x))
    return tape.gradient(total, x).numpy()[0]


found = gradient_of_layer(x, "simple", [W, orthogonal, np.zeros(UNITS)])
print("Formula and layer agree:", np.allclose(found, gradient_by_formula(x[0], W, orthogonal), atol=1e-5))

# %%
# A memory with gates: LSTM
# -------------------------
# A long short-term memory keeps a second state :math:`m`, which is added to, and multiplied by a gate between 0 and 1:
#
# .. math::
#    m_t = f_t \odot m_{t-1} + i_t \odot \tanh(W_c^T x_t + R_c^T h_{t-1} + b_c), \quad h_t = o_t \odot \tanh(m_t),
#    \quad i_t, f_t, o_t = \sigma(W^T x_t + R^T h_{t-1} + b).
#
# Along :math:`m` the gradient is multiplied by :math:`f_t` alone.  A network that keeps its gate :math:`f` open, by a
# bias of 4 here, hears the first letter as well as the last.
zeros = np.zeros(UNITS, "float32")
kernels = [np.tile(W, 4), 0.3 * np.tile(orthogonal, 4)]  # the parts of i, of what is added, of f and of o, side by side
curves = {
    "simple, R = 0.7 Q": gradient_of_layer(x, "simple", [W, 0.7 * orthogonal, zeros]),
    "simple, R = Q, orthogonal": gradient_of_layer(x, "simple", [W, orthogonal, zeros]),
    "LSTM, f half open": gradient_of_layer(x, "lstm", [*kernels, np.concatenate([zeros, zeros, zeros - 1, zeros])]),
    "LSTM, f open": gradient_of_layer(x, "lstm", [*kernels, np.concatenate([zeros, zeros, zeros + 3, zeros])]),
}
figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
styles = ("#E69F00", "--"), ("#D55E00", "--"), ("#56B4E9", "-"), ("#0072B2", "-")
for (name, gradient), (color, line) in zip(curves.items(), styles, strict=True):
    ax.semilogy(np.linalg.norm(gradient, axis=1)[::-1], line, color=color, linewidth=2, label=name)
ax.set(xlabel="letters between this one and the end", ylabel="norm of ∂L / ∂letter")
ax.set_title("The gradient that reaches a letter: an open gate lets it pass")
ax.legend()

# %%
# A gate is not the only way: an orthogonal :math:`R`, with which the library's recurrent networks begin, lets a
# hundredth of the gradient pass all 40 letters.  And the LSTM begins with :math:`f = 0.73`; it has to learn to open the
# gate.  ``examples/plot_vanishing_gradients.py`` measures the same before and after the training of
# :class:`skmlbio.RNNClassifier`, and of attention, to which all letters are equally near; the page *Beyond* looks at
# the gates of a network that has learned.

# %%
# Which of them guesses best?
# ---------------------------
# :class:`skmlbio.SequenceLanguageModel` is a recurrent network, an LSTM unless told otherwise, that says at each place
# what comes next.  Perplexity is the number of letters that would be as hard to guess between:
#
# .. math:: \exp\Bigl(-\frac{1}{n} \sum_t \log p(x_t \mid x_1 \ldots x_{t-1})\Bigr).
#
# Two kinds of strings, of which 600 are learned and 200 are not: *genes*, whose codons are frequent or rare, so that a
# letter depends on its place in the frame; and *walks* of a Markov chain of order 2.
STOPS = ["TAA", "TAG", "TGA"]
SENSE = [codon for a in "ACGT" for b in "ACGT" for c in "ACGT" if (codon := a + b + c) not in STOPS]
usage = random.dirichlet([0.3] * len(SENSE))
genes = [
    "ATG" + "".join(random.choice(SENSE, random.integers(5, 20), p=usage)) + random.choice(STOPS) for _ in range(800)
]
walks, _ = make_markov_sequences(800, order=2, lengths=(20, 60), n_classes=1, concentration=0.5, random_state=0)

orders = range(6)
perplexity = {}
for kind, strings in (("genes", genes), ("walks", walks)):
    learned, others = strings[:600], strings[600:]
    models = [MarkovChain(order, alphabet="dna") for order in orders]
    models.append(SequenceLanguageModel("dna", n_units=48, learning_rate=1e-2, epochs=20, random_state=0))
    perplexity[kind] = [model.fit(learned).perplexity(others) for model in models]

print("perplexity of 200 others      genes   walks")
for name, *found in zip([f"Markov chain of order {k}" for k in orders] + ["LSTM"], *perplexity.values(), strict=True):
    print(f"{name:26}", *(f"{value:8.3f}" for value in found), sep="")

figure, axes = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained", sharey=True)
titles = "genes: a frame to keep", "walks: two letters are all"
for ax, (*by_chains, by_network), title in zip(axes, perplexity.values(), titles, strict=True):
    ax.plot(orders, by_chains, "o-", color="#E69F00", label="Markov chains")
    ax.axhline(by_network, color="#0072B2", label="LSTM")
    ax.set(title=title, xlabel="order: letters that a chain remembers", xticks=orders)
axes[0].set_ylabel("perplexity (the lower, the better)")
axes[0].legend()

# %%
# The network wins where more than a few letters count: it has found the frame, which no chain of these orders sees
# (2.719, the best of them 3.245).  Where two letters are all that counts, the chain that knows it is at least as good
# (2.744 and 2.749), and was fitted in milliseconds; those of higher orders have more contexts than 600 strings can
# fill.  So always ask a Markov chain first.  ``examples/plot_language_model.py`` lets both write new genes.
