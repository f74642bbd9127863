"""The graph convolutions over several hops, against their formulas."""

import numpy as np
import pytest
from graph_layers import ADJACENCY, DIRECTED, X, make, relu, require_formula, symmetric


def hops(matrix: np.ndarray, n_hops: int) -> list[np.ndarray]:
    return [np.linalg.matrix_power(matrix, hop) for hop in range(n_hops)]


def tag_formula(*weights):
    *kernels, bias = weights
    powers = hops(symmetric(ADJACENCY), len(kernels))
    return sum(power @ X @ kernel for power, kernel in zip(powers, kernels, strict=True)) + bias


def arma_formula(first, first_skip, first_bias, second, second_skip, second_bias, bias):
    z = relu(symmetric(ADJACENCY) @ X @ first + X @ first_skip + first_bias)
    return relu(symmetric(ADJACENCY) @ z @ second + X @ second_skip + second_bias) + bias


def cheb_formula(*weights):
    *kernels, bias = weights
    identity = np.eye(3)
    scaled = (identity - symmetric(ADJACENCY)) * 2 / 2 - identity
    # T_k(cos t) = cos(k t), by way of the eigenvalues.
    values, vectors = np.linalg.eigh(scaled)
    angles = np.arccos(np.clip(values, -1, 1))
    polynomials = [vectors * np.cos(degree * angles) @ vectors.T for degree in range(len(kernels))]
    return sum(each @ X @ kernel for each, kernel in zip(polynomials, kernels, strict=True)) + bias


def appnp_formula(hidden_kernel, hidden_bias, kernel, bias):
    z = y = relu(X @ hidden_kernel + hidden_bias) @ kernel
    for _ in range(3):
        y = 0.75 * symmetric(ADJACENCY + np.eye(3)) @ y + 0.25 * z
    return y + bias


def diffusion_formula(kernel, first, second, back_first, back_second, bias):
    along = hops(DIRECTED / DIRECTED.sum(axis=1, keepdims=True), 3)
    against = hops(DIRECTED.T / DIRECTED.sum(axis=0)[:, None], 3)
    walks = [along[1] @ X @ first, along[2] @ X @ second, against[1] @ X @ back_first, against[2] @ X @ back_second]
    return X @ kernel + sum(walks) + bias


@pytest.mark.parametrize(
    ("conv", "options", "formula", "adjacency"),
    [
        ("tag", {}, tag_formula, ADJACENCY),
        ("arma", {"n_steps": 2}, arma_formula, ADJACENCY),
        ("cheb", {"n_hops": 0}, cheb_formula, ADJACENCY),
        ("cheb", {"n_hops": 1}, cheb_formula, ADJACENCY),
        ("cheb", {"n_hops": 4}, cheb_formula, ADJACENCY),
        ("appnp", {"n_steps": 3, "teleport": 0.25}, appnp_formula, ADJACENCY),
        ("diffusion", {}, diffusion_formula, DIRECTED),
    ],
)
def test_layers_compute_their_formula(conv: str, options: dict, formula: object, adjacency: np.ndarray) -> None:
    require_formula(conv, options, formula, adjacency)


def test_a_node_without_edges_is_filtered_as_the_zero_matrix_has_it() -> None:
    # T_0(0) = 1, T_1(0) = 0, T_2(0) = -1; PageRank ends where it begins; random walks of one hop or more reach nobody.
    x, alone = X[:1][None], np.zeros((1, 1, 1), "float32")
    cheb, appnp, diffusion = make("cheb", {}), make("appnp", {}), make("diffusion", {})
    kernel, _, second, bias = map(np.asarray, cheb.weights)
    np.testing.assert_allclose(cheb([x, alone]), np.tanh(x @ (kernel - second) + bias), atol=1e-5)
    hidden_kernel, hidden_bias, kernel, bias = map(np.asarray, appnp.weights)
    np.testing.assert_allclose(
        appnp([x, alone]), np.tanh(relu(x @ hidden_kernel + hidden_bias) @ kernel + bias), atol=1e-5
    )
    kernel, *_, bias = map(np.asarray, diffusion.weights)
    np.testing.assert_allclose(diffusion([x, alone]), np.tanh(x @ kernel + bias), atol=1e-5)
