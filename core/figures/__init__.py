"""One file a lesson: pure functions from a result to a figure. They compute nothing."""
