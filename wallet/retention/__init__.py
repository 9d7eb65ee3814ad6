"""Retention: what is kept of a person, until when and under which law, and the erasure of the rest."""
