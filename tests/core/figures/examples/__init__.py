"""Every lesson's pictures at their defaults, for the tests that hold over all of them."""
