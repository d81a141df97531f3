"""How `core/data/emoji_pictures` was made of public packages, once: `python -m core.data.emoji_sheets FOLDER`.

FOLDER holds what these commands fetch (140 MB). A page never needs it:

    npm pack emoji-datasource-google@16.0.0 emoji-datasource-twitter@16.0.0
    npm pack cldr-annotations-full@48.2.0 cldr-annotations-derived-full@48.2.0

Licences: names Unicode-3.0 (CLDR), Noto Emoji Apache-2.0 (Google), Twemoji CC-BY-4.0 (Twitter and contributors).
"""

import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from core.data.emoji import FOLDER, SIDE

SHEETS = {"noto": "google", "twemoji": "twitter"}
NAMES = ("annotations-full", "annotations-derived-full")
PITCH, BORDER = SIDE + 2, 1  # pixels of a cell on a sheet
LEFT_OUT = ("Flags", "Symbols", "Component")  # a flag's name can't be told from its parts
PEOPLE = "People & Body"


def _member(folder: Path, package: str, member: str) -> bytes:
    (path,) = folder.glob(f"{package}-[0-9]*.tgz")
    with tarfile.open(path) as held:
        content = held.extractfile(f"package/{member}")
        assert content is not None
        return content.read()


def _names(folder: Path, language: str) -> dict[str, str]:
    """Return the name of each emoji in a language."""
    found: dict[str, str] = {}
    for package, inner in zip(NAMES, ("annotations", "annotationsDerived"), strict=True):
        raw = json.loads(_member(folder, f"cldr-{package}", f"{inner}/{language}/annotations.json"))
        found |= {sign: about["tts"][0] for sign, about in raw[inner]["annotations"].items() if "tts" in about}
    return found


def _sheet(folder: Path, artist: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a sheet's pixels as numbers of colours, and the colours on white paper, (256, 3)."""
    from PIL import Image

    name = SHEETS[artist]
    image = Image.open(io.BytesIO(_member(folder, f"emoji-datasource-{name}", f"img/{name}/sheets-256/{SIDE}.png")))
    colours = np.frombuffer(image.palette.tobytes(), np.uint8).reshape(-1, 3)  # type: ignore[union-attr]
    opaque = np.full((len(colours), 1), 255.0)
    clear = np.frombuffer(image.info["transparency"], np.uint8)
    opaque[: len(clear), 0] = clear
    return np.asarray(image), np.rint(colours * opaque / 255 + 255 - opaque).astype(np.uint8)


def make(folder: Path, to: Path = FOLDER) -> None:
    """Write names.json (sign, English, French, whether it shows people) and pictures.npz in the same order."""
    rows: list[dict[str, Any]] = []
    for entry in json.loads(_member(folder, "emoji-datasource-google", "emoji.json")):
        if entry["category"] not in LEFT_OUT:
            versions = (entry, *entry.get("skin_variations", {}).values())
            rows += [{**each, "people": entry["category"] == PEOPLE} for each in versions]
    languages = [_names(folder, language) for language in ("en", "fr")]
    signs = ["".join(chr(int(point, 16)) for point in row["unified"].split("-")) for row in rows]
    called = [[names.get(sign) or names[sign.replace("\ufe0f", "")] for names in languages] for sign in signs]
    arrays: dict[str, np.ndarray] = {}
    for artist in SHEETS:
        pixels, colours = _sheet(folder, artist)
        ends = [(BORDER + PITCH * row["sheet_y"], BORDER + PITCH * row["sheet_x"]) for row in rows]
        arrays[artist] = np.stack([pixels[y : y + SIDE, x : x + SIDE] for y, x in ends])
        arrays[f"{artist}_colours"] = colours
    # A picture that is drawn just as one before it has two names, and no model could say which: it is left out.
    first: dict[bytes, int] = {}
    for number, picture in enumerate(arrays["noto"]):
        first.setdefault(picture.tobytes(), number)
    kept = sorted(first.values())
    arrays |= {artist: arrays[artist][kept] for artist in SHEETS}
    to.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(to / "pictures.npz", **arrays)  # type: ignore[arg-type]
    lines = (json.dumps([signs[i], *called[i], rows[i]["people"]], ensure_ascii=False) for i in kept)
    (to / "names.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
