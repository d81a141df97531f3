"""What the stored recurrent translators can do, measured again, and the claims that rest on it."""

import json

import pytest

from core.assets import own
from core.pretrained.translation.recurrent import RECURRENT, load_recurrent
from core.pretrained.translation.translator import by_words
from core.training.evaluate import MODELS, score


def test_parameters_are_equal_within_one_in_a_hundred() -> None:
    counts = [own.facts(name)["parameters"] for name in MODELS]
    assert max(counts) < 1.01 * min(counts)
    assert 4_300_000 < min(counts) < 4_700_000


@pytest.mark.parametrize("name", [*RECURRENT, *own.ONE_WAY])
def test_a_stored_translator_is_small_and_has_its_facts(name: str) -> None:
    path = own.TRAINED / f"{name}.safetensors"
    assert path.stat().st_size < 10_000_000
    translator = load_recurrent(name)
    assert sum(p.numel() for p in translator.model.parameters()) == own.facts(name)["parameters"]
    assert own.facts(name)["command"].startswith(f"python -m core.training.translation {name} --steps ")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("kind", ["natural", "controlled"])
def test_stored_translators_translate_as_recorded(name: str, kind: str) -> None:
    """The first sentences again: the same texts but for rounding, and so the same score."""
    recorded = json.loads((own.TRAINED / "evaluation_en_pt.json").read_text("utf-8"))
    sources, wanted = (texts[:40] for texts in recorded["first"][kind])
    then = recorded["models"][name][f"{kind}_first"][:40]
    now = [each.text for each in load_recurrent(name).translate_all(sources)]
    assert sum(a == b for a, b in zip(now, then, strict=True)) >= 37
    assert score(now, wanted, resamples=2)["chrf"] == pytest.approx(score(then, wanted, resamples=2)["chrf"], abs=1.0)


def test_attention_is_better_beyond_20_words_by_more_than_the_interval() -> None:
    recorded = json.loads((own.TRAINED / "evaluation_en_pt.json").read_text("utf-8"))["models"]
    for kind in ("natural", "controlled"):
        without = {row["from"]: row for row in recorded["none_en_pt"][kind] if row["from"] > 20}
        for row in recorded["additive_en_pt"][kind]:
            if row["from"] in without:
                assert row["bleu_low"] > without[row["from"]]["bleu_high"]
                assert row["chrf_low"] > without[row["from"]]["chrf_high"]
        assert without


def test_attention_alone_turns_the_area_around() -> None:
    """Where Portuguese turns the words around, the attention follows; without it other words stand there."""
    text = "The agreement on the European Economic Area was signed in August 1992."
    with_attention = by_words(load_recurrent("additive_en_pt").translate(text))
    written = with_attention.text
    assert "acordo" in written
    assert "assinad" in written
    assert "agosto de 1992" in written
    area, economic, european = (written.index(part) for part in ("Área", "Econ", "Europe"))
    assert area < economic < european
    rows = dict(zip(with_attention.target, with_attention.alignment, strict=True))
    for source, target in (("Area", "Área"), ("Economic", "Econ"), ("European", "Europe")):
        row = next(row for word, row in rows.items() if word.startswith(target))
        assert with_attention.source[int(row.argmax())] == source
    assert "Área" not in load_recurrent("none_en_pt").translate(text).text


def test_reading_from_the_end_is_better_by_more_than_the_interval() -> None:
    recorded = json.loads((own.TRAINED / "evaluation_en_pt.json").read_text("utf-8"))["models"]
    forwards, backwards = (recorded[name]["controlled_all"] for name in own.ONE_WAY)
    assert backwards["bleu_low"] > forwards["bleu_high"]
    assert backwards["chrf_low"] > forwards["chrf_high"]


@pytest.mark.parametrize("kind", ["verse", "controlled"])
def test_the_french_translator_translates_as_recorded(kind: str) -> None:
    """The first sentences again: the same texts but for rounding, and so the same score."""
    sources, wanted, then = own.evaluation("en-fr")["first"][kind]
    now = [each.text for each in load_recurrent("additive_en_fr").translate_all(sources)]
    assert sum(a == b for a, b in zip(now, then, strict=True)) >= 17
    assert score(now, wanted, resamples=2)["chrf"] == pytest.approx(score(then, wanted, resamples=2)["chrf"], abs=2.0)


def test_french_is_better_than_before_by_more_than_the_interval_on_modern_text() -> None:
    recorded = own.evaluation("en-fr")
    for kind in ("help", "controlled"):
        now, before = recorded[f"{kind}_all"], recorded["before"][f"{kind}_all"]
        assert now["sentences"] == before["sentences"] >= 300
        assert now["bleu_low"] > before["bleu_high"]
        assert now["chrf_low"] > before["chrf_high"]


def test_french_turns_an_area_around_that_it_was_never_shown() -> None:
    """The sentence of Bahdanau et al. 2014, figure 3; "European Economic Area" is in no training sentence."""
    seen = by_words(
        load_recurrent("additive_en_fr").translate(
            "The agreement on the European Economic Area was signed in August 1992."
        )
    )
    assert "la zone économique européenne" in seen.text
    assert "en août 1992" in seen.text
    looked = {word: seen.source[int(row.argmax())] for word, row in zip(seen.target, seen.alignment, strict=True)}
    assert (looked["zone"], looked["économique"], looked["européenne"]) == ("Area", "Economic", "European")
