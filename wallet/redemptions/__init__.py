"""Redemption: a provider turns a code into what it is owed, at once or written down at an offline till."""
