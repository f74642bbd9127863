"""Sets of molecules, their splits, and forests on Morgan fingerprints as a baseline."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from _timing import DATA
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import roc_auc_score, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skmlbio import MoleculeGraphTransformer

N_TREES = 500


class Split(NamedTuple):
    """SMILES and targets of the three parts; the middle one may choose settings."""

    train: tuple[list[str], np.ndarray]
    validation: tuple[list[str], np.ndarray]
    test: tuple[list[str], np.ndarray]


class MoleculeSet(NamedTuple):
    """A set of molecules: where it is, which columns are the targets, and the shares of validation and test."""

    file: str
    targets: list[str]
    shares: tuple[float, float]
    is_classification: bool = True

    def read(self) -> tuple[np.ndarray, np.ndarray]:
        """SMILES that RDKit can read, and targets of shape (n_molecules,) or (n_molecules, n_targets)."""
        table = pd.read_csv(DATA / self.file)
        table = table[MoleculeGraphTransformer().readable(table["smiles"])]
        y = table[self.targets].to_numpy(float)
        return table["smiles"].to_numpy(object), y[:, 0] if y.shape[1] == 1 else y

    def split(self, seed: int, n_molecules: int | None = None) -> Split:
        """Rows at random; of the set or of its first so many molecules."""
        smiles, y = self.read()
        rows = np.random.default_rng(0).permutation(len(smiles))[:n_molecules]
        validation, test = self.shares
        rest, tested = train_test_split(rows, test_size=test, random_state=seed)
        trained, validated = rest, rest[:0]
        if validation:
            trained, validated = train_test_split(rest, test_size=validation / (1 - test), random_state=seed)
        return Split(*((smiles[part].tolist(), y[part]) for part in (trained, validated, tested)))

    def score(self, y: np.ndarray, predicted: np.ndarray) -> float:
        """Root of the mean squared error, or the area under the ROC curve, the mean of the tasks' areas."""
        if not self.is_classification:
            return root_mean_squared_error(y, predicted)
        y, predicted = y.reshape(len(y), -1), predicted.reshape(len(y), -1)
        known = [~np.isnan(column) for column in y.T]
        return float(np.mean([roc_auc_score(y[k, i], predicted[k, i]) for i, k in enumerate(known)]))


TASKS = ["NR-AR", "NR-AR-LBD", "NR-AhR", "NR-Aromatase", "NR-ER", "NR-ER-LBD", "NR-PPAR-gamma", "SR-ARE", "SR-ATAD5",
         "SR-HSE", "SR-MMP", "SR-p53"]  # fmt: skip
SETS = {
    "ESOL": MoleculeSet("esol/esol.csv", ["measured log solubility in mols per litre"], (0.1, 0.1), False),
    "BBBP": MoleculeSet("bbbp/bbbp.csv", ["p_np"], (0.0, 0.2)),
    "Tox21": MoleculeSet("tox21/tox21.csv.gz", TASKS, (0.1, 0.1)),
}


def fingerprints(smiles: list[str]) -> np.ndarray:
    """ECFP4: Morgan fingerprints of radius 2 and 2,048 bits."""
    from rdkit.Chem import MolFromSmiles
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    generator = GetMorganGenerator(radius=2, fpSize=2048)
    return np.array([generator.GetFingerprintAsNumPy(MolFromSmiles(text)) for text in smiles])


def forest(of: MoleculeSet, split: Split, seed: int) -> np.ndarray:
    """What forests of fingerprints answer for the test part, one forest a task."""
    (smiles, y), (tested, _) = split.train, split.test
    X, X_test = fingerprints(smiles), fingerprints(tested)
    if not of.is_classification:
        return RandomForestRegressor(N_TREES, random_state=seed).fit(X, y).predict(X_test)
    answers = []
    for column in y.reshape(len(y), -1).T:
        known = ~np.isnan(column)
        model = RandomForestClassifier(N_TREES, random_state=seed).fit(X[known], column[known])
        answers.append(model.predict_proba(X_test)[:, 1])
    return np.stack(answers, axis=1)


def network(of: MoleculeSet, split: Split, seed: int, **settings: object) -> np.ndarray:
    """What a network of the molecules' graphs answers for the test part."""
    from skmlbio import GCNClassifier, GCNRegressor

    estimator = (GCNClassifier if of.is_classification else GCNRegressor)(random_state=seed, **settings)
    edge_features = "standard" if estimator.conv in ("gine", "ecc", "gated") else None
    model = make_pipeline(MoleculeGraphTransformer(edge_features=edge_features), estimator).fit(*split.train)
    if not of.is_classification:
        return model.predict(split.test[0])
    p = model.predict_proba(split.test[0])
    return p[:, 1] if split.train[1].ndim == 1 else p
