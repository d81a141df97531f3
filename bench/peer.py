"""Peers in processes of their own, asked in turns.

torch's and llama.cpp's threads wait for one another by spinning, so two of them in one process, or running at the same
time, would slow each other down. Each peer therefore lives in a child that sleeps until it is asked: a line of JSON in
(`Task`), a line of JSON out (`Speed`).
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Self, TypeVar

THREADS = 2
T = TypeVar("T")
PEERS = {"ours": "bench.peer_ours", "transformers": "bench.peer_transformers", "llama.cpp": "bench.peer_llama_cpp"}


@dataclass(frozen=True)
class Task:
    """What is to be written: `tokens` new tokens, greedily, after each prompt; all at once or one after another."""

    prompts: list[list[int]]
    tokens: int
    together: bool = True


@dataclass(frozen=True)
class Speed:
    """How fast it was: tokens a second over all texts, prompts included, and of one text after its first token."""

    overall: float
    after_first: float


class Peer:
    """One contestant in a child process, with room for `texts` texts at once."""

    def __init__(self, name: str, texts: int) -> None:
        environment = {**os.environ, "UNROLLED_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)}
        environment |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
        self.name = name
        self._child = subprocess.Popen(
            [sys.executable, "-m", PEERS[name], str(texts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def ready(self) -> Self:
        """Wait until it is loaded."""
        self._read()
        return self

    def run(self, task: Task) -> Speed:
        """Let it do `task` and return how fast it was."""
        assert self._child.stdin
        self._child.stdin.write(json.dumps(asdict(task)) + "\n")
        self._child.stdin.flush()
        return Speed(**json.loads(self._read()))

    def close(self) -> None:
        """End the child."""
        assert self._child.stdin
        self._child.stdin.close()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _read(self) -> str:
        assert self._child.stdout
        line = self._child.stdout.readline()
        if not line:
            command = f"python -m {PEERS[self.name]} 1 < /dev/null"
            raise RuntimeError(f"{self.name} ended with code {self._child.wait()}: see `{command}`")
        return line


@contextlib.contextmanager
def peers(*names: str, texts: int) -> Iterator[list[Peer]]:
    """Give peers that are ready, loaded one after another; end them afterwards."""
    started: list[Peer] = []
    try:
        for name in names:
            started.append(Peer(name, texts))
            started[-1].ready()
        yield started
    finally:
        for peer in started:
            peer.close()


def interleave(jobs: Sequence[Callable[[], T]], rounds: int) -> list[list[T]]:
    """Run the jobs in turns, A B C A B C, and return each one's results."""
    found = [[job() for job in jobs] for _ in range(rounds)]
    return [list(column) for column in zip(*found, strict=True)]


@contextlib.contextmanager
def answers() -> Iterator[Callable[[Callable[[Task], Speed]], None]]:
    """Give a child what serves its tasks with a function, until the input ends.

    From here on whatever the model's library prints goes to the error stream: only the answers get to the parent.
    """
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)

        def serve(do: Callable[[Task], Speed]) -> None:
            print("ready", file=out, flush=True)
            for line in sys.stdin:
                print(json.dumps(asdict(do(Task(**json.loads(line))))), file=out, flush=True)

        yield serve
