r"""
9. Attention and Transformers
=============================

Attention is a look into a dictionary that answers softly.  Its entries have keys :math:`K` and values :math:`V`; a
query :math:`x` is compared with all keys, and the answer is a mean of all values, those of keys that match most of all:

.. math:: Y = \mathrm{softmax}(X K^T)\, V.

A Transformer is made of it: the words of a translation look into the words that were read.
"""

# %%
# A dictionary that answers softly
# --------------------------------
# Here the keys are the 64 codons, one-hot, and the values their residues.  :math:`x^T k` counts the bases that match, a
# factor :math:`\beta` before it tells how strict the look-up is.  :class:`skmlbio.layers.KeyValueAttention`, which
# would learn keys and values, is given those of the genetic code.
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax

from skmlbio import TransformerTranslator
from skmlbio.inspection import AttentionMapDisplay
from skmlbio.layers import KeyValueAttention, MultiHeadSelfAttention, SinusoidalPositions
from skmlbio.sequences import OneHotSequenceEncoder

CODONS = ["".join(codon) for codon in product("TCAG", repeat=3)]
CODE = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
RESIDUES = sorted(set(CODE))

one_hot = OneHotSequenceEncoder("dna", flatten=True).fit(CODONS)
K = one_hot.transform(CODONS)  # (64, 12)
V = np.array([[residue == coded for residue in RESIDUES] for coded in CODE], dtype="float32")  # (64, 21)
queries = ["ATG", "ATN", "CTN", "NNN"]  # N is a quarter of each base
X = one_hot.transform(queries)

layer = KeyValueAttention(n_keys=64, units=len(RESIDUES))
layer.build(X.shape)
layer.set_weights([K, V])
answers = {beta: softmax(beta * X @ K.T, axis=1) @ V for beta in (1, 6)}
print("The layer answers as NumPy does:", [np.allclose(layer(beta * X), Y, atol=1e-6) for beta, Y in answers.items()])
for query, answer in zip(queries, answers[6], strict=True):
    best = np.argsort(-answer)[:3]
    print(f"{query} is", ", ".join(f"{RESIDUES[place]} {answer[place]:.2f}" for place in best))

figure, axes = plt.subplots(2, 1, figsize=(8, 4), layout="constrained", sharex=True)
for ax, (beta, Y) in zip(axes, answers.items(), strict=True):
    image = ax.imshow(Y, cmap="viridis", vmin=0, vmax=1, aspect="auto")
    ax.set(yticks=range(len(queries)), yticklabels=queries, ylabel="query", title=f"softmax({beta} · X Kᵀ) V")
axes[1].set_xticks(range(len(RESIDUES)), RESIDUES)
axes[1].set_xlabel("residue (* ends a protein)")
figure.colorbar(image, ax=axes, label="share in the answer")

# %%
# What is asked for exactly is answered exactly, if :math:`\beta` is large; ``ATN`` is three quarters isoleucine and one
# methionine, as the code has it.  All of it has a gradient, so that queries, keys and values can be learned.
#
# Several heads
# -------------
# One softmax looks at one thing.  A layer with :math:`h` heads makes queries, keys and values for each of them by
# matrices that it learns, and mixes the answers by one more:
#
# .. math:: Y = [Y_1, \ldots, Y_h]\, W_o + b_o, \qquad
#    Y_i = \mathrm{softmax}\bigl(Q_i K_i^T / \sqrt{d}\bigr)\, V_i.
#
# :class:`skmlbio.layers.MultiHeadSelfAttention`, and the formula:
random = np.random.default_rng(0)
x = random.normal(size=(5, 8)).astype("float32")  # five words
layer = MultiHeadSelfAttention(n_heads=2)
layer.build((1, *x.shape))
layer.set_weights([random.normal(size=weight.shape) / 3 for weight in layer.weights])
W, b, W_o, b_o = layer.get_weights()

Q, K, V = np.split(x @ W + b, 3, axis=1)
heads = [np.s_[:, :4], np.s_[:, 4:]]
y = np.hstack([softmax(Q[head] @ K[head].T / np.sqrt(4), axis=1) @ V[head] for head in heads]) @ W_o + b_o
print("The layer with two heads is the formula:", np.allclose(layer(x[np.newaxis])[0], y, atol=1e-5))

