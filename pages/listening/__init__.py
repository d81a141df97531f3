"""The lesson on listening: sound as a sequence of frames."""
