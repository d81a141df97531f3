"""The 4-bit decoder as loops that numba compiles for this processor."""
