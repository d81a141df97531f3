"""Public checkpoints in modules of our own that can be looked into."""

from core.pretrained.registry import load_language_model as load_language_model
