"""The emoji: what is kept apart was not trained on."""

from itertools import chain

from core.data.emoji import ALWAYS, ARTISTS, LANGUAGES, SIDE, SOMEBODY, load_emoji, without_tone, words_of

EMOJI = load_emoji()
NAMES = EMOJI.names["en"]
TRAINED = [NAMES[number] for number in EMOJI.of("train")]


def test_all_of_it_is_there() -> None:
    assert len(EMOJI.signs) == len(set(EMOJI.signs)) == len(NAMES) == len(EMOJI.names["fr"]) > 3000
    for artist in ARTISTS:
        assert EMOJI.pictures[artist].shape == (len(NAMES), SIDE, SIDE, 3)
    train = {EMOJI.pictures["noto"][number].tobytes() for number in EMOJI.of("train")}
    assert not train & {EMOJI.pictures["noto"][n].tobytes() for n in chain(EMOJI.of("pairs"), EMOJI.of("things"))}
    assert words_of("woman: light skin tone") == ("woman", "light", "skin", "tone")


def test_a_pair_is_new_but_its_words_are_not() -> None:
    known = set(chain.from_iterable(TRAINED))
    together = {without_tone(name) for name in TRAINED}
    pairs = [NAMES[number] for number in EMOJI.of("pairs")]
    assert words_of(ALWAYS) in pairs
    for name in pairs:
        assert set(name) <= known
        assert without_tone(name) not in together
        assert sum(word in SOMEBODY for word in without_tone(name)) == 1
        others = {tuple(other if word in SOMEBODY else word for word in without_tone(name)) for other in SOMEBODY}
        assert others & together, "what they do was trained on, with somebody else"


def test_the_split_is_by_its_seed() -> None:
    assert load_emoji(seed=0).parts == EMOJI.parts
    assert load_emoji(seed=1).parts != EMOJI.parts
    assert set(LANGUAGES) == set(EMOJI.names)
