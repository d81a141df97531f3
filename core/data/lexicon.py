"""The words of the controlled English in `controlled.py`: common ones, sorted by what they can do in a sentence."""


def words(listed: str) -> tuple[str, ...]:
    """Return the words of a list that blanks separate."""
    return tuple(listed.split())


# Nouns in the singular; `controlled.plural` makes the rest. People can say and want things; the others cannot.
PEOPLE = words("""
    man woman boy girl child teacher student doctor nurse lawyer judge farmer driver pilot soldier sailor writer
    singer actor painter cook baker waiter neighbour friend brother sister mother father uncle aunt cousin son daughter
    husband wife king queen prince president minister mayor senator leader member citizen worker manager director
    engineer scientist professor expert reporter journalist editor artist musician player coach captain officer guard
    policeman prisoner witness victim customer client guest visitor tourist traveller stranger enemy owner tenant
    builder carpenter electrician mechanic tailor barber hunter fisherman shepherd gardener librarian secretary
    accountant banker trader seller buyer producer inspector translator historian poet philosopher priest monk
    colleague partner assistant boss employee volunteer candidate voter speaker author critic reader listener
""")
ANIMALS = words("""
    dog cat horse cow pig sheep goat chicken duck bird fish mouse rabbit fox wolf bear lion tiger elephant monkey
    snake frog bee butterfly spider donkey camel eagle owl
""")
THINGS = words("""
    book letter newspaper magazine map photograph picture painting key door window table chair bed lamp mirror carpet
    box bag basket bottle cup glass plate knife spoon pan clock watch ring coat shirt dress hat shoe glove umbrella
    car bus train boat ship plane bicycle truck engine wheel tool hammer nail rope ladder machine computer telephone
    camera radio television ticket passport coin wallet card gift toy ball drum guitar piano violin candle stone
    flag statue pencil pen notebook envelope stamp parcel curtain pillow blanket towel brush needle wire pipe
""")
FOOD = words("""
    bread cheese butter milk meat soup rice fruit salad cake apple orange lemon banana grape potato tomato onion
    carrot egg sandwich coffee tea juice water wine beer sugar salt honey chocolate pepper
""")
PLACES = words("""
    house room kitchen garden school university library museum theatre cinema hospital church castle palace office
    factory shop market restaurant hotel bank station airport harbour bridge street road square park forest river lake
    mountain valley island beach field farm village town city region country border tower court prison stadium
    gallery bakery pharmacy laboratory warehouse cemetery desert coast hill path corner cellar balcony
""")
DOCUMENTS = words("""
    agreement treaty contract law report plan budget proposal document statement declaration decision programme
    project study article list record certificate permit licence rule reform amendment petition speech answer
    question story poem novel song film play message invitation recipe review
""")
BODIES = words("""
    government parliament council committee commission court ministry company union party association team club
    family board agency army police press bank school university museum
""")
ABSTRACT = words("""
    problem idea reason cause result effect change crisis war peace conflict attack defence election campaign meeting
    conference debate discussion negotiation investigation trial strike protest celebration festival concert game race
    journey visit holiday birthday wedding accident fire storm flood disease price tax salary cost debt profit loss
    trade industry economy society culture language religion history education health security freedom justice
    right duty power success failure victory defeat danger risk hope fear dream promise mistake secret truth lie
""")
AREAS = words("""
    area zone community union market fund bank council court agency policy conference organisation federation
    commission programme system network alliance assembly
""")

# Adjectives, and those that name origin and field: they stand in this order before a noun.
QUALITY = words("""
    good bad great small large big little long short tall high low old young new modern ancient early late quick slow
    strong weak heavy light dark bright clean dirty empty full rich poor cheap expensive free busy quiet loud calm
    angry happy sad tired hungry thirsty afraid proud polite rude honest brave clever stupid kind cruel gentle serious
    funny strange famous unknown popular important necessary possible impossible difficult easy simple complex
    dangerous safe useful useless beautiful ugly warm cold hot cool dry wet sweet bitter fresh soft hard smooth rough
    sharp round flat deep narrow wide thick thin broken open closed secret public private special common rare
    perfect terrible wonderful excellent boring interesting surprising careful careless lazy patient nervous lonely
    generous curious independent responsible final recent future previous main whole real false correct wrong
""")
COLOURS = words("red blue green yellow black white brown grey golden silver")
ORIGINS = words("""
    European American African Asian British French German Italian Spanish Portuguese Brazilian Russian Chinese
    Japanese Indian Turkish Greek Polish Swedish Dutch Irish Mexican Canadian Egyptian
""")
FIELDS = words("""
    economic political social cultural military financial industrial agricultural scientific medical legal national
    international regional local royal monetary commercial historical natural technical environmental digital
    religious central federal
""")

