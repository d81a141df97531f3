"""How Chromium is started, for screenshots and for tests: without a sandbox (containers), a GPU, or a word to the outside."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
