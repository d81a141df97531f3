"""One vector is not enough: words of two senses, in GloVe and in an encoder that reads the sentence."""

from functools import partial

from core.data.senses import FAMOUS, OWN_SENSES, read_senses
from core.experiments import word_vectors as lesson
from core.experiments.word_vectors import results
from core.experiments.word_vectors.results import SensesRead, Study
from core.figures import word_vectors as figures
from core.figures.word_vectors.sensing import moved
from pages.kit import controls
from pages.kit.ask import ask, derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import escape, percent
from pages.word_vectors.shared import script_values

YOURS = "yours"
BOTH, ONE, NEITHER = "in both", "in one", "in neither"


def show(stage: Stage) -> Shown | Nothing:
    """Show where every word's vectors lean, with one word named."""
    with stage.decide:
        word = controls.choice("Word", (*FAMOUS, YOURS), FAMOUS[0], key="word")
    with stage.more:
        typed = controls.text_area(
            "Your word (chosen by “yours”)", OWN_SENSES, key="senses", height=110, max_chars=1_000
        )
    study = ask(lesson.study)
    if word == YOURS:
        try:
            read_senses(typed)
        except ValueError as reason:
            return Nothing(str(reason))
        read = ask(lesson.read_own, typed)
    else:
        read = derive(results.of_study, study, word)
    return Shown(
        verdict=judge(study, read),
        picture=draw(figures.senses, study, read),
        mechanism=draw(figures.two_sentences, read),
        bet=bet("server" if word != "server" else "check"),
        numbers=[
            ("words moved the right way", f"{moved(study)} of {len(study.glove)}"),
            ("sentences nearer to the right sense", f"{study.right()} of {study.asked}"),
            ("GloVe", f"{study.glove_right} of {study.asked}"),
        ],
        caption=_caption(study, read),
        further=[draw(figures.layers, study)],
        values=script_values(WORD=read.word, SENTENCES=read.sentences, CUES=read.cues),
    )


def judge(study: Study, read: SensesRead) -> str:
    """Say that GloVe has one vector, and in how many sentences of all MiniLM's is nearer to the sense that is meant."""
    return (
        f"GloVe’s one vector of “{escape(read.word)}” ignores the sentence. MiniLM moves it: towards the right sense for "
        f"{moved(study)} of {len(study.glove)} words."
    )


def _caption(study: Study, read: SensesRead) -> str:
    one, two = (f"{lean:+.2f}" for lean in read.leans)
    near = ", ".join(escape(word) for word in read.nearest) or "nothing: it has no vector there"
    first, second = (escape(sentence) for sentence in read.sentences)
    cues = [escape(cue) for cue in read.cues]
    return (
        f"“{first}” leans {one} and “{second}” {two} to “{cues[0]}” rather than to “{cues[1]}”: the cosine with the one, less "
        f"that with the other. Nearest in GloVe: {near}. MiniLM is a small Transformer that reads the whole sentence. It moves "
        f"the vector the right way nearly always, but often not far enough: nearer to the right sense than to the other one it "
        f"is in {study.right()} of {study.asked} sentences ({percent(study.right() / study.asked)}); GloVe’s one vector must be "
        "right in one of each two. How a Transformer does it: see Self-attention."
    )


def bet(word: str) -> Bet:
    """Ask in how many of a word's two sentences the encoder's vector is nearer to the sense that is meant."""
    read = results.of_study(ask(lesson.study), word)
    return Bet(
        question=f"“{read.sentences[0]}” “{read.sentences[1]}” In how many is MiniLM’s “{word}” nearer to the right one of "
        f"“{read.cues[0]}” and “{read.cues[1]}”?",
        answers=(BOTH, ONE, NEITHER),
        change={"word": word},
        moved=f"word “{word}”",
        judge=partial(_outcome, word),
    )


def _outcome(word: str) -> tuple[str, str]:
    study = ask(lesson.study)
    read = results.of_study(study, word)
    count = int(read.leans[0] > 0) + int(read.leans[1] < 0)
    said = f"It leans {read.leans[0]:+.2f} and {read.leans[1]:+.2f} to “{read.cues[0]}”. Of all words, "
    tail = f"{study.both} of {len(study.glove)} are right in both sentences."
    return (NEITHER, ONE, BOTH)[count], said + tail


VIEW = View("Senses", show)
