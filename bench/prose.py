"""Ordinary prose for the measurements that need a real text, written for this purpose: more than 500 tokens."""

PROSE = """\
The ferry to the outer islands leaves at six in the morning, long before the ticket office opens, so the captain sells
the tickets himself from a biscuit tin beside the wheel. He has done this for thirty-one years. In that time the fare
has risen from two coins to nine, the boat has been painted green, white and green again, and the number of passengers
on an ordinary weekday has fallen from sixty to about a dozen. Most of them are teachers, nurses and men who mend
things: generators, roofs, the pump that brings fresh water up from the well on the northern shore.

I made the crossing for the first time in March, with a suitcase full of instruments and a letter from the university.
The letter said that I was to measure how quickly the cliffs were disappearing. Nobody on board seemed surprised. A
woman in a yellow coat told me that her grandmother used to hang the washing where there is now only air, and that the
old path to the lighthouse had been moved inland four times since the war. "You will want to stand well back," she said,
and offered me half of her sandwich.

Measuring a cliff is less dramatic than it sounds. You drive a steel rod into the turf, ten metres from the edge, and
you write down the distance. Then you wait. Every month you return with a tape, and you subtract. During the first year
the edge moved by eleven centimetres at the southern end and by almost nothing in the north, where the rock is harder.
In the second winter a single storm took two metres in one night, together with three of my rods, a fence and a bench
on which somebody had carved the names of all the dogs that had ever lived at the farm.

What surprised me was not the loss but the calm with which people spoke of it. They did not think of the island as a
thing that was ending. They thought of it as a thing that moved, slowly and in one direction, the way a family moves
through a house as the children grow up: one room is given up, another is opened, and the good table is carried along.
When the school lost its playground, the fathers built a new one on the other side of the building. When the road
cracked, it was closed for a week, and then there was a road a little further to the east.

I have learned to like averages less than I used to. Eleven centimetres a year is a true number, and it describes no
year that anybody has ever seen. Most years nothing happens. Then something happens, and for a few days everyone walks
down to look, stands well back, and remembers where things were. Afterwards they go home, put the kettle on, and talk
about the price of diesel. The captain says that he will retire when the harbour has to be moved. By my calculation
that gives him about forty years, and when I told him so he laughed, opened the tin, and sold me a ticket home.
"""
