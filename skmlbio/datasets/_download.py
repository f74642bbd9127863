"""Files from their sources: downloaded once, checked always."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

_HOST = "https://raw.githubusercontent.com"
_TIMEOUT = 30  # seconds without a byte


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
        return [self._fetch_one(Path(get_data_home(self.data_home), folder, source.name), source) for source in sources]

    def _fetch_one(self, path: Path, source: Source) -> Path:
        there = path.exists()
        if there and _is(path, source):
            return path
        if not self.download_if_missing:
            fault = "is damaged, its SHA-256 is not the one known" if there else "is missing"
            raise (OSError if there else FileNotFoundError)(
                f"'{path}' {fault}, and download_if_missing=False; it comes from {source.url}"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        self._download(path, source)
        return path

    def _download(self, path: Path, source: Source) -> None:
        try:
            import pooch
            from requests.exceptions import HTTPError, RequestException
        except ImportError as error:
            raise ImportError('downloading data needs pooch: pip install "skmlbio[data]"') from error
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
                    raise OSError(
                        f"{source.url} could not be downloaded: {_reason(error)}; where there is a network, download "
                        f"it and put it at '{path}'"
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


def _is(path: Path, source: Source) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == source.sha256


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
