"""The small checkpoints of tests/core/pretrained serve here too."""

from tests.core.pretrained.conftest import pair, tokenizer_file

__all__ = ["pair", "tokenizer_file"]