# %%
# Positions
# ---------
# Attention does not see the order (chapter 8), so a vector of its own is added for each place, such as
#
# .. math:: P_{p, 2i} = \sin(p / 10000^{2i/d}), \qquad P_{p, 2i+1} = \cos(p / 10000^{2i/d}),
#
# :class:`skmlbio.layers.SinusoidalPositions`.  The product of two of them depends on their distance alone.
P = SinusoidalPositions()(np.zeros((1, 60, 32), "float32")).numpy()[0]
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
figure.colorbar(left.imshow(P, cmap="PuOr_r", vmin=-1, vmax=1, aspect="auto"), ax=left, location="bottom")
left.set(title="P: a row for each place", xlabel="feature", ylabel="place")
figure.colorbar(right.imshow(P @ P.T, cmap="viridis", aspect="auto"), ax=right, location="bottom")
right.set(title="P Pᵀ: near places are alike", xlabel="place", ylabel="place")

# %%
# A translation: words to digits
# ------------------------------
# :class:`skmlbio.TransformerTranslator` reads *two thousand forty* and writes 2, 0, 4, 0.  For each digit, the decoder
# asks with what it has written so far, and the words that were read are keys and values.
BELOW_20 = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
BELOW_20 += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(number: int) -> list[str]:
    """The English words of a number from 0 to 9999."""
    for unit, name in ((1000, "thousand"), (100, "hundred")):
        if number >= unit:
            return [BELOW_20[number // unit], name, *(in_words(number % unit) if number % unit else [])]
    if number < 20:
        return [BELOW_20[number]]
    return [TENS[number // 10 - 2], *([BELOW_20[number % 10]] if number % 10 else [])]


numbers = random.permutation(10_000)[:2300].tolist()
read, written = [in_words(number) for number in numbers], [str(number) for number in numbers]
translator = TransformerTranslator(
    kernel_width=None,
    embedding_dim=32,
    n_heads=2,
    n_blocks=1,
    feed_forward_dim=64,
    dropout=0.0,
    learning_rate=4e-3,
    epochs=8,
    random_state=0,
).fit(read[:2000], written[:2000])
print(" ".join(read[-1]), "is", translator.predict(read[-1:])[0])
print(f"{translator.score(read[2000:], written[2000:]):.3f} of 300 other numbers are right throughout")

# %%
# The map of source and target, for a number whose zero has no word: each row is a digit that was written, and says from
# which words.  The 0 comes from *forty*, too: it is the word that stands where hundreds might.
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
for head, ax in enumerate(axes):
    AttentionMapDisplay.from_estimator(translator, in_words(9047), head=head, ax=ax, im_kwargs={"vmax": 1})

# %%
# What simpler methods do
# -----------------------
# A dictionary, word by word, and seven lines for someone who knows the rule.
digits_of = {word: str(number) for number, word in enumerate(BELOW_20)}
digits_of |= {word: str(number) for number, word in enumerate(TENS, 2)} | {"hundred": "", "thousand": ""}


def by_rule(words: list[str]) -> str:
    """Add what was read; multiply it where a unit follows."""
    total, part = 0, 0
    for word in words:
        if unit := {"thousand": 1000, "hundred": 100}.get(word):
            total, part = total + part * unit, 0
        else:
            part += BELOW_20.index(word) if word in BELOW_20 else 10 * TENS.index(word) + 20
    return str(total + part)


others, wanted = read[2000:], np.array(written[2000:])
for name, guesses in {
    "Transformer": translator.predict(others),
    "dictionary": ["".join(map(digits_of.get, words)) for words in others],
    "rule": [by_rule(words) for words in others],
}.items():
    print(f"{name:12} {np.mean(np.array(guesses) == wanted):.3f} of 300 other numbers right")

# %%
# A dictionary has 77 % right, and fails wherever a digit has no word of its own.  Who knows the rule needs no network:
# it is always right.  The Transformer has found it in 2,000 examples, to 99 %, as it would find another one, such as
# the genetic code (``examples/plot_translation.py``); ``examples/plot_translation_by_length.py`` sets recurrent
# networks beside it.
