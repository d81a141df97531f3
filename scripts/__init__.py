"""Commands for those who work on the project; the app does not need them."""
