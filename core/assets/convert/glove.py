"""The converter for GloVe's word vectors: from an array and an index of words to safetensors and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

Report = Callable[[int, int], None]
KEPT = 100_000  # words, the most frequent: they stand first


def glove(source: Path, folder: Path, report: Report, kept: int = KEPT) -> None:
    """Write `vectors.safetensors` ("vectors", float16, words x 50) and `words.json` with the `kept` most frequent words.

    source: the folder with the package's array and its index, in which the words stand by falling frequency. Raises
    `ValueError` where the two do not fit.
    """
    import numpy as np
    import pandas as pd
    from safetensors.numpy import save_file

    report(0, 2)
    words = pd.read_parquet(source / "glove_6B_index.parquet")["index"].tolist()
    vectors = np.load(source / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    if len(words) != len(vectors) or vectors.ndim != 2:
        raise ValueError(f"{len(words)} words and vectors of shape {vectors.shape} do not fit")
    report(1, 2)
    (folder / "words.json").write_text(json.dumps(words[:kept], ensure_ascii=False), "utf-8")
    save_file({"vectors": np.ascontiguousarray(vectors[:kept], dtype=np.float16)}, folder / "vectors.safetensors")
    report(2, 2)
