"""Words with two senses, of our own writing: each in a sentence for each sense, and a word that names the sense."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Senses:
    """A word, two sentences in which it means something else, and for each a word (cue) that is near to what it means."""

    word: str
    sentences: tuple[str, str]
    cues: tuple[str, str]


# Word: cue of the first sense, cue of the second; then a sentence for each. Written before anything was measured on them.
TEXT = """
bank: money, river
She put her salary in the bank.
We had a picnic on the bank of the stream.
server: waiter, computer
Server, can I have the check?
Looks like I just crashed the server.
check: bill, test
The waiter brought the check after dinner.
The doctor did a quick check of my heart.
mouse: rat, keyboard
The cat chased a mouse across the barn.
Click the left button of the mouse to open the file.
bat: animal, stick
A bat flew out of the cave at dusk.
He swung the bat and missed the pitch.
spring: season, metal
The tulips come out in spring.
The spring in the old mattress has snapped.
rock: stone, music
He threw a rock into the lake.
They play loud rock in the garage.
plant: flower, factory
Water the plant on the window sill.
Two hundred workers lost their jobs when the plant closed.
star: sun, actor
The brightest star in the night sky is Sirius.
The star of the film signed autographs.
crane: bird, machine
A crane stood on one leg in the marsh.
The crane lifted steel beams onto the roof.
seal: animal, stamp
The seal dived under the ice to catch fish.
The letter bore the seal of the king.
club: society, stick
She joined a chess club at school.
He hit the golf ball with a club.
bark: wood, noise
The bark of the old oak was rough.
The bark of the neighbour's dog woke me up.
organ: heart, piano
The liver is the largest organ inside the body.
He played a fugue on the church organ.
pitcher: jug, player
Fill the pitcher with cold lemonade.
The pitcher threw three strikes.
letter: mail, alphabet
I sent her a letter from Paris.
Q is a rare letter in English words.
match: game, flame
Our team won the match two to one.
He struck a match and lit the candle.
ring: jewel, arena
He gave her a gold ring at the wedding.
The boxer climbed into the ring.
wave: water, gesture
A huge wave crashed over the boat.
She gave a friendly wave from the train window.
trunk: nose, car
The elephant lifted the log with its trunk.
Put the suitcases in the trunk.
palm: finger, tree
She held a coin in the palm of her hand.
Coconuts fell from the palm on the beach.
bow: weapon, knot
The archer drew his bow and took aim.
She tied the ribbon in a bow.
tie: scarf, draw
He wore a silk tie with his suit.
The game ended in a tie.
jam: honey, traffic
Spread some strawberry jam on the toast.
We sat in a jam on the motorway for hours.
pen: pencil, fence
Sign the form with a blue pen.
The sheep were driven into a pen.
pupil: student, lens
The teacher praised the pupil for her essay.
In bright sun the pupil of the eye shrinks.
scale: balance, skin
He stepped on the scale to see how much he weighed.
A shiny scale fell off the salmon.
sink: basin, drown
The dishes are in the sink.
The ship began to sink in the storm.
fan: wind, supporter
It was so hot that we switched on the fan.
She is a fan of the football team.
board: wood, committee
He nailed a board over the broken window.
The board voted to dismiss the director.
cell: jail, tissue
The prisoner paced up and down his cell.
Each cell of the body holds a copy of the genes.
chip: potato, processor
He dipped a chip into the ketchup.
The phone has a faster chip than last year's.
column: pillar, article
The roof rests on a marble column.
She writes a weekly column for the newspaper.
court: judge, field
The thief had to appear in court.
They booked a court to play tennis.
date: day, fruit
The date of the wedding is the tenth of May.
He ate a dried date and some figs.
file: document, tool
Save the file before you close the program.
He smoothed the edge of the metal with a file.
interest: debt, curiosity
The loan carries five per cent interest.
She listened to his stories with great interest.
key: lock, tone
I lost the key to the front door.
The song is in the key of G major.
mint: herb, factory
Add fresh mint to the salad.
The coin was struck at the royal mint.
nail: finger, screw
She painted each nail red.
Hit the nail with the hammer.
note: message, sound
She left a note on the kitchen table.
He sang one wrong note in the last bar.
race: contest, origin
He won the race by two seconds.
Nobody may be refused a job because of race.
"""


def _read(text: str) -> tuple[Senses, ...]:
    lines = text.strip().splitlines()
    found = []
    for head, first, second in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        word, _, cues = head.partition(": ")
        one, _, other = cues.partition(", ")
        found.append(Senses(word, (first, second), (one, other)))
    return tuple(found)


PAIRS = _read(TEXT)
OWN_SENSES = (
    "light: lamp, weight\nTurn off the light before you sleep.\nThe empty suitcase was light enough for a child."
)
FAMOUS = ("bank", "server", "check")  # of core.data.senses
SERVER = PAIRS[1]  # the course notes' own example


def read_senses(text: str) -> tuple[str, tuple[str, str], tuple[str, str]]:
    """Return word, sentences and cues of three lines: "word: cue, cue", and a sentence for each.

    Raises `ValueError`, with a sentence for the reader, where they are not that.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    head = re.fullmatch(r"([^\s:,]+)\s*:\s*([^\s:,]+)\s*,\s*([^\s:,]+)", lines[0]) if lines else None
    if head is None or len(lines) != 3:
        raise ValueError("Three lines are needed: “word: meaning, other meaning”, then a sentence for each meaning.")
    word = head[1].lower()
    for line in lines[1:]:
        if where(word, line) is None:
            raise ValueError("The word has to stand in both sentences, written as in the first line.")
    return word, (lines[1], lines[2]), (head[2].lower(), head[3].lower())


def where(word: str, sentence: str) -> tuple[int, int] | None:
    """Return where a word stands in a sentence (start, stop), whatever its capitals; None where it does not."""
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence, re.IGNORECASE)
    return found.span() if found else None
