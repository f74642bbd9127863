"""The command itself: exit codes, warnings and errors."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from skmlbio.cli._errors import UsageError, in_one_line
from skmlbio.cli._parser import make_parser

_ERROR, _USAGE, _INTERRUPTED, _BROKEN_PIPE = 1, 2, 130, 141  # the last two as of other commands that a signal ends


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command `skmlbio`.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands behind ``skmlbio`` on the command line; by default the arguments of this process.

    Returns
    -------
    int
        The exit code: 0, 1 for an error, 2 for a command line that is wrong, 130 after Ctrl-C, and 141 where nobody
        reads what is written any more.

    Raises
    ------
    SystemExit
        With the exit code 0 or 2, after the help, and where the arguments cannot be read.

    Examples
    --------
    >>> import tempfile, skmlbio
    >>> from skmlbio.cli import main
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skmlbio.save(skmlbio.MarkovChain(2), f"{folder}/chain.skmlbio")
    ...     main(["inspect", f"{folder}/chain.skmlbio", "--json"])
    {...
     "estimator": "MarkovChain",
    ...}
    0
    """
    options = make_parser().parse_args(arguments)
    try:
        with _shown_warnings():
            from skmlbio.cli import _commands

            _commands.COMMANDS[options.command](options)
            sys.stdout.flush()
    except UsageError as error:
        return _failed(options, error, _USAGE)
    except BrokenPipeError:
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        print("skmlbio: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except Exception as error:  # what files and estimators say of many kinds of mistakes
        return _failed(options, error, _ERROR)
    return 0


def console() -> None:
    """Run the command and end the process with its exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what TensorFlow notes of processors is no user's concern
    code = main()
    if code == _BROKEN_PIPE:  # or Python would try to write the rest, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _failed(options: Any, error: Exception, code: int) -> int:
    if options.debug:
        traceback.print_exception(error)
    print(f"skmlbio {options.command}: error: {in_one_line(error)}", file=sys.stderr)
    return code


@contextlib.contextmanager
def _shown_warnings() -> Iterator[None]:
    """Show warnings that are meant for users, each in a line."""

    def show(message, category, filename, lineno, file=None, line=None) -> None:
        print(f"skmlbio: warning: {in_one_line(message)}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", UserWarning)
        warnings.simplefilter("default", RuntimeWarning)
        warnings.showwarning = show
        yield
