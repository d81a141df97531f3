"""The lesson: page.py is its script, the other files are its views and what lies below them."""
