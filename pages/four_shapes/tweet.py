"""Many to one: is this tweet positive?"""

from functools import partial

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import MOST_WORDS, NOTES, TWEETS, Scores, Tweet, fit
from core.figures import four_shapes as figures
from pages.four_shapes.shared import between, compared, script
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count, percent

OWN = "Your own"
FIRST = next(iter(TWEETS))
BRIEF = dict(zip((*TWEETS, OWN), ("best", "worst", "own"), strict=True))
POSITIVE, NEGATIVE = "still positive", "negative now"


def show(stage: Stage) -> Shown | Nothing:
    """Show the belief after each word."""
    with stage.decide:
        which = controls.choice("Tweet", (*TWEETS, OWN), FIRST, key="tweet", names=BRIEF.__getitem__)
    text = TWEETS.get(which, NOTES)
    if which == OWN:
        with stage.more:
            text = controls.text_area("Your tweet", NOTES, key="text", height=98, max_chars=600)
    words, dropped = fit(text)
    if not words:
        return Nothing("Type something under “More”: with no word at all there is nothing to read.")
    if dropped:
        stage.note(f"Only the first {MOST_WORDS} words and signs are read: {dropped:,} are left out.")
    read, scores = ask(lesson.tweet, words), ask(lesson.tweets_kept_apart)
    return Shown(
        verdict=judge(read),
        picture=draw(figures.tweet, read),
        mechanism=draw(
            figures.mechanism, "many to one", count(len(words), "word"), f"{percent(float(read.beliefs[-1]))} positive"
        ),
        bet=bet(which),
        numbers=[
            ("tweets read correctly", percent(scores.network.share)),
            *((name, percent(each.share)) for name, each in scores.others),
        ],
        caption=caption(scores),
        further=[compared()],
        **script("tweets_gru.safetensors", "tweets_bag.json", WORDS=words),
    )


def judge(read: Tweet) -> str:
    """Say how many words went in and what came out, of both models."""
    return (
        f"{count(len(read.words), 'word')} in, one answer out: {percent(float(read.beliefs[-1]))} positive. A bag of words says "
        f"{percent(float(read.bag[-1]))}."
    )


def caption(scores: Scores) -> str:
    """Say what it was trained on and how often it is correct."""
    (_, bag), (_, always) = scores.others
    better = "no more than" if bag.right >= scores.network.right else "more than"
    return (
        "Each bar is the probability of “positive” when that word has just been read; only the last one counts. Words in italics "
        "were in too few of the tweets to be known. The network is a GRU that was trained on 2,200 real tweets, which people had "
        f"scored; of {scores.network.asked} others it reads {percent(scores.network.share)} correctly "
        f"({between(scores.network)}), {better} a **bag of words** ({percent(bag.share)}, {between(bag)}). "
        f"Always saying “positive” is correct for {percent(always.share)}."
    )


def bet(which: str) -> Bet:
    """Ask what one word of the notes' tweet does."""
    other = FIRST if which != FIRST else list(TWEETS)[1]
    word, instead = ("best", "worst") if other == FIRST else ("worst", "best")
    tweet = "this tweet" if which in TWEETS else "the first tweet"
    return Bet(
        f"Put “{word}” in the place of “{instead}” in {tweet}. After the last word, the network says…",
        (POSITIVE, NEGATIVE),
        {"tweet": other},
        f"the tweet with “{word}”",
        partial(_outcome, other),
    )


def _outcome(which: str) -> tuple[str, str]:
    read = ask(lesson.tweet, fit(TWEETS[which])[0])
    end = float(read.beliefs[-1])
    return (
        POSITIVE if end > 0.5 else NEGATIVE,
        f"It says positive with {percent(end)}, the bag of words with {percent(float(read.bag[-1]))}.",
    )


VIEW = View("Tweet", show)
