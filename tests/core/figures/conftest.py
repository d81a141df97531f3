"""Nothing of its own."""

import tests.typecheck  # noqa: F401 - what tests/conftest.py names by its path has to be imported by somebody
