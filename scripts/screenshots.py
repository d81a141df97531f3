"""Takes pictures of every page: `python -m scripts.screenshots [FOLDER] [--url http://…]`, 1280 and 390 px, light and dark.

Without --url it starts the app on a free port of this machine and ends it afterwards.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from scripts.browser import FLAGS

ODD = "<script>alert(1)</script> $x$ :material/home: `a` שלום 👋"


def shots() -> dict[str, str]:
    """Return every page, every view of every lesson and an odd link, by the name of its picture."""
    from pages.kit.course import LESSONS
    from tests.pages.test_every_lesson import lesson

    found = {"home": "", "words": "words", "about": "about", "odd": f"rnn?{urlencode({'text': ODD, 'since': 'x'})}"}
    for entry in LESSONS:
        for number, view in enumerate(lesson(entry.name).views):
            found[f"{entry.name}-{number}"] = f"{entry.name}?{urlencode({'view': view.name})}"
    return found


SIZES = {"wide": (1280, 720), "phone": (390, 844)}


@contextmanager
def app() -> Iterator[str]:
    """Start the app, wait until its model is loaded, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    process = subprocess.Popen([*command, "--server.address", "127.0.0.1", "--server.port", str(port)])
    try:
        for _ in range(240):
            time.sleep(0.5)
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                    if b'"ready"' in answer.read():
                        break
            except OSError:
                continue
        yield address
    finally:
        process.terminate()
        process.wait(20)


def settle(page: Page) -> None:
    """Wait until the page has stopped running its script."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)
    page.wait_for_timeout(700)


def main() -> None:
    """Take all pictures, or those whose name is given with --only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="build/screenshots", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--only", nargs="*", default=list(shots()))
    parser.add_argument("--sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--themes", nargs="*", default=["light", "dark"])
    parser.add_argument("--first-screen", action="store_true", help="only what is seen without scrolling")
    wanted = parser.parse_args()
    known = shots()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with nullcontext(wanted.url) if wanted.url else app() as address, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("UNROLLED_CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        for theme in wanted.themes:
            for size in wanted.sizes:
                width, height = SIZES[size]
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                for name in wanted.only:
                    page = context.new_page()
                    page.goto(f"{address}/{known[name]}")
                    settle(page)
                    if not wanted.first_screen:
                        tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                        page.set_viewport_size({"width": width, "height": max(height, min(tall, 5000))})
                        page.wait_for_timeout(500)
                    file = wanted.folder / f"{name}-{size}-{theme}.png"
                    page.screenshot(path=file)
                    page.close()
                    print(file)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
