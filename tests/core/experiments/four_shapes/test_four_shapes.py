"""The four models against torch's own layers and slow plain counts, and what the page claims of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from core.assets import own
from core.data.emoji import load_emoji
from core.data.reviews import load_tweets
from core.data.students import load_students
from core.experiments import four_shapes as lesson
from core.experiments.four_shapes import captions, results, students, translation
from core.experiments.four_shapes.results import (
    DEFAULT_GPA,
    DEFAULT_KIND,
    DEFAULT_QUIZ,
    NOTES,
    OTHER_ARTIST,
    OTHER_KIND,
    PICTURES,
    fit,
)
from core.experiments.recording import find
from core.models.logistic import fit as fit_logistic
from core.models.logistic import held_out
from core.pretrained.captions import load_captions
from core.pretrained.readers import load_tweet_readers
from core.pretrained.translation.recurrent import load_recurrent
from core.training import captions as captions_recipe
from core.training import students as students_recipe

ALL = {(each.language, each.kind): each for each in find(lesson.captions_of_all)}


def through_torch(weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """The probability of "yes" after each step of x, (batch, time, features), by torch's GRU."""
    gru = nn.GRU(x.shape[-1], weights["output.weight"].shape[-1], batch_first=True)
    body = {name.removeprefix("body.layers.0."): value for name, value in weights.items() if name.startswith("body.")}
    gru.load_state_dict(body)
    with torch.no_grad():
        states, _ = gru(x)
    return (states @ weights["output.weight"].T + weights["output.bias"]).softmax(-1)[..., 1]


@pytest.mark.real_weights
def test_a_student_is_a_sequence_of_one_step() -> None:
    everyone = load_students()
    assert (len(everyone.passed), int(everyone.passed.sum())) == (856, 529)
    rows = (np.array([[DEFAULT_GPA, DEFAULT_QUIZ, hours] for hours in (0, 14, 40)]) - everyone.mean) / everyone.spread
    stacked = load_file(own.TRAINED / "students.safetensors")
    x = torch.tensor(rows, dtype=torch.float32)[:, None]
    each = np.stack([
        through_torch({name: value[n].float() for name, value in stacked.items()}, x)[:, -1].numpy()
        for n in range(len(stacked["output.bias"]))
    ])  # fmt: skip
    found = students.student(DEFAULT_GPA, DEFAULT_QUIZ)
    np.testing.assert_allclose(found.middle[[0, 14, 40]], each.mean(0), atol=1e-5)
    assert np.all((each >= found.low[[0, 14, 40]] - 1e-6).mean(0) >= 0.97)
    assert np.all((each <= found.high[[0, 14, 40]] + 1e-6).mean(0) >= 0.97)


