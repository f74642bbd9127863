"""Files from their sources: downloaded once, checked always."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

_HOST = "https://raw.githubusercontent.com"
_TIMEOUT = 30  # seconds without a byte
_MISSING, _DAMAGED = "is missing", "is damaged, its SHA-256 is not the one known"


class Source(NamedTuple):
    """A file of a repository at a commit, and what it must be."""

    repository: str
    commit: str
    path: str
    sha256: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def url(self) -> str:
        return f"{_HOST}/{self.repository}/{self.commit}/{self.path}"


class Access(NamedTuple):
    """How a user wants files to be fetched: keywords that all fetchers have."""

    data_home: Any
    download_if_missing: bool
    n_retries: int
    delay: float

    def fetch(self, folder: str, sources: Iterable[Source]) -> list[Path]:
        """Return where the files lie, each of them whole."""
        home = Path(get_data_home(self.data_home), folder)
        paths = {source: home / source.name for source in sources}
        faults = {source: fault for source, path in paths.items() if (fault := _fault(path, source))}
        if faults and not self.download_if_missing:
            source, fault = next(iter(faults.items()))
            raise (OSError if _DAMAGED in faults.values() else FileNotFoundError)(
                f"'{paths[source]}' {fault}, and download_if_missing=False; it comes from {source.url}{_also(faults)}"
            )
        with _without_empty_folders(home):
            while faults:
                source = next(iter(faults))
                self._download(paths[source], faults)
                del faults[source]
        return list(paths.values())

    def _download(self, path: Path, faults: dict[Source, str]) -> None:
        """Download the first file that is missing or damaged; what is said of the others is for an error."""
        try:
            import pooch
            from requests.exceptions import HTTPError, RequestException
        except ImportError as error:
            raise ImportError('downloading data needs pooch: pip install "skmlbio[data]"') from error
        source, fault = next(iter(faults.items()))
        for n_left in reversed(range(self.n_retries + 1)):
            try:
                # It writes under a temporary name, checks the file, and renames it then.
                downloader = pooch.HTTPDownloader(timeout=_TIMEOUT)
                pooch.retrieve(source.url, f"sha256:{source.sha256}", path.name, path.parent, downloader=downloader)
                return
            except (RequestException, ValueError) as error:
                if isinstance(error, HTTPError):
                    error.response.close()  # pooch leaves it open
                if not n_left or _is_final(error):
                    there = f", in place of the file there, which {fault}" if fault == _DAMAGED else ""
                    raise OSError(
                        f"{source.url} could not be downloaded: {_reason(error)}; where there is a network, download "
                        f"it and put it at '{path}'{there}{_also(faults)}"
                    ) from error
                time.sleep(self.delay)


def get_data_home(data_home: str | os.PathLike | None = None) -> str:
    """Return the folder that data sets are kept in, whether or not it is there yet.

    Each data set has a folder of its own in it, which may be deleted at any time.

    Parameters
    ----------
    data_home : str or path-like, optional
        The folder; ``~`` is one's home. By default the one that the environment variable ``SKMLBIO_DATA_HOME`` names,
        or else ``~/skmlbio_data``.

    Returns
    -------
    str
        Its absolute path.

    Examples
    --------
    >>> import os
    >>> from skmlbio.datasets import get_data_home
    >>> get_data_home("~/genes") == os.path.expanduser("~/genes")
    True
    """
    if data_home is None:
        data_home = os.environ.get("SKMLBIO_DATA_HOME") or os.path.join("~", "skmlbio_data")
    return os.path.abspath(os.path.expanduser(data_home))


def _fault(path: Path, source: Source) -> str:
    """Say what is wrong with a file, if anything is."""
    if not path.exists():
        return _MISSING
    with path.open("rb") as file:
        return "" if hashlib.file_digest(file, "sha256").hexdigest() == source.sha256 else _DAMAGED


def _also(faults: dict[Source, str]) -> str:
    """Name the files at fault but for the first, which stand beside it in its repository."""
    others = ", ".join([source.name for source in faults][1:])
    return f"; beside it, {len(faults) - 1} more are missing or damaged: {others}" if others else ""


@contextlib.contextmanager
def _without_empty_folders(folder: Path) -> Iterator[None]:
    """Make a folder, and leave none behind that was not there and holds nothing."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # of a folder that holds something
            for path in new:
                path.rmdir()


def _is_final(error: Exception) -> bool:
    """Whether asking again would get the same answer: a server that says that the question is wrong."""
    status = getattr(getattr(error, "response", None), "status_code", 0)
    return 400 <= status < 500 and status not in (408, 429)  # a server that was too slow, or asked too often


def _reason(error: Exception) -> str:
    from requests.exceptions import ChunkedEncodingError, HTTPError, RequestException, Timeout

    if isinstance(error, HTTPError):
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, Timeout) or "timed out" in str(error):
        return f"there was no answer for {_TIMEOUT} seconds"
    if isinstance(error, RequestException):
        return f"there is no connection ({type(error).__name__})"
    return "another file came, whose SHA-256 is not the one known"
