"""Many readers, one model: the engine and its batch, the worker for small models."""
