"""Public checkpoints in modules of our own that can be looked into."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.pretrained.encoder import load_encoder as load_encoder
    from core.pretrained.registry import load_language_model as load_language_model
    from core.pretrained.speech.silero import load_voice_activity as load_voice_activity
    from core.pretrained.speech.transcriber import load_speech as load_speech
    from core.pretrained.translation.translator import load_translator as load_translator
    from core.pretrained.word_vectors import load_word_vectors as load_word_vectors


def __getattr__(name: str) -> Any:
    """Import the loaders when they are asked for: with them comes torch, which some rooms beside this file do without."""
    if name == "load_language_model":
        from core.pretrained.registry import load_language_model

        return load_language_model
    if name == "load_encoder":
        from core.pretrained.encoder import load_encoder

        return load_encoder
    if name == "load_translator":
        from core.pretrained.translation.translator import load_translator

        return load_translator
    if name == "load_word_vectors":
        from core.pretrained.word_vectors import load_word_vectors

        return load_word_vectors
    if name == "load_voice_activity":
        from core.pretrained.speech.silero import load_voice_activity

        return load_voice_activity
    if name == "load_speech":
        from core.pretrained.speech.transcriber import load_speech

        return load_speech
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
