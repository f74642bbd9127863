"""The command in processes of its own, and how it speaks."""

import os
import signal
import subprocess
import sys
import warnings

import pytest

import skmlbio
from skmlbio.cli import _commands, main

CONSOLE = "from skmlbio.cli._main import console; console()"


def run(*arguments: object, program: str = CONSOLE) -> subprocess.CompletedProcess:
    """Run the command as a shell does."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_loads_nothing_heavy() -> None:
    program = """
import sys
from skmlbio.cli import main
try:
    main(["fit", "--help"])
finally:
    print(*[name for name in ("tensorflow", "sklearn", "numpy", "pandas") if name in sys.modules], file=sys.stderr)
"""
    done = run(program=program)
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert done.stdout.startswith("usage: skmlbio fit") and "--validation FILE" in done.stdout


def test_results_and_progress_are_apart(chain) -> None:
    command = [sys.executable, "-m", "skmlbio", "sample", str(chain), "-n", "2", "--random-state", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    drawn = skmlbio.load(chain).sample(2, random_state=0)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"row,sequence\n1,{drawn[0]}\n2,{drawn[1]}\n", "")


def test_an_error_is_a_line_and_no_traceback(chain, tmp_path) -> None:
    missing = tmp_path / "none.skmlbio"
    expected = f"skmlbio sample: error: '{missing}': No such file or directory.\n"
    done = run("sample", missing)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)
    done = run("sample", missing, "--debug")
    assert done.returncode == 1 and done.stderr.startswith("Traceback") and done.stderr.endswith(expected)


def test_nobody_reads_any_more(chain) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "skmlbio", "sample", str(chain), "-n", "50"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_interruption_is_a_line(chain, monkeypatch, capsys) -> None:
    def interrupted(options: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setitem(_commands.COMMANDS, "sample", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # which the background of a shell ignores
    try:
        assert main(["sample", str(chain)]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err == "skmlbio: interrupted\n"


def test_warnings_for_users_are_lines(chain, monkeypatch, capsys) -> None:
    def warned(options: object) -> None:
        warnings.warn("take care\nof this", UserWarning, stacklevel=2)
        warnings.warn("for developers", DeprecationWarning, stacklevel=2)

    monkeypatch.setitem(_commands.COMMANDS, "sample", warned)
    assert main(["sample", str(chain)]) == 0
    assert capsys.readouterr().err == "skmlbio: warning: take care of this\n"


def test_arguments_that_cannot_be_read_end_with_2(capsys) -> None:
    twice = ["fit", "A", "--data", "a", "--save", "b", "--target", "c", "--target", "d"]
    version = ["export", "m", "--output", "a", "--model-version", "-3"]
    for arguments in (
        twice,
        version,
        [],
        ["fitt"],
        ["sample", "m", "-n", "two"],
        ["sample", "m", "-n", "0"],
        ["predict", "m", "--dat", "x.csv"],
    ):
        with pytest.raises(SystemExit, match=r"^2$"):
            main(arguments)
        assert "error: " in capsys.readouterr().err


def test_the_version_is_told(capsys) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    assert capsys.readouterr().out == f"{skmlbio.__version__}\n"
