"""The small checkpoints of tests/core/pretrained serve here too."""

import tests.typecheck  # noqa: F401 - what tests/conftest.py names by its path has to be imported by somebody
from tests.core.pretrained.conftest import pair, tokenizer_file

__all__ = ["pair", "tokenizer_file"]
