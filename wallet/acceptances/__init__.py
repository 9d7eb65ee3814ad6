"""Acceptance: where a provider asks for it, a purchase has no code before the provider says that it will serve."""
