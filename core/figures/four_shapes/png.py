"""A picture as a PNG inside a link, as Plotly wants one (PNG specification, third edition, sections 5 and 11)."""

import base64
import struct
import zlib

import numpy as np
from jaxtyping import UInt8


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(picture: UInt8[np.ndarray, "high wide 3"]) -> bytes:
    """Return the file: a header, the rows (each after a 0: no filter) and an end."""
    high, wide, _ = picture.shape
    rows = b"".join(b"\x00" + row.tobytes() for row in picture)
    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def link(picture: UInt8[np.ndarray, "high wide 3"], larger: int = 4) -> str:
    """Return the picture as a data link, each pixel `larger` times as wide and high, so that it stays sharp."""
    grown = picture.repeat(larger, 0).repeat(larger, 1)
    return "data:image/png;base64," + base64.b64encode(png(grown)).decode("ascii")
