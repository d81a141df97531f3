"""The texts of the lesson on GPT sampling: what is counted in them, links to their branches, and how they are written."""

import math
from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from core.experiments import gpt_sampling as lesson
from core.experiments import recording
from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT, Filters
from core.experiments.gpt_sampling.texts import (
    MAX_FORKS,
    METHODS,
    Fork,
    Settings,
    Text,
    Word,
    distinct_share,
    four_settings,
    measure,
    put_here,
    read_forks,
    repeated_share,
    tree_order,
    write_forks,
)
from core.experiments.gpt_sampling.writing import alone as write_alone
from core.experiments.gpt_sampling.writing import begin, begin_branch, policy_of, text_of, written
from core.generation.decoding import BeamSearch, Sampling, Step
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.tokens import visible
from core.serving.engine import Engine
from tests.core.pretrained.conftest import Pair, some_ids
from tests.core.serving.fake_model import PATIENCE, FakeModel, alone

# Counting


def naive_repeated(tokens: Sequence[int], size: int) -> float:
    before: list[list[int]] = []
    repeated = 0
    for end in range(size, len(tokens) + 1):
        gram = list(tokens[end - size : end])
        repeated += gram in before
        before.append(gram)
    return repeated / len(before) if before else 0.0


TOKENS = st.lists(st.integers(0, 3), max_size=30)


@given(TOKENS, st.integers(1, 4))
def test_shares_are_the_naive_count(tokens: list[int], size: int) -> None:
    assert repeated_share(tokens, size) == pytest.approx(naive_repeated(tokens, size))
    grams = len(tokens) - size + 1
    expected = 1 - naive_repeated(tokens, size) if grams > 0 else 1.0
    assert distinct_share(tokens, size) == pytest.approx(expected)


def test_shares_by_hand() -> None:
    assert repeated_share([1, 2, 3, 1, 2, 3, 1]) == pytest.approx(2 / 5)  # 123 231 312 123 231
    assert distinct_share([1, 2, 1, 2, 1]) == pytest.approx(2 / 4)  # 12 21 12 21
    assert (repeated_share([1, 2]), distinct_share([1])) == (0.0, 1.0)
    assert repeated_share([7] * 12) == pytest.approx(9 / 10)


def test_measure() -> None:
    found = measure("Greedy", Text((word(logprob=-1.5, token=5),) * 4, "a a a a", True))
    assert (found.name, found.text, found.tokens) == ("Greedy", "a a a a", 4)
    assert found.typical == pytest.approx(math.exp(-1.5))
    assert (found.repeated_3grams, found.distinct_2) == (0.5, pytest.approx(1 / 3))
    nothing = measure("Greedy", Text((), "", True))
    assert (nothing.tokens, nothing.typical) == (0, 0.0)


def word(rank: int = 1, logprob: float = -1.0, token: int = 0) -> Word:
    return Word(token=token, label="a", text="a", probability=math.exp(logprob), logprob=logprob, drawn=0.5, rank=rank)


@pytest.mark.parametrize(("rank", "band"), [(1, 0), (2, 1), (10, 1), (11, 2), (100, 2), (101, 3), (49_152, 3)])
def test_bands(rank: int, band: int) -> None:
    assert word(rank).band == band


def test_a_text_adds_up() -> None:
    assert Text((word(logprob=-1.5), word(logprob=-0.25)), "aa", True).logprob == -1.75
    assert Text((), "", False).logprob == 0


# Branches in a link

FORKS = st.lists(
    st.tuples(st.integers(0, 999_999), st.integers(0, 999_999), st.integers(0, 999_999)), max_size=MAX_FORKS
)


@given(FORKS)
def test_branches_round_trip(numbers: list[tuple[int, int, int]]) -> None:
    forks = tuple(Fork(parent % (n + 1), position, token) for n, (parent, position, token) in enumerate(numbers))
    assert read_forks(write_forks(forks)) == forks


