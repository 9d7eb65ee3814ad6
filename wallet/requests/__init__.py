"""Requests: a wish without price or provider, which a welfare manager answers; free words, for those two alone."""
