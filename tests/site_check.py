"""A built site, looked at: by reading its pages, and in a browser without a window."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from contextlib import contextmanager
from functools import cached_property
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

CHECK = Path(__file__).with_name("site_check.html")
SECONDS = 500


class Page(HTMLParser):
    """Where a page leads, and the places in it that others may lead to."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if value is not None and (name == "id" or (tag, name) == ("a", "name")):
                self.places.add(value)
            elif value is not None and name in ("href", "src"):
                self.links.append(value)


class Site:
    """The pages in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    @cached_property
    def pages(self) -> dict[Path, Page]:
        return {path.resolve(): Page(path.read_text()) for path in sorted(self.folder.rglob("*.html"))}

    def broken_links(self) -> list[str]:
        """Return links within the site that lead nowhere, each with the page that has it."""
        return [
            f"{path.relative_to(self.folder.resolve())}: {link}"
            for path, page in self.pages.items()
            for link in page.links
            if not self._leads_somewhere(path, link)
        ]

    def _leads_somewhere(self, path: Path, link: str) -> bool:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return True  # out of the site
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        place = unquote(parts.fragment)
        return target.exists() and (target not in self.pages or place in self.pages[target].places)


class Handler(SimpleHTTPRequestHandler):
    """Serves the site, and what the browser asks for beside it."""

    def __init__(self, *args, pages, report, **options):
        self.list_of_pages, self.report = json.dumps(pages).encode(), report
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        beside = {"/site_check.html": CHECK.read_bytes(), "/pages.json": self.list_of_pages}
        if self.path not in beside:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path.endswith("html") else "application/json")
        self.end_headers()
        self.wfile.write(beside[self.path])

    def do_POST(self) -> None:
        self.report(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args) -> None:
        pass


@contextmanager
def served(folder: Path, pages: list[str], report):
    """Serve a site on a free port; `report` gets what the browser has found."""

    def handler(*args):
        return Handler(*args, pages=pages, report=report, directory=str(folder))

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def look_at(browser: str, folder: Path, pages: list[str], profile: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Load pages in a browser; return what is wrong by page, and the errors of the console that are the site's own."""
    wrong, ready = {}, threading.Event()

    def report(found):
        wrong.update(found)
        ready.set()

    with served(folder, pages, report) as address, (profile.parent / "browser.log").open("w+") as log:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0"]
        options += [f"--user-data-dir={profile}", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        command = [browser, *options, f"{address}/site_check.html"]
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            assert ready.wait(SECONDS), f"the browser said nothing:\n{Path(log.name).read_text()[-2000:]}"
        finally:
            process.terminate()
            process.wait()
        said = Path(log.name).read_text()
    return wrong, [line for line in re.findall(r"CONSOLE.*", said) if f"source: {address}" in line and "rror" in line]
