"""Alembic versions of the schema."""
