"""The converter for g2p-en, a public encoder-decoder that spells words as phonemes: from numpy's archive to safetensors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Report = Callable[[int, int], None]

# The archive's names -> those of core.pretrained.translation.g2p.G2P. Every array keeps its shape: gates from the top are reset,
# update, candidate, as in core.models.gru.GRU.
NAMES = {
    "enc_emb": "letters.weight",
    "enc_w_ih": "encoder.weight_ih_l0",
    "enc_w_hh": "encoder.weight_hh_l0",
    "enc_b_ih": "encoder.bias_ih_l0",
    "enc_b_hh": "encoder.bias_hh_l0",
    "dec_emb": "phonemes.weight",
    "dec_w_ih": "decoder.weight_ih_l0",
    "dec_w_hh": "decoder.weight_hh_l0",
    "dec_b_ih": "decoder.bias_ih_l0",
    "dec_b_hh": "decoder.bias_hh_l0",
    "fc_w": "output.weight",
    "fc_b": "output.bias",
}


def g2p(source: Path, folder: Path, report: Report) -> None:
    """Write `model.safetensors` from the published `checkpoint20.npz`: the same float32 numbers under other names.

    `report` gets the number of arrays done and their total. Raises `ValueError` for an archive that holds something else.
    """
    import numpy as np
    from safetensors.numpy import save_file

    report(0, len(NAMES))
    arrays: dict[str, np.ndarray] = {}
    with np.load(source, allow_pickle=False) as archive:
        if set(archive.files) != set(NAMES):
            raise ValueError(f"{source.name} holds {', '.join(sorted(archive.files))}: not this model's arrays")
        for done, (theirs, ours) in enumerate(NAMES.items(), start=1):
            arrays[ours] = np.ascontiguousarray(archive[theirs], dtype=np.float32)
            report(done, len(NAMES))
    hidden = arrays["output.weight"].shape[1]
    for name in ("encoder", "decoder"):
        if arrays[f"{name}.weight_hh_l0"].shape != (3 * hidden, hidden):
            raise ValueError(f"the {name} is no GRU of {hidden} units")
    save_file(arrays, folder / "model.safetensors", metadata={"format": "pt"})
