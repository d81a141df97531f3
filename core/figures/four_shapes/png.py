"""A picture as a PNG inside a link, as Plotly wants one."""

import base64
import io

import numpy as np
from jaxtyping import UInt8


def link(picture: UInt8[np.ndarray, "high wide 3"], larger: int = 4) -> str:
    """Return the picture as a data link, each pixel `larger` times as wide and high, so that it stays sharp."""
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(picture.repeat(larger, 0).repeat(larger, 1)).save(written, "PNG")
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode("ascii")
