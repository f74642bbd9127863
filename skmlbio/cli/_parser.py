"""What may stand on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module

from skmlbio.cli._formats import FORMATS

_COLUMNS = """\
Files are known by their endings (also with .gz behind those of text), or by --format: {}.
Each is a table: of FASTA with the columns id, description and sequence, and one for each key=value of the headers; of
SMILES with the columns smiles and id.  Of an h5ad file, labels are columns of obs, and features are genes.
""".format("; ".join(f"{name} ({' '.join(known.endings)})" for name, known in FORMATS.items()))


class _Once(argparse.Action):
    """Keeps what stands behind an option, of which a second one would be thought to count, too."""

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        if getattr(namespace, self.dest) is not self.default:
            parser.error(f"argument {option_string}: there is one only")
        setattr(namespace, self.dest, values)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command `skmlbio`."""
    parser = argparse.ArgumentParser(
        "skmlbio",
        description="Fit, ask and export deep-learning estimators of skmlbio.",
        epilog="skmlbio COMMAND --help tells more.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument("--debug", action="store_true", help="show where in the program an error was found")
    common.add_argument("--quiet", action="store_true", help="say nothing about progress")
    data, output = _data_options(), _output_options()
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=_COLUMNS if data in parents else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[*parents, common],
            allow_abbrev=False,
        )

    fit = command("fit", "fit an estimator to a file, and save it", data)
    fit.add_argument("estimator", metavar="ESTIMATOR", help="its class, such as AttentionClassifier")
    fit.add_argument("--target", metavar="COLUMN", action=_Once, help="what is to be predicted")
    fit.add_argument("--labels", metavar="FILE", help="a table with the target, joined by the ids")
    fit.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="a parameter, in Python's words")
    fit.add_argument("--scale", action="store_true", help="scale features to mean 0 and variance 1 before it")
    fit.add_argument("--validation", metavar="FILE", help="samples to watch the loss on, of the same columns")
    fit.add_argument("--save", metavar="MODEL", required=True, help="the file to write")
    predict = command("predict", "predict labels or numbers", _model(), data, output)
    predict.add_argument("--proba", action="store_true", help="probabilities, one column a class")
    command("transform", "make codes, vectors or counts", _model(), data, output)
    sample = command("sample", "draw new rows or strings", _model(), output)
    sample.add_argument("-n", "--n-samples", metavar="N", type=_count(1), default=1, help="how many (default: 1)")
    sample.add_argument("--random-state", metavar="SEED", type=_count(0), help="the same seed draws the same samples")
    sample.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="another argument of sample")
    export = command("export", "write a SavedModel, which TensorFlow alone can serve", _model())
    export.add_argument("--output", metavar="FOLDER", required=True, help="the folder to make")
    export.add_argument("--model-version", metavar="N", type=_count(0), help="write the folder of this number in it")
    export.add_argument("--overwrite", action="store_true", help="replace a SavedModel that is there")
    inspect = command("inspect", "tell what a file of skmlbio holds, and run nothing of it", _model())
    inspect.add_argument("--json", action="store_true", help="as JSON")
    return parser


class _Version(argparse.Action):
    """Prints the version, which is asked for then only."""

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        print(import_module("skmlbio").__version__)
        parser.exit()


def _count(least: int) -> Callable[[str], int]:
    """Return what reads an int that is not below the least one."""

    def count(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"must be an int of {least} or more, got {text!r}")
        return int(text)

    return count


def _model() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("model", metavar="MODEL", help="a file that fit, or skmlbio.save, has written")
    return options


def _data_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--data", metavar="FILE", required=True, help="the samples")
    options.add_argument("--format", metavar="FORMAT", choices=FORMATS, help="of the samples: %(choices)s")
    several = {"metavar": "COLUMN", "nargs": "+", "action": "extend"}
    options.add_argument("--columns", **several, help="what to use (default: all that are left)")
    options.add_argument("--ignore", **several, default=[], help="what to leave out")
    options.add_argument("--id", metavar="COLUMN", help="names of the samples (default: the column id, if any)")
    return options


def _output_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--output", metavar="FILE", help="where to write, by its ending (default: CSV to stdout)")
    return options
