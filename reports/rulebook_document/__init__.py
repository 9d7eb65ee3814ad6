"""The rulebook as a document that a consultant reads and signs: every rule in plain words, with its worked cases."""

from reports.rulebook_document.model import RulebookDocument
from reports.rulebook_document.query import gather

__all__ = ["RulebookDocument", "gather"]
