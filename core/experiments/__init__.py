"""One file a lesson: computes what that lesson shows and returns frozen dataclasses."""
