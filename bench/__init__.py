"""Each claim about speed as a command that prints its ratio: `python -m bench`."""
