"""The type checker that `conftest` puts under jaxtyping: an int is welcome where a float is, as in Python itself."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
