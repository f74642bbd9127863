"""A property of molecules learned from their SMILES: a graph network beside a random forest on Morgan fingerprints.

The molecules are made up, and the property is RDKit's estimate of log P, how much better a molecule dissolves in
octanol than in water: a sum over its atoms, each of which counts by what it is bound to.
"""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from rdkit.Chem import MolFromSmiles
from rdkit.Chem.Crippen import MolLogP
from rdkit.Chem.Draw import MolsToGridImage
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import GCNRegressor, MoleculeGraphTransformer
from skmlbio.datasets import make_molecules

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

data = make_molecules(500, n_classes=8, n_atoms=(10, 20), random_state=0, return_X_y=False)
molecules = [MolFromSmiles(smiles) for smiles in data.X]
y = np.array([MolLogP(molecule) for molecule in molecules])


def fingerprints(smiles: list[str]) -> np.ndarray:
    """Which of the circles around atoms, two bonds wide, a molecule has: 2,048 bits."""
    generator = GetMorganGenerator(radius=2, fpSize=2048)
    return np.array([generator.GetFingerprintAsNumPy(MolFromSmiles(text)) for text in smiles])


models = {
    "graph network": make_pipeline(
        MoleculeGraphTransformer(edge_features=None), GCNRegressor(epochs=60, random_state=0)
    ),
    "fingerprints and a forest": make_pipeline(
        FunctionTransformer(fingerprints), RandomForestRegressor(random_state=0)
    ),
}

span = (y.min() - 0.5, y.max() + 0.5)
figure = matplotlib.figure.Figure(figsize=(11, 4), layout="constrained")
first, *others = figure.subplots(1, 3)
drawn = MolsToGridImage(
    molecules[:4], molsPerRow=2, subImgSize=(300, 300), highlightAtomLists=[atoms.tolist() for atoms in data.atoms[:4]]
)
first.imshow(drawn)
first.set_title("molecules with a planted group")
first.axis("off")
for ax, (name, model) in zip(others, models.items(), strict=True):
    predicted = model.fit(data.X[:400], y[:400]).predict(data.X[400:])
    score = r2_score(y[400:], predicted)
    print(f"R² of log P on 100 other molecules, {name}: {score:.3f}")
    ax.axline((0, 0), slope=1, color="0.7", zorder=0)
    ax.scatter(y[400:], predicted, s=12)
    ax.set(
        xlabel="log P",
        ylabel="predicted",
        title=f"{name}: R² = {score:.2f}",
        xlim=span,
        ylim=span,
        aspect="equal",
    )
figure.savefig(folder / "plot_molecules.png", dpi=72)