@pytest.mark.real_weights
def test_the_regression_is_the_one_that_another_optimiser_finds() -> None:
    everyone = load_students()
    x = torch.tensor((everyone.values - everyone.mean) / everyone.spread)
    weights, bias = (
        torch.zeros(3, dtype=torch.float64, requires_grad=True),
        torch.zeros((), dtype=torch.float64, requires_grad=True),
    )
    labels = torch.tensor(everyone.passed).double()
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(x @ weights + bias, labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    ours = fit_logistic(everyone.values, everyone.passed, 0.0)
    np.testing.assert_allclose(ours.read(everyone.values), torch.sigmoid(x @ weights + bias).detach(), atol=1e-4)


@pytest.mark.real_weights
def test_hours_of_study_say_almost_nothing() -> None:
    found, classed = find(lesson.student, DEFAULT_GPA, DEFAULT_QUIZ), find(lesson.class_of_856)
    assert found.low[0] < found.middle[-1]
    assert found.low[-1] < found.middle[0], "the intervals at no study and at 40 hours overlap"
    everyone, counts = load_students(), own.facts("students")["metrics"]
    parts = students_recipe.folds_of(everyone, 0)
    assert int(held_out(everyone.values, everyone.passed, parts, 10, 0.0).sum()) == counts["logistic"]
    assert classed.study_alone.right <= counts["always"] + 5
    assert sum(each.right for each in classed.passed) == 529
    low, high = classed.scores.network.interval
    assert low < classed.scores.others[0][1].share < high, "one step gains nothing over a regression"
    assert classed.scores.others[1][1].share < low


@pytest.mark.real_weights
def test_a_tweet_is_read_as_torch_reads_it() -> None:
    words, _ = fit(NOTES)
    readers = load_tweet_readers()
    weights = {name: value.float() for name, value in load_file(own.TRAINED / "tweets_gru.safetensors").items()}
    x = weights["embedding.weight"][readers.encode(words)][None]
    np.testing.assert_allclose(lesson.tweet(words).beliefs, through_torch(weights, x)[0], atol=1e-5)
    apart = load_tweets().held_out
    scores = find(lesson.tweets_kept_apart)
    assert scores.network.asked == len(apart)
    for name, counted in (("gru", scores.network), ("bag", scores.others[0][1])):
        assert own.facts(f"tweets_{name}")["metrics"]["held_out"] == pytest.approx(counted.share, abs=2 / len(apart))
    assert not {s.text for s in load_tweets().train} & {s.text for s in apart}


@pytest.mark.parametrize("kind", [DEFAULT_KIND, OTHER_KIND])
def test_names_are_counted_as_by_hand(kind: str) -> None:
    emoji, writer = load_emoji(), load_captions()
    artist, part = PICTURES[kind]
    numbers = emoji.of(part)
    written = [writer.words(writer.trace(emoji.pictures[artist][n], "en").ids) for n in numbers]
    names = [emoji.names["en"][n] for n in numbers]
    found = ALL["en", kind]
    right = sum(a == b for a, b in zip(written, names, strict=True))
    assert abs(found.scores.network.right - right) <= 1
    assert own.facts("captions")["metrics"][f"en {artist} {part}"] == [found.scores.network.right, len(numbers)]
    mean = np.mean([results.shared(a, b) for a, b in zip(names, written, strict=True)])
    assert found.shares[0][1] == pytest.approx(mean, abs=0.01)
    trained = {
        word for name, each in zip(emoji.names["en"], emoji.parts, strict=True) if each == "train" for word in name
    }
    assert found.writable == sum(trained.issuperset(name) for name in names)


def test_the_nearest_picture_is_the_one_of_a_full_scan() -> None:
    emoji = load_emoji()
    train = emoji.of("train")
    some = emoji.pictures["noto"][emoji.of("pairs")[:3]].astype(np.int64)
    every = emoji.pictures["noto"][train].astype(np.int64)
    slow = [train[int(((every - one) ** 2).sum((1, 2, 3)).argmin())] for one in some]
    assert captions.nearest(emoji, some.astype(np.uint8)).tolist() == slow


def test_new_pairs_are_named_and_new_things_are_not() -> None:
    pairs, things = ALL["en", DEFAULT_KIND], ALL["en", OTHER_KIND]
    (_, near), (_, frequent) = pairs.scores.others
    assert pairs.scores.network.interval[0] > near.interval[1]
    assert frequent.right == 0
    assert things.scores.network.interval[1] < pairs.scores.network.interval[0]
    assert ALL["en", "Trained on"].scores.network.share > 0.97, "it has learned what it was shown"
    for language in ("en", "fr"):
        (_, copied), _ = ALL[language, OTHER_ARTIST].scores.others
        assert ALL[language, OTHER_ARTIST].scores.network.interval[0] > copied.share, "and more than to copy"
    assert results.shared(("a", "b"), ("b", "a", "c")) == pytest.approx(0.8)


def test_a_sentence_goes_in_and_another_comes_out() -> None:
    for text in results.SENTENCES.values():
        found = translation.translate(text)
        assert found.source[-1] == found.target[-1] == "</s>"
        theirs = load_recurrent("none_en_pt").trace(text, found.target)
        rows = torch.tensor(theirs.logits).softmax(-1).max(-1).values.numpy()
        np.testing.assert_allclose(found.probabilities, rows, atol=1e-4)
    scores = find(lesson.translations_kept_apart)
    assert scores.network.right > scores.others[0][1].right


def test_the_recipes_run(tmp_path: object) -> None:
    """For a moment each, on a few students and pictures."""
    everyone = load_students()
    one = students_recipe.learn((everyone.values - everyone.mean) / everyone.spread, everyone.passed, 0)
    with torch.no_grad():
        says = (
            one(students_recipe.one_step((everyone.values - everyone.mean) / everyone.spread)).argmax(-1).numpy() == 1
        )
    assert (says == everyone.passed).mean() > 0.68
    emoji = load_emoji()
    few = replace(emoji, parts=tuple("train" if n % 60 == 0 else "things" for n in range(len(emoji.parts))))
    words = captions_recipe.vocabulary_of(few)
    a, b = (captions_recipe.learn(few, words, 0, 2) for _ in range(2))
    for name, value in a.state_dict().items():
        torch.testing.assert_close(value, b.state_dict()[name])
