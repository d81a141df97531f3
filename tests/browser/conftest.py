"""What the browser tests stand on: one Chromium, servers, and pages that tell what went wrong in them."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts.browser import FLAGS

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for this folder. Not for the session: Playwright keeps an event loop in this thread.

    `chromium` (tests/conftest.py) is its path, and fails where there is none.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Server:
    """One `streamlit run`, in a process group of its own, writing its log to a file."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, script: str | Path, env: Mapping[str, str], log: Path) -> "Server":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = {
            "--server.port": str(port),
            "--server.address": "127.0.0.1",
            "--server.headless": "true",
            "--server.fileWatcherType": "none",
            "--browser.gatherUsageStats": "false",
        }
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / script)]
        command += [part for option in options.items() for part in option]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = cls(f"http://127.0.0.1:{port}", process, log)
        try:
            server.wait()
        except BaseException:
            server.end()
            raise
        return server

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        refused: OSError | None = None
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except urllib.error.HTTPError as error:
                error.close()
            except OSError as error:  # nobody listens yet
                refused = error
            time.sleep(0.05)
        pytest.fail(f"streamlit did not start ({self.process.args}): {refused}\n{self.tail()}", pytrace=False)

    def tail(self, characters: int = 6000) -> str:
        return self.log.read_text("utf-8", "replace")[-characters:]

    def end(self) -> None:
        for how, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            try:
                os.killpg(self.process.pid, how)
                self.process.wait(patience)
            except ProcessLookupError:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            return


@dataclass
class Servers:
    """The servers that this folder has started, each shared by all tests that ask for the same one."""

    folder: Path
    shared: dict[tuple[str, tuple[tuple[str, str], ...]], Server] = field(default_factory=dict)
    started: int = 0

    def start(self, script: str | Path, env: Mapping[str, str]) -> Server:
        self.started += 1
        return Server.start(script, env, self.folder / f"{self.started}-{Path(script).stem}.log")

    def share(self, script: str | Path, env: Mapping[str, str]) -> Server:
        key = (str(script), tuple(sorted(env.items())))
        server = self.shared.get(key)
        if server is None or server.process.poll() is not None:
            server = self.shared[key] = self.start(script, env)
        return server


@pytest.fixture(scope="package")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that are shared between tests; ended after the last one."""
    pool = Servers(tmp_path_factory.mktemp("streamlit"))
    yield pool
    for server in pool.shared.values():
        server.end()


# Streamlit loads the code of each kind of element when it is first needed, and draws a skeleton until then.
DRAWN = """() => !document.querySelector('[data-testid="stSkeleton"]')
  && [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
  .every((host) => host.shadowRoot?.querySelector('.root')?.childElementCount)"""
Serve = Callable[..., str]
Browse = Callable[..., Page]
_LOGS = pytest.StashKey[list[Server]]()


@pytest.fixture
def serve(servers: Servers, request: pytest.FixtureRequest) -> Iterator[Serve]:
    """`serve("app.py", env=None, fresh=False)` -> base URL of a running server (path from the checkout).

    Tests that ask for the same file and environment share a server; `fresh=True` starts one for this test
    alone and ends it with the test. A failing test prints the log of each server that it used.
    """
    used = request.node.stash.setdefault(_LOGS, [])
    own: list[Server] = []

    def start(script: str | Path, env: Mapping[str, str] | None = None, *, fresh: bool = False) -> str:
        server = servers.start(script, env or {}) if fresh else servers.share(script, env or {})
        if fresh:
            own.append(server)
        used.append(server)
        return server.url

    yield start
    for server in own:
        server.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Put the server's log beside the traceback of a test that failed."""
    report = yield
    if report.failed:
        for server in item.stash.get(_LOGS, []):
            report.sections.append((f"streamlit at {server.url}", server.tail()))
    return report


def _outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1"


@dataclass
class Witness:
    """What went wrong in a browser context, less what `allow` excuses (part of a message -> reason)."""

    allow: Mapping[str, str]
    seen: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"page error: {error.error}"))
        context.on("request", lambda request: self._address(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._address(socket.url)))

    def _address(self, url: str) -> None:
        if _outside(url):
            self.seen.append(f"request to another host: {url}")

    def _console(self, message: Any) -> None:
        said = f"{message.text} ({message.location.get('url')})"
        if message.type == "error" and not any(part in said for part in self.allow):
            self.seen.append(f"console error: {said}")


@pytest.fixture
def browse(browser: Browser) -> Iterator[Browse]:
    """`browse(url, width=1440, height=900, dark=False, allow={}, **context options)` -> Page, script at rest.

    The test fails at its end if any of its pages logged a console error, raised, or asked any host but
    127.0.0.1 for anything. `allow` excuses console errors: {part of the message: why it is harmless}.
    """
    opened: list[tuple[BrowserContext, Witness]] = []

    def new_page(
        url: str,
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        allow: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            **options,
        )
        witness = Witness(allow or {})
        witness.watch(context)
        opened.append((context, witness))
        page = context.new_page()
        page.goto(url)
        at_rest(page)
        return page

    yield new_page
    for context, _ in opened:
        context.close()
    seen = [line for _, witness in opened for line in witness.seen]
    if seen:
        pytest.fail("The page complained:\n  " + "\n  ".join(dict.fromkeys(seen)), pytrace=False)


def at_rest(page: Page, timeout: float = 60_000) -> None:
    """Wait until the page's script has run, nothing is running, and every token picture is drawn."""
    drawn = '[data-testid="stMain"] [data-testid="stElementContainer"]'  # before the first, it also says notRunning
    page.wait_for_selector(drawn, state="attached", timeout=timeout)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=timeout)
    page.wait_for_function(DRAWN, timeout=timeout)
