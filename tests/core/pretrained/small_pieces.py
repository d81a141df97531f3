"""A SentencePiece file of our own pieces, written by protocol buffers' own library."""

from typing import Any


def sentencepiece_file(scores: dict[str, float], *, kind: int = 1, unknown: bool = True) -> bytes:
    """Return the file of a model with these pieces and log-probabilities; kind 1 is a unigram model."""
    from transformers.utils import sentencepiece_model_pb2_new as description

    model: Any = description.ModelProto()
    marks = [("<unk>", 0.0, 2)] if unknown else []
    for piece, score, role in [*marks, ("<s>", 0.0, 3), ("</s>", 0.0, 3), *((p, s, 1) for p, s in scores.items())]:
        added = model.pieces.add()
        added.piece, added.score, added.type = piece, score, role
    model.trainer_spec.model_type = kind
    model.trainer_spec.vocab_size = len(scores)
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = True
    return model.SerializeToString()
