"""Sentences in which one word decides what a pronoun stands for, written for this course, and nouns to fill others.

The pairs are made as Winograd's are (Levesque, Davis and Morgenstern 2012): with the first word "it" stands for the first
noun, with the second word for the second one.
"""

from dataclasses import dataclass
from itertools import cycle

_PAIRS = """
animal street The animal didn't cross the street because it was too tired/wide.
wolf rabbit The wolf didn't catch the rabbit because it was too slow/fast.
donkey cart The donkey couldn't pull the cart because it was too weak/heavy.
chair table The chair didn't fit under the table because it was too tall/low.
ball window The ball broke the window because it was too heavy/thin.
box shelf The box didn't fit on the shelf because it was too big/narrow.
truck bridge The truck couldn't cross the bridge because it was too heavy/weak.
boat harbor The boat couldn't enter the harbor because it was too large/shallow.
picture wall The picture didn't fit on the wall because it was too wide/short.
cat tree The cat couldn't climb the tree because it was too lazy/smooth.
dog fence The dog couldn't jump over the fence because it was too old/high.
car bus The car didn't pass the bus because it was too slow/fast.
coat dress The coat didn't cover the dress because it was too short/long.
knife bread The knife didn't cut the bread because it was too blunt/hard.
horse water The horse didn't drink the water because it was too nervous/dirty.
bird seed The bird didn't eat the seed because it was too sick/hard.
letter envelope The letter didn't fit into the envelope because it was too long/small.
lamp hall The lamp didn't light the hall because it was too weak/large.
rain lake The rain didn't fill the lake because it was too light/deep.
snake egg The snake didn't swallow the egg because it was too small/big.
plane field The plane couldn't land on the field because it was too heavy/muddy.
rope boat The rope didn't hold the boat because it was too thin/heavy.
blanket bed The blanket didn't cover the bed because it was too small/wide.
nail wood The nail didn't go into the wood because it was too blunt/hard.
band speech The band drowned out the speech because it was too loud/quiet.
bus tunnel The bus didn't fit through the tunnel because it was too tall/low.
bear chair The bear broke the chair because it was too heavy/weak.
magnet bar The magnet didn't lift the bar because it was too weak/heavy.
tractor hill The tractor couldn't climb the hill because it was too old/steep.
spider bath The spider couldn't leave the bath because it was too tired/smooth.
sofa door The sofa didn't fit through the door because it was too wide/narrow.
candle ice The candle didn't melt the ice because it was too small/thick.
fish worm The fish didn't bite the worm because it was too shy/big.
drum flute The drum covered the flute because it was too loud/soft.
baby apple The baby didn't eat the apple because it was too young/sour.
key lock The key didn't open the lock because it was too short/rusty.
storm tower The storm didn't destroy the tower because it was too brief/solid.
mouse cheese The mouse didn't take the cheese because it was too scared/big.
road village The road didn't reach the village because it was too short/remote.
camel desert The camel couldn't cross the desert because it was too thirsty/vast.
"""


@dataclass(frozen=True)
class Pair:
    """Two sentences in one, "... too tired/wide.", and the nouns that "it" stands for in the first and in the second."""

    text: str
    first: str
    second: str

    @property
    def living(self) -> bool:
        """Return whether the first noun is a living thing."""
        return self.first in _ALIVE

    @property
    def words(self) -> tuple[str, str]:
        """Return the two words of which one stands in each sentence."""
        one, other = self.text.rpartition(" ")[2].rstrip(".").split("/")
        return one, other

    @property
    def sentences(self) -> tuple[str, str]:
        """Return both sentences."""
        begin = self.text.rpartition(" ")[0]
        return f"{begin} {self.words[0]}.", f"{begin} {self.words[1]}."


def _pair(line: str) -> Pair:
    first, second, text = line.split(" ", 2)
    return Pair(text, first, second)


PAIRS = tuple(map(_pair, _PAIRS.strip().split("\n")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# What a probe learns from: is the first noun of a sentence a living thing? It reads that from the vector of "it".
# None of these is in a pair above, so that there the probe reads nouns that it has not seen.
LIVING = _words(
    "lion fox goat tiger sheep monkey girl boy farmer soldier teacher doctor cow pig duck deer frog rat eagle whale nurse "
    "judge king queen uncle actor"
)
THINGS = _words(
    "bottle book phone bag guitar radio clock mirror bicycle hammer basket ladder piano camera ring hat shoe spoon pencil "
    "engine television statue coin tent bell towel"
)
_ALIVE = _words("animal wolf donkey cat dog horse bird snake bear spider fish baby mouse camel")  # first nouns of pairs
_FRAMES = (
    "The {} didn't reach the {} because it was too slow.",
    "The {} was near the {} when it was found.",
    "The {} was left behind the {} and it was lost.",
    "We saw the {} by the {} before it was gone.",
)
_SECOND = _words("street window shelf bridge wall tree fence door hill field garden river")


def probe_sentences() -> list[tuple[str, str, bool]]:
    """Return four sentences for each noun: the sentence, the noun, and whether it is a living thing."""
    seconds = cycle(_SECOND)
    nouns = [(noun, True) for noun in LIVING] + [(noun, False) for noun in THINGS]
    return [(frame.format(noun, next(seconds)), noun, living) for noun, living in nouns for frame in _FRAMES]