@given(
    st.text()
    | st.text("0123456789._-+ e٣²", max_size=40)
    | st.from_regex(r"([0-9]{1,7}\.){2}[0-9]+(_|\Z)", fullmatch=True)
)
@example("0.3.17_1.0.4")
@example("00.1.2")
@example("0.1.2_")
def test_any_link_is_read_or_refused(raw: str) -> None:
    try:
        forks = read_forks(raw)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either is right, each has its own check
        return
    assert read_forks(write_forks(forks)) == forks
    assert len(forks) == (raw.count("_") + 1 if raw else 0) <= MAX_FORKS
    assert all(fork.parent <= n for n, fork in enumerate(forks))
    numbers = [tuple(map(int, part.split("."))) for part in raw.split("_") if part]
    assert numbers == [(fork.parent, fork.position, fork.token) for fork in forks]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("0.1", "not a branch: '0.1'"),
        ("0.1.2.3", "not a branch"),
        ("0.1.x", "not a branch"),
        ("0.-1.2", "not a branch"),
        ("0.1.2 ", "not a branch"),
        ("0.1.٣", "not a branch"),
        ("0.1.²", "not a branch"),
        ("0..2", "not a branch"),
        ("0.1.1234567", "not a branch"),
        ("_", "not a branch: ''"),
        ("0.1.2_", "not a branch"),
        ("1.1.2", "branch 1 starts from one that does not exist: 1"),
        ("0.1.2_2.0.0", "branch 2 starts from one that does not exist: 2"),
        ("_".join(["0.1.2"] * (MAX_FORKS + 1)), "13 branches are more than 12"),
        ("x" * 4000, "not a branch: 'x{40}'$"),
    ],
)
def test_malformed_links_say_what_is_wrong(raw: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_forks(raw)


def test_reading_order() -> None:
    assert tree_order([]) == [(0, 0)]
    # 0 -> 1 -> 3; 0 -> 2 -> 4 -> 5
    forks = [Fork(parent, n, 0) for n, parent in enumerate((0, 0, 1, 2, 4))]
    assert tree_order(forks) == [(0, 0), (1, 1), (3, 2), (2, 1), (4, 2), (5, 3)]


def test_a_branch_hangs_under_the_text_that_it_shares_its_words_with() -> None:
    assert tree_order(read_forks("0.5.9_1.10.9_2.3.9")) == [(0, 0), (1, 1), (2, 2), (3, 1)]
    assert tree_order(read_forks("0.5.9_1.10.9_2.7.9")) == [(0, 0), (1, 1), (2, 2), (3, 2)]
    # Another word in the place of the one that was put there: a sibling.
    assert tree_order(read_forks("0.5.9_1.5.8")) == [(0, 0), (1, 1), (2, 1)]


def test_the_words_that_a_reader_put_into_a_branch() -> None:
    forks = read_forks("0.5.9_1.10.9_2.3.9_2.10.8")
    assert [put_here(forks, branch) for branch in range(5)] == [{}, {5: 9}, {5: 9, 10: 9}, {3: 9}, {5: 9, 10: 8}]


PARENTS_AND_PLACES = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5)), max_size=MAX_FORKS)


@given(PARENTS_AND_PLACES)
def test_every_branch_is_read_once_under_the_last_text_that_shares_its_words(numbers: list[tuple[int, int]]) -> None:
    forks = [Fork(parent % (n + 1), position, 0) for n, (parent, position) in enumerate(numbers)]
    # Who wrote each word: a branch has those before its fork from its parent, the others are its own.
    writers = [[0] * 6]
    for number, fork in enumerate(forks, start=1):
        writers.append(writers[fork.parent][: fork.position] + [number] * (6 - fork.position))
    order = tree_order(forks)
    assert sorted(branch for branch, _ in order) == list(range(len(forks) + 1))
    line: list[int] = []  # the ancestors of the row at hand
    for branch, depth in order:
        line = [*line[:depth], branch]
        assert len(line) == depth + 1
        if not branch:
            continue
        parent, place = line[-2], forks[branch - 1].position
        assert parent < branch
        assert writers[parent][:place] == writers[branch][:place]
        last = writers[branch][place - 1] if place else 0  # who wrote the word before the fork
        assert parent == last


def made_of(*raws: bytes) -> Text:
    """Return a text of tokens that stand for these bytes, spelled as `spell` does."""
    words = [Word(0, label_of(raw), raw.decode(errors="replace"), 0.5, -1.0, 0.5, 1) for raw in raws]
    return Text(tuple(words), b"".join(raws).decode(errors="replace"), True)


def label_of(raw: bytes) -> str:
    return visible(raw.decode()) if is_whole(raw) else "".join(f"\\x{byte:02x}" for byte in raw)


