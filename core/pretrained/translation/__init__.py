"""Translators that can be looked into: Marian, the recurrent ones trained here, spelling to sounds."""