# Verbs: base, third person, past, participle where the past does not do; a dash stands for the regular form.
ON_THINGS = words("""
    see/sees/saw/seen find/-/found lose/-/lost buy/-/bought sell/-/sold steal/-/stole/stolen hide/-/hid/hidden
    break/-/broke/broken clean wash/-/- paint repair open close move carry/-/carried bring/-/brought take/-/took/taken
    keep/-/kept leave/-/left throw/-/threw/thrown catch/-/caught hold/-/held drop/-/dropped push/-/- pull use
    check collect choose/-/chose/chosen forget/-/forgot/forgotten remember need want like love hate show/-/-/shown
    touch/-/- destroy build/-/built design order return lend/-/lent borrow
""")
ON_FOOD = words("""
    eat/-/ate/eaten buy/-/bought sell/-/sold cook prepare order want like taste bring/-/brought cut/-/cut share mix/-/-
    drop/-/dropped smell keep/-/kept
""")
ON_PEOPLE = words("""
    see/sees/saw/seen meet/-/met know/-/knew/known help call visit invite follow trust love hate fear admire thank
    teach/-/taught watch/-/- hear/-/heard understand/-/understood believe forgive/-/forgave/forgiven greet attack
    protect save arrest blame accuse support marry/-/married miss/-/- wait:for look:for talk:to listen:to ask answer
    convince surprise kiss/-/- recognise ignore
""")
ON_DOCUMENTS = words("""
    read/-/read write/-/wrote/written sign publish/-/- approve reject discuss/-/- accept present prepare finish/-/-
    change support criticise explain study/-/studied translate send/-/sent receive describe check correct review
    announce propose ignore
""")
TO_PLACES = words(
    "go/goes/went/gone walk run/-/ran/run travel/-/travelled return drive/-/drove/driven come/-/came/come move"
)
ALONE = words("""
    sleep/-/slept laugh smile cry/-/cried work wait swim/-/swam/swum sing/-/sang/sung dance arrive leave/-/left fall/-/fell/fallen
    wake/-/woke/woken:up stand/-/stood:up sit/-/sat:down jump shout rest disappear win/-/won lose/-/lost
    stop/-/stopped speak/-/spoke/spoken
""")
OF_EVENTS = words("""
    cause change end begin/-/began/begun continue destroy solve prevent explain stop/-/stopped threaten influence win/-/won
    lose/-/lost organise celebrate discuss/-/- study/-/studied understand/-/understood improve
""")
SAYING = words("""
    say/-/said think/-/thought know/-/knew/known believe hope announce explain promise fear discover report
    forget/-/forgot/forgotten remember understand/-/understood
""")

ADVERBS = words("""
    quickly slowly quietly carefully suddenly often always sometimes usually never finally probably easily badly
    secretly immediately already still also recently certainly
""")
MODALS = words("can must should will could would may")
NAMES = words("""
    Anna Maria Peter John Paul Helena Clara Daniel David Thomas Laura Sofia Martin Lucas Alice Julia Oscar Victor Emma
    Robert Henry George Isabel Teresa Manuel Pedro Carlos Rosa Simon Eva Arthur Charles Louise Michael Sarah Rita
""")
CITIES = words("""
    Lisbon Porto London Paris Madrid Rome Berlin Vienna Athens Moscow Warsaw Dublin Brussels Geneva Amsterdam Cairo
    Tokyo Beijing Delhi Boston Chicago Washington Rio Lima Havana Prague Oslo Stockholm Venice Barcelona
""")
COUNTRIES = words("""
    Portugal Spain France Italy Germany England Ireland Greece Poland Russia China Japan India Brazil Mexico Canada
    Egypt Angola Mozambique Turkey Sweden Norway Austria Switzerland Belgium Argentina Chile Cuba
""")
MONTHS = words("January February March April May June July August September October November December")
DAYS = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
WHEN = tuple(
    """
    yesterday|today|tomorrow|last week|last year|next month|every day|every morning|this evening|in the morning|
    at night|after lunch|before dinner|two years ago|a week ago|for many years|during the winter|in the summer|
    at the weekend|after the war|before the meeting|on Monday morning|at the same time|once a year
""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
NUMBERS = words("two three four five six seven eight nine ten twelve fifteen twenty thirty fifty")
