"""From a model's scores to text: filters, decoding, and the engine that serves many readers at once."""
