"""One training loop, and the recipes that made what lies in `core/assets/trained`."""