def is_whole(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


PIECES = st.lists(st.binary(max_size=4) | st.sampled_from(["a", " \ufffd", "ש", "\\x41"]).map(str.encode), max_size=12)


@given(PIECES)
@example([b"\\x41", b"\xef\xbf\xbd", b"\xf0\x9f", b""])
def test_words_know_their_bytes(raws: list[bytes]) -> None:
    text = made_of(*raws)
    assert [word.raw for word in text.words] == raws
    assert [word.partial for word in text.words] == [not is_whole(raw) for raw in raws]
    unfinished = text.string.removeprefix(text.reading())
    assert unfinished in ("", "\ufffd")
    assert text.reading() + unfinished == text.string
    assert "".join(text.pieces()) == text.reading()


@given(st.text("aש🍕 ", max_size=8), st.data())
def test_a_text_reads_from_any_word_on(string: str, data: st.DataObject) -> None:
    raw = string.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    raws = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    text = made_of(*raws)
    for start in range(len(raws)):
        before = b"".join(raws[:start]).decode(errors="ignore")
        assert text.reading(start) == string[len(before) :]  # a character that began before is there whole


# Spelling, with a model whose scores can be asked again


@pytest.fixture
def model(pair: Callable[[str], Pair]) -> LanguageModel:
    return pair("group of 2").ours()


def chances_after(model: LanguageModel, ids: list[int]) -> torch.Tensor:
    return torch.from_numpy(model.logits(ids)[-1]).double().log_softmax(0)


def check_words(model: LanguageModel, prompt: list[int], text: Text) -> None:
    """Each word's numbers, and their total, by exact scores of the whole text from its start."""
    tokens = [w.token for w in text.words]
    scores = torch.from_numpy(model.logits([*prompt, *tokens])).double().log_softmax(-1)
    for position, w in enumerate(text.words):
        row = scores[len(prompt) - 1 + position]
        assert w.logprob == pytest.approx(float(row[w.token]), abs=1e-3)
        assert w.probability == pytest.approx(math.exp(w.logprob))
        assert w.rank == int((row > row[w.token]).sum()) + 1
        assert w.label == model.label(w.token)
        assert w.text == model.decode([w.token])
        order = [n for n in row.argsort(descending=True).tolist() if n != w.token][: len(w.rivals)]
        assert [token for token, _, _ in w.rivals] == order
        assert [label for _, label, _ in w.rivals] == [model.label(n) for n in order]
        assert [chance for _, _, chance in w.rivals] == pytest.approx(row[order].exp().tolist(), abs=1e-4)
    assert text.logprob == pytest.approx(
        sum(float(scores[len(prompt) - 1 + n, token]) for n, token in enumerate(tokens)), abs=1e-3
    )
    assert text.string == model.decode(tokens)


@pytest.mark.parametrize("temperature", [0.0, 1.3])
def test_spelled_steps(model: LanguageModel, temperature: float) -> None:
    prompt = some_ids(9)
    steps = list(model.stream(prompt, max_new_tokens=12, temperature=temperature, seed=2))
    policy = Sampling(steps=steps, forced={4: steps[4].token})
    text = text_of(model, policy, True)
    check_words(model, prompt, text)
    assert [w.forced for w in text.words] == [n == 4 for n in range(12)]
    assert text.finished
    assert not any(w.forced for w in text_of(model, Sampling(steps=steps), False).words)
    assert text_of(model, policy, True, text.words[:7]) == text  # what was spelled before is not spelled again
    for w, step in zip(text.words, steps, strict=True):
        assert w.drawn == step.drawn


def test_spelled_beam(model: LanguageModel) -> None:
    prompt = some_ids(6)
    beam = alone(BeamSearch(3, 7, end_tokens=(5, 6, 7)), prompt, lambda ids: torch.from_numpy(model.logits(ids)[-1]))
    text = text_of(model, beam, True)
    nodes = text.tree
    check_words(model, prompt, text)
    assert all(w.drawn == 1 for w in text.words)
    assert len(nodes) == len(beam.nodes)
    best = [n for n in range(len(nodes)) if nodes[n].best]
    assert [beam.nodes[n].token for n in best] == [w.token for w in text.words]
    assert nodes[best[-1]].total == max(nodes[n].total for n in beam.live + beam.ended)
    assert text.logprob == pytest.approx(nodes[best[-1]].total)
    for n, node in enumerate(nodes):
        assert node.label == model.label(beam.nodes[n].token)
        assert (node.parent, node.depth, node.total) == (
            beam.nodes[n].parent,
            beam.nodes[n].depth,
            beam.nodes[n].total,
        )
        if node.survived and node.parent >= 0:
            assert nodes[node.parent].survived
    assert {n for n, node in enumerate(nodes) if node.survived} == beam.survivors()
    assert not all(node.survived for node in nodes)


def test_a_beam_before_its_first_token(model: LanguageModel) -> None:
    assert text_of(model, BeamSearch(3), False) == Text((), "", False)


# Writing, through the engine


@pytest.fixture
def engine(model: LanguageModel) -> Iterator[Engine]:
    engine = Engine(lambda device: model)
    assert engine.ready(PATIENCE)
    yield engine
    engine.close()


PROMPT = some_ids(11, seed=5)


def written_by(engine: Engine, settings: Settings) -> Text:
    run = begin(engine, PROMPT, settings)
    assert run.wait(PATIENCE)
    return written(engine, run)


def branch(engine: Engine, settings: Settings, parent: Text, fork: Fork) -> Text:
    run = begin_branch(engine, PROMPT, settings, parent, fork)
    assert run.wait(PATIENCE)
    return written(engine, run)


def test_policies() -> None:
    filters = Filters(0.7, 20, 0.9, 0.1)
    assert policy_of(Settings(filters, "sample", 4, 7, 30), (2,)) == Sampling(0.7, 20, 0.9, 0.1, 7, 30, (2,))
    assert policy_of(Settings(filters, "greedy", 4, 7, 30), (2,)) == Sampling(0.0, 0, 1.0, 0.0, 7, 30, (2,))
    assert policy_of(Settings(filters, "beam", 3, 7, 30), (2,)) == BeamSearch(3, 30, (2,))


@pytest.mark.parametrize("strategy", ["sample", "greedy", "beam"])
def test_a_text_is_written(engine: Engine, model: LanguageModel, strategy: str) -> None:
    settings = Settings(Filters(1.2, top_p=0.95), strategy, seed=3, tokens=12)
    text = written_by(engine, settings)
    assert text.finished
    assert len(text.words) == 12
    check_words(model, PROMPT, text)
    if strategy != "beam":
        same = model.stream(
            PROMPT, max_new_tokens=12, seed=3, **vars(settings.filters if strategy == "sample" else Filters(0.0))
        )
        assert [w.token for w in text.words] == [step.token for step in same]


@pytest.mark.parametrize("position", [0, 4, 11])
def test_a_branch_keeps_what_stood_before_and_puts_its_token_there(
    engine: Engine, model: LanguageModel, position: int
) -> None:
    settings = Settings(Filters(1.2), seed=3, tokens=12)
    parent = written_by(engine, settings)
    token = parent.words[position].rivals[1][0]
    text = branch(engine, settings, parent, Fork(0, position, token))
    assert text.words[:position] == parent.words[:position]
    assert text.words[position].token == token != parent.words[position].token
    assert [w.forced for w in text.words] == [n == position for n in range(12)]
    check_words(model, PROMPT, text)
    expected = alone(
        Sampling(**vars(settings.filters), seed=3, max_new_tokens=12, forced={position: token}),
        PROMPT,
        lambda ids: torch.from_numpy(model.logits(ids)[-1]),
    )
    assert [w.token for w in text.words] == [step.token for step in expected.steps]


def test_the_same_token_put_there_again_changes_nothing_but_the_mark(engine: Engine) -> None:
    """Luck belongs to the place: after the fork the text goes on as it did."""
    settings = Settings(seed=8, tokens=10)
    parent = written_by(engine, settings)
    text = branch(engine, settings, parent, Fork(0, 3, parent.words[3].token))
    assert [w.token for w in text.words] == [w.token for w in parent.words]
    assert text.logprob == pytest.approx(parent.logprob, abs=1e-3)


def test_a_branch_of_a_branch_forgets_the_first_ones_mark(engine: Engine, model: LanguageModel) -> None:
    settings = Settings(Filters(0.8), "sample", seed=1, tokens=12)
    first = written_by(engine, settings)
    second = branch(engine, settings, first, Fork(0, 2, first.words[2].rivals[0][0]))
    third = branch(engine, settings, second, Fork(1, 6, second.words[6].rivals[0][0]))
    assert [w.token for w in third.words[:6]] == [w.token for w in second.words[:6]]
    assert [n for n, w in enumerate(third.words) if w.forced] == [6]
    check_words(model, PROMPT, third)


def test_a_branch_past_the_filters(engine: Engine, model: LanguageModel) -> None:
    settings = Settings(strategy="greedy", tokens=8)
    parent = written_by(engine, settings)
    text = branch(engine, settings, parent, Fork(0, 2, parent.words[2].rivals[0][0]))
    assert text.words[2].drawn == 0
    assert text.words[2].rank == 2
    assert all(w.rank == 1 for n, w in enumerate(text.words) if n != 2)


def test_branches_that_cannot_be(engine: Engine) -> None:
    settings = Settings(tokens=5)
    parent = written_by(engine, settings)
    with pytest.raises(ValueError, match="no word 6"):
        begin_branch(engine, PROMPT, settings, parent, Fork(0, 5, 1))
    with pytest.raises(ValueError, match="no word 1"):
        begin_branch(engine, PROMPT, Settings(strategy="beam"), parent, Fork(0, 0, 1))


def test_a_text_that_is_stopped_is_not_finished() -> None:
    model = FakeModel()
    engine = Engine(lambda device: model)
    try:
        assert engine.ready(PATIENCE)
        model.gate.shut()
        run = begin(engine, [1], Settings(tokens=100))
        for _ in range(model.layers + 3):
            model.gate.one()
        run.stop()
        model.gate.open()
        assert run.wait(PATIENCE)
        text = written(engine, run)
        assert not text.finished
        assert 3 <= len(text.words) < 100
    finally:
        model.gate.open()
        engine.close()


def test_four_ways(engine: Engine, model: LanguageModel) -> None:
    settings = Settings(Filters(0.5, top_k=5), "beam", beams=3, seed=4, tokens=9)
    four = four_settings(settings)
    assert [(s.strategy, s.filters) for s in four] == [
        ("greedy", settings.filters),
        ("sample", Filters()),
        ("sample", settings.filters),
        ("beam", settings.filters),
    ]
    assert {(s.beams, s.seed, s.tokens) for s in four} == {(3, 4, 9)}
    runs = [begin(engine, PROMPT, each) for each in four]
    assert all(run.wait(PATIENCE) for run in runs)
    texts = [written(engine, run) for run in runs]
    for name, text, each in zip(METHODS, texts, four, strict=True):
        check_words(model, PROMPT, text)
        tokens = [w.token for w in text.words]
        found = measure(name, text)
        assert (found.text, found.tokens) == (model.decode(tokens), 9)
        assert found.repeated_3grams == pytest.approx(naive_repeated(tokens, 3))
        assert [w.token for w in written_by(engine, each).words] == tokens  # alone it is the same text
    assert [bool(text.tree) for text in texts] == [False, False, False, True]


@pytest.mark.parametrize("strategy", ["sample", "greedy", "beam"])
def test_without_an_engine_it_is_the_same_text(engine: Engine, model: LanguageModel, strategy: str) -> None:
    settings = Settings(Filters(1.2), strategy, seed=3, tokens=12)
    model.encode = lambda text: PROMPT  # type: ignore[method-assign]
    steps = write_alone(model, "any", settings)
    told = []
    try:
        while True:
            told.append(next(steps))
    except StopIteration as end:
        text = end.value
    assert told == [(n, 12) for n in range(1, 12)]
    expected = written_by(engine, settings)
    assert [w.token for w in text.words] == [w.token for w in expected.words]
    assert [n.best for n in text.tree] == [n.best for n in expected.tree]


def test_what_ends_a_text_is_no_word_of_it() -> None:
    model = FakeModel()
    (end, *_) = model.end_tokens = (5,)
    step = Step(end, -1.0, 1.0, 1, ((end, 0.5), (1, 0.1)))
    text = text_of(model, Sampling(steps=[step]), True)
    assert (text.words[0].label, text.words[0].text, text.string) == ("(end)", "", "")
    assert text.words[0].rivals[0][1] == "(end)"


# What ships


@pytest.mark.parametrize("strategy", ["sample", "greedy", "beam"])
def test_the_recorded_texts_are_whole(strategy: str) -> None:
    text = recording.find(lesson.write, DEFAULT_MODEL, DEFAULT_PROMPT, Settings(strategy=strategy))
    assert text.finished
    assert text.string == "".join(word.text for word in text.words)
    assert "<|" not in text.string
    assert len(text.words) == Settings().tokens or strategy == "beam"
    assert all(len(word.rivals) == 5 for word in text.words)
    assert strategy != "greedy" or all(word.rank == 1 for word in text.words)
    best = [node for node in text.tree if node.best]
    assert [node.label for node in best] == ([word.label for word in text.words] if strategy == "beam" else [])
    if strategy == "beam":
        assert best[-1].total == pytest.approx(text.logprob, abs=1e-6)


def test_no_model_yet() -> None:
    model, engine = FakeModel(), None
    model.gate.shut()

    def load(device: str | None) -> LanguageModel:
        model.gate.pass_through()
        return model

    engine = Engine(load)
    try:
        with pytest.raises(RuntimeError, match="not loaded"):
            begin(engine, [1], Settings())
    finally:
        model.gate.open()
        engine.close()
