"""Ten short texts of our own, each with three questions whose answer stands in it, word for word.

The first five tell what many books say; the last five are made up, so that no model can know their answers.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """A question about a text, and its shortest right answer as the text spells it."""

    question: str
    answer: str


@dataclass(frozen=True)
class ShortText:
    """A text, sentence by sentence, and the questions about it."""

    name: str
    sentences: tuple[str, ...]
    asked: tuple[Asked, ...]

    @property
    def text(self) -> str:
        """Return its sentences in a row."""
        return " ".join(self.sentences)


def _text(name: str, sentences: tuple[str, ...], *asked: tuple[str, str]) -> ShortText:
    return ShortText(name, sentences, tuple(Asked(*one) for one in asked))


TEXTS = (
    _text(
        "Honey bees",
        (
            "A honey bee that has found flowers tells the others by dancing on the comb.",
            "The direction of the dance shows the way to the flowers in relation to the sun.",
            "Its length shows how far away they are: one second stands for roughly one kilometre.",
            "Karl von Frisch worked this out and received the Nobel Prize for it in 1973.",
            "Bees that watch the dance leave the hive and find the same field without a guide.",
        ),
        ("Who worked out what the dance of the bees means?", "Karl von Frisch"),
        ("In which year did he receive the Nobel Prize?", "1973"),
        ("How far away are the flowers if the dance lasts one second?", "one kilometre"),
    ),
    _text(
        "The earthquake of Lisbon",
        (
            "On the first of November 1755 a strong earthquake destroyed most of Lisbon.",
            "Many people ran to the harbour, where three great waves came in from the sea.",
            "Fires burned in the city for five days.",
            "The minister Pombal had the dead buried, the prices fixed and the streets planned anew.",
            "He also asked every parish how long the shaking had lasted, which was the first such survey in the world.",
        ),
        ("In which year did the earthquake destroy Lisbon?", "1755"),
        ("For how many days did the fires burn?", "five"),
        ("Which minister had the streets planned anew?", "Pombal"),
    ),
    _text(
        "The Moon",
        (
            "The Moon turns once around itself in the time that it takes to go once around the Earth.",
            "Therefore we always see the same side of it.",
            "The far side was first photographed in 1959 by the Soviet probe Luna 3.",
            "It has many more craters and almost none of the dark plains that we see from here.",
            "Twelve people have walked on the Moon, and the last of them left it in 1972.",
        ),
        ("Which probe first photographed the far side of the Moon?", "Luna 3"),
        ("How many people have walked on the Moon?", "Twelve"),
        ("In which year did the last person leave the Moon?", "1972"),
    ),
    _text(
        "Tea",
        (
            "Green tea and black tea come from leaves of the same plant.",
            "For green tea the leaves are heated soon after they are picked, which keeps them green.",
            "For black tea they are rolled and left in moist air, where they turn brown.",
            "Water for green tea should not boil: eighty degrees are enough.",
            "Most of the world's tea is grown in China, India and Kenya.",
        ),
        ("What keeps the leaves of green tea green?", "heated"),
        ("How hot should water for green tea be?", "eighty degrees"),
        ("Which country in Africa grows much of the world's tea?", "Kenya"),
    ),
    _text(
        "The lens of Fresnel",
        (
            "Before 1820 the light of a lighthouse could hardly be seen from ten miles away.",
            "A single lens that was large enough would have been too heavy to turn.",
            "Augustin Fresnel cut the lens into rings of glass and left out the middle of each.",
            "His first lens was lit in 1823 at the tower of Cordouan, in the mouth of the Gironde.",
            "Its light could be seen from twenty miles away, and soon every coast wanted one.",
        ),
        ("Who cut the lens into rings of glass?", "Fresnel"),
        ("At which tower was the first lens lit?", "Cordouan"),
        ("From how many miles away could the new light be seen?", "twenty"),
    ),
    _text(
        "The bakery in Marlow Street",
        (
            "Ines Duarte opened her bakery in Marlow Street in the spring.",
            "She had worked on ships for eleven years and had learned to bake during storms.",
            "Her rye bread is sold out by nine o'clock every morning.",
            "The oven is older than the house and came from a monastery.",
            "On Sundays she gives what is left to the fire brigade.",
        ),
        ("Where had Ines Duarte worked before?", "ships"),
        ("Where did the oven come from?", "monastery"),
        ("To whom does she give what is left on Sundays?", "fire brigade"),
    ),
    _text(
        "The bridge at Tolm",
        (
            "The wooden bridge at Tolm was closed on Tuesday after a lorry had broken two of its planks.",
            "The driver, Oskar Lind, was not hurt.",
            "Engineers say that repairs will take six weeks and cost forty thousand crowns.",
            "Until then a ferry carries people across the river for free.",
            "Farmers must drive to the next bridge, which is nineteen kilometres away.",
        ),
        ("What is the name of the driver?", "Oskar Lind"),
        ("How long will the repairs take?", "six weeks"),
        ("What carries people across the river until then?", "ferry"),
    ),
    _text(
        "A lost parrot",
        (
            "A grey parrot named Hugo flew out of a kitchen window in Brackwater last week.",
            "His owner, a retired teacher, put up two hundred posters.",
            "On Friday a postman heard somebody whistle an opera in a pear tree.",
            "It was Hugo, who came down at once when the postman offered him a grape.",
            "The teacher paid the reward in marmalade, because the postman would take no money.",
        ),
        ("What is the name of the parrot?", "Hugo"),
        ("Who heard the parrot in the tree?", "postman"),
        ("In what did the teacher pay the reward?", "marmalade"),
    ),
    _text(
        "The school garden",
        (
            "The pupils of Elmfield School have planted a garden where the car park used to be.",
            "They grow beans, pumpkins and forty kinds of herbs.",
            "Water comes from a tank under the roof of the gym.",
            "In September the pumpkins are weighed, and the heaviest so far had thirty-one kilos.",
            "The cook says that nobody has left any soup since the garden was planted.",
        ),
        ("What used to be where the garden is now?", "car park"),
        ("How many kinds of herbs do the pupils grow?", "forty"),
        ("In which month are the pumpkins weighed?", "September"),
    ),
    _text(
        "The clock of Varn",
        (
            "The clock on the town hall of Varn has been seven minutes late for a hundred years.",
            "A watchmaker named Petra Hollis offered to set it right without pay.",
            "The council voted against it, because the trains of the valley leave by that clock.",
            "A visitor from the capital who trusted his own watch missed the train and wrote an angry letter.",
            "The letter now hangs in a frame beside the door of the station.",
        ),
        ("How many minutes late is the clock?", "seven"),
        ("Who offered to set the clock right?", "Petra Hollis"),
        ("What hangs in a frame beside the door of the station?", "letter"),
    ),
)
SENTENCES = tuple(sentence for one in TEXTS for sentence in one.sentences)
QUESTIONS = tuple((number, asked) for number, one in enumerate(TEXTS) for asked in one.asked)
