"""Architectures written to be read, one a file; each is compared with torch.nn in its test."""
