"""A little library to search in: sixty short descriptions of our own writing, over varied subjects."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One description: what it is found by (`title`) and what is found (`content`)."""

    title: str
    content: str


# A title on a line of its own, then its content; an empty line between two items.
TEXT = """
Compasses inside birds
Migrating robins sense the tilt of the Earth's magnetic field, probably by a light-sensitive protein in their eyes. On
cloudy nights they still fly in the right direction.

The dance of the honeybee
A bee that has found flowers walks a figure of eight on the comb. The angle of its run tells the others the way
relative to the sun, and how long it waggles tells how far.

Octopus arms
Two thirds of an octopus's neurons sit in its eight arms. Each can taste, touch and reach without waiting for orders
from the brain.

Why cats purr
A cat's purr comes from the vocal folds vibrating about 25 times a second, as it breathes in and as it breathes out.
Cats purr when they are content, and also when they are hurt.

Salmon going home
After years in the ocean a salmon swims back to the stream where it hatched. It recognises the water by its smell.

Bats hunting by echo
A bat calls up to 200 times a second as it closes in on a moth and listens to what comes back. The delay tells the
distance, the change of pitch how the prey moves.

Spider silk
Weight for weight, the dragline of an orb weaver is stronger than steel and stretches by a third before it breaks. The
spider makes it from water and protein at room temperature.

Hibernating bears
A black bear sleeps for months without food or drink and loses almost no muscle. Its heart slows from about fifty
beats a minute to under twenty.

Leaves turning red
In autumn a tree takes back its green chlorophyll, and the yellow that was there all along shows. The red is made
anew, from sugar that stays in the leaf on cold bright days.

Trees that count rings
A trunk adds a light and a dark band every year, wide in good years and narrow in dry ones. Overlapping patterns from
old timber date wood over more than twelve thousand years.

The Venus flytrap
Its trap closes only when two of its hairs are touched within about twenty seconds. A raindrop moves one; an insect
that walks moves two.

How cacti save water
A cactus opens its pores at night, when the air is cool, and stores carbon dioxide as an acid until the sun comes up.
Its leaves have become spines.

Why the sky is blue
Air scatters short waves of light far more than long ones, so blue reaches us from all sides. At sunset the path
through the air is so long that mostly red is left.

The phases of the Moon
Half of the Moon is always lit. As it goes around us in a month, we see that half from the front, from the side and
from behind.

Saturn's rings
They are billions of pieces of almost pure ice, from grains to houses, in a sheet that is mostly tens of metres thick
and 270,000 kilometres wide.

Black holes
Where enough mass is squeezed into a small enough space, not even light gets out. The first picture of the shadow of
one, in the galaxy M87, was published in 2019.

Voyager's golden record
Two probes launched in 1977 carry greetings in 55 languages, whale song and music by Bach and Chuck Berry. Voyager 1
was the first to leave the Sun's bubble, in 2012.

Northern lights
Particles from the Sun are led by the magnetic field towards the poles, where they hit oxygen and nitrogen high up.
Oxygen glows green, and higher still red.

Drifting continents
The plates that carry land and sea floor move a few centimetres a year, about as fast as fingernails grow. Africa and
South America were once joined.

Earthquake waves
A quake sends out a fast wave that pushes and a slower one that shakes. The seconds between them tell how far away it
was, and give time for a warning.

How caves grow
Rain takes up carbon dioxide and becomes a weak acid that dissolves limestone. Where it drips into a hollow it leaves
the stone behind again, a tenth of a millimetre a year.

Tides
The Moon pulls harder on the near side of the Earth than on the far side, and the oceans bulge on both. Most coasts
have high water twice a day.

Lightning
A stroke heats a channel of air to about 30,000 degrees, five times as hot as the face of the Sun. The air bursts
outward, and that is the thunder.

Glaciers and ice cores
Snow that fell in Antarctica 800,000 years ago lies three kilometres deep as ice. Bubbles in it still hold the air of
that time.

How vaccines work
A vaccine shows the body a harmless part of a germ. Cells that fit it multiply, and some remain for years to answer at
once when the germ itself comes.

Sleep and memory
In deep sleep the brain plays the day's events again and moves them to where they last. People who sleep after
learning remember more than those who stay awake.

Why onions make us cry
Cutting an onion breaks cells, and two substances that were kept apart make a gas. In the eye it becomes an acid, and
tears wash it out.

The heart's own clock
A patch of cells in the right atrium fires about seventy times a minute without any order from the brain. A pacemaker
takes over when it fails.

Penicillin
In 1928 Alexander Fleming saw that a mould on a forgotten dish had killed the bacteria around it. It took until the
1940s to make enough of it for patients.

Taste and smell
The tongue tells sweet, sour, salty, bitter and savoury apart. All the rest of what food tastes of comes through the
nose, which is why it is dull with a cold.

Why we get dizzy
Fluid in three canals of the inner ear lags behind when the head turns. After spinning it goes on for a while, and
tells the brain that we still turn.

Sourdough bread
Flour and water left to stand collect wild yeasts and lactic bacteria. The yeasts make the bubbles, the bacteria the
sour taste, and the loaf keeps for days.

The browning of meat
Above about 140 degrees sugars and amino acids react and give hundreds of new flavours. Boiled meat stays grey,
because water can't get that hot.

The story of coffee
Coffee was first roasted and brewed in Yemen in the fifteenth century, by Sufis who wanted to stay awake at night. Its
caffeine blocks the signal that tells the brain it is tired.

Chocolate from cacao
The beans are fermented for a week under banana leaves, then dried and roasted; fresh they taste nothing like
chocolate. The Maya drank it with chilli, without sugar.

Why cheese has holes
Bacteria in Emmental give off carbon dioxide while it ripens, and the gas gathers around tiny specks of hay. Cleaner
milk made the holes disappear.

How aeroplanes stay up
A wing turns the air that passes it downwards, and the air pushes the wing up in return. Tilted too far, the flow lets
go and the lift is lost.

The bicycle's balance
A moving bicycle steers itself into a fall, so its wheels come back under the rider. It does so even when the spinning
of the wheels is cancelled out.

Refrigerators
A liquid that evaporates takes up heat inside the box; a pump squeezes the vapour, and it gives the heat off at the
back. The kitchen gets more heat than the box loses.

Printing with movable type
Around 1450 Johannes Gutenberg in Mainz cast single letters in metal that could be set, inked and used again. Within
fifty years Europe had millions of books.

Steam engines
James Watt let the steam condense in a vessel of its own, so that the cylinder stayed hot. His engines burned less
than half the coal of those before.

How satellites find you
A receiver compares the times at which signals from at least four satellites arrive. Without correcting their clocks
for relativity, positions would drift by kilometres a day.

Solar cells
Light knocks electrons loose in silicon, and a junction lets them go one way only. A panel turns about a fifth of the
light that falls on it into electricity.

Optical fibres
Light in a thread of glass is reflected at its wall again and again and hardly fades in a kilometre. Nearly all
traffic between continents runs through such cables on the sea floor.

Sorting by merging
Cut a pile of cards in half, sort each half the same way, then merge them from the top. A million cards take about
twenty million comparisons, not a trillion.

Secrets with public keys
Anyone may lock a message with a number that is known to all; only the owner of a second number can open it. It rests
on products of two primes being hard to take apart.

The first programmer
In 1843 Ada Lovelace described step by step how a machine of gears could compute Bernoulli numbers. The machine,
Babbage's Analytical Engine, was never finished.

Correcting errors in data
A few extra digits let a scratched disc play and a distant probe be understood: if some arrive wrong, the rest betray
which ones.

The Rosetta Stone
One decree stands on it in hieroglyphs, in everyday Egyptian script and in Greek. Comparing the three, Champollion
could read the language of the pharaohs in 1822.

Roman concrete
Builders mixed lime with volcanic ash. In sea water it grew stronger over the centuries, and the dome of the Pantheon
still has no steel in it.

The Silk Road
For over a thousand years caravans carried silk, paper and spices between China and the Mediterranean. Religions and
diseases travelled with them.

The Black Death
Between 1347 and 1351 plague killed perhaps a third to a half of Europe. Labourers had become scarce, and in many
places their wages rose.

The fall of the Berlin Wall
On 9 November 1989 an official said by mistake that travel was free at once. Crowds went to the crossings, and the
guards opened them.

Perspective in painting
In Florence around 1415 Brunelleschi showed that parallel lines must meet in one point on the horizon. Painters
learned to make a flat wall look like a room.

Haiku
A haiku has seventeen sounds in three lines, five, seven and five, and a word that names the season. Bashō wrote his
best known one about a frog and an old pond.

Why music has octaves
A string half as long vibrates twice as fast, and the ear takes the two notes for the same one, higher. Divide the
step into twelve and you have a piano's keys.

Beethoven's deafness
When his Ninth Symphony was first played in 1824 the composer could no longer hear it. A singer turned him around to
see the applause.

What inflation is
When prices rise across the board, the same money buys less. Savers lose, and those who owe gain.

How juries decide
In English and American courts twelve people drawn by lot hear a case, and as a rule they must agree; they give no
reasons. The idea is that no official alone can take away a person's freedom.

Learning a first language
Newborns can tell the sounds of all languages apart; by their first birthday they hear best those around them. Nobody
explains the grammar to them.
"""


def read(text: str) -> tuple[Item, ...]:
    """Return the items of a text laid out as `TEXT` is."""
    found = []
    for paragraph in text.strip().split("\n\n"):
        title, *lines = paragraph.split("\n")
        found.append(Item(title, " ".join(lines)))
    return tuple(found)


LIBRARY = read(TEXT)
