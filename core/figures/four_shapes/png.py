"""A picture as a PNG, and as a PNG inside a link, as Plotly wants one."""

import base64
import io

import numpy as np
from jaxtyping import UInt8


def png(picture: UInt8[np.ndarray, "high wide 3"]) -> bytes:
    """Return the picture as the bytes of a PNG file."""
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(picture).save(written, "PNG")
    return written.getvalue()


def link(picture: UInt8[np.ndarray, "high wide 3"], larger: int = 4) -> str:
    """Return the picture as a data link, each pixel `larger` times as wide and high, so that it stays sharp."""
    made = png(picture.repeat(larger, 0).repeat(larger, 1))
    return "data:image/png;base64," + base64.b64encode(made).decode("ascii")
