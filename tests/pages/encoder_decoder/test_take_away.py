"""The script of the lesson on the encoder-decoder: run outside the app, it prints the page's numbers."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets import store
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder.spelling import spell
from tests.pages.alone import run_alone
from tests.pages.helpers import choose, computed, metrics, open_drawer, sound, token_texts

pytestmark = pytest.mark.real_weights
ROOT = Path(__file__).parents[3]
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "an odd sentence, blended, with attention": {
        "text": 'Don\'t "read" $TEXT \\n ${x} 🦜 {y} tonight.',
        "other": "The 'children' were there.",
        "kind": "blend",
        "amount": 0.35,
        "look": "Attention",
        "width": 2,
        "word": "naïve",
    },
}


def run(script: str, where: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script in a folder, with no more of this environment than a shell has anyway, and the assets that are here."""
    path = where / "encoder_decoder.py"
    path.write_text(script, "utf-8")
    return run_alone(path, folder, UNROLLED_HOME=str(store.root().parent))


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], str]], tmp_path: Path) -> None:
    link = LINKS[name]
    at = computed("encoder_decoder", **link)
    vector, written = metrics(at), "".join(token_texts(at, "written")[:-1]).strip()
    sound(open_drawer(at, "Take it with you"))
    done = run(taken["encoder_decoder.py"](), tmp_path, ROOT)
    assert done.returncode == 0, done.stderr
    out = done.stdout

    assert f"{vector['numbers that go on']} numbers go on" in out
    assert re.search(rf"^none: chrF {vector['chrF without attention']} ", out, re.MULTILINE)
    assert re.search(rf"^additive: chrF {vector['chrF with attention']} ", out, re.MULTILINE)
    assert repr(written) in out

    said = metrics(sound(choose(at, view="Damage")))
    (own, other) = re.search(r"chrF (\d+) with its own, (\d+) with the other's", out).groups()  # type: ignore[union-attr]
    assert said["chrF with its own"] == own
    if "kind" in link:
        assert said["chrF with the other's"] == other

    said = metrics(sound(choose(at, view="Decoding")))
    forced, free = re.search(r"subword: ([\d.]+) % fed the right ones, ([\d.]+) % fed its own", out).groups()  # type: ignore[union-attr]
    assert float(said["right, fed the right ones"].split(" ")[0]) == pytest.approx(float(forced), abs=0.06)
    assert float(said["right, fed its own"].split(" ")[0]) == pytest.approx(float(free), abs=0.06)
    means = [float(value) for value in re.findall(r"nats, ([-\d.]+) a subword", out)]
    gain = float(said["gain, nats a subword"].replace("−", "-"))
    assert means[-1] - means[0] == pytest.approx(gain, abs=0.011)

    word = lesson.fit_word(link.get("word", lesson.DEFAULT_WORD))
    assert f"{word}: {' '.join(spell(word).phonemes)}" in out


def test_says_what_is_missing_elsewhere(taken: dict[str, Callable[[], str]], tmp_path: Path) -> None:
    at = computed("encoder_decoder")
    sound(open_drawer(at, "Take it with you"))
    done = run(taken["encoder_decoder.py"](), tmp_path, tmp_path)
    assert done.returncode == 1
    assert "is not here: run this in the project's checkout" in done.stderr
    assert set(taken) == {"encoder_decoder.csv", "encoder_decoder.html", "encoder_decoder.py"}
