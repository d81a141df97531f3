"""Occupations, neutral words to measure them against, and pairs of words that differ in gender."""

GENDERS = (
    ("he", "she"),
    ("his", "her"),
    ("man", "woman"),
    ("himself", "herself"),
    ("son", "daughter"),
    ("father", "mother"),
)
_JOBS = """
nurse librarian hairdresser receptionist teacher dancer secretary housekeeper therapist writer author journalist
lawyer doctor scientist chef accountant professor manager pilot judge engineer carpenter mechanic programmer soldier
captain farmer plumber architect electrician surgeon
"""
JOBS = tuple(_JOBS.split())
_THINGS = """
table chair window river stone bread sugar paper bridge garden cloud lamp kitchen winter morning street island colour
music number city water tree mountain book door
"""
THINGS = tuple(_THINGS.split())
