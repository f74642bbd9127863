"""`python -m skmlbio` is the command `skmlbio`."""

from skmlbio.cli._main import console

if __name__ == "__main__":
    console()
