"""Translate the sentences that the small translators learn from: `python -m core.training.distil [--part K/N]`.

Sequence-level distillation (Kim and Rush 2016): the targets are what a larger model, our Marian, writes greedily. About
66 sentences a second on a core; several processes can each do a part. Interrupted, it goes on where it was.
"""

import argparse
import json
import time
from pathlib import Path

import torch

from core.assets.store import root
from core.data.pairs import HELD_OUT, clauses, controlled_sentences, natural_sentences
from core.pretrained.translation.translator import BATCH, Translator, batches, load_translator

CHUNK = 1024  # sentences between two writes


def parts() -> list[Path]:
    """Return the files that the parts have written so far, in the user's cache folder."""
    return sorted((root().parent / "training").glob("pairs_en_pt_*.jsonl"))


def sentences() -> list[tuple[str, str]]:
    """Return all that is translated, as (kind, sentence): natural ones, their clauses, controlled ones."""
    natural = natural_sentences()
    apart, trained = natural[: HELD_OUT["natural"]], natural[HELD_OUT["natural"] :]
    known = set(clauses(apart))
    return [
        *(("natural", sentence) for sentence in natural),
        *(("clause", clause) for clause in clauses(trained) if clause not in known),
        *(("controlled", sentence) for sentence in controlled_sentences()),
    ]


def distil(translator: Translator, wanted: list[tuple[str, str]], path: Path) -> None:
    """Write a line [kind, source, target] for each sentence, after those that the file has already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done = len(path.read_text("utf-8").splitlines()) if path.exists() else 0
    began = time.perf_counter()
    with path.open("a", encoding="utf-8") as file:
        for start in range(done, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            written: dict[int, str] = {}
            for rows in batches([len(sentence) for _, sentence in chunk], BATCH):
                texts = [chunk[row][1] for row in rows]
                written |= zip(rows, (each.text for each in translator.translate_all(texts)), strict=True)
            for row, (kind, sentence) in enumerate(chunk):
                file.write(json.dumps([kind, sentence, written[row]], ensure_ascii=False) + "\n")
            file.flush()
            rate = (start + len(chunk) - done) / (time.perf_counter() - began)
            print(f"{start + len(chunk):,} of {len(wanted):,} sentences, {rate:.0f} a second", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="1/1", help="K/N: every N-th sentence, from the K-th on")
    number, count = map(int, parser.parse_args().part.split("/"))
    torch.set_num_threads(1)
    mine = sentences()[number - 1 :: count]
    distil(load_translator("en-pt"), mine, root().parent / "training" / f"pairs_en_pt_{number}_of_{count}.jsonl")
