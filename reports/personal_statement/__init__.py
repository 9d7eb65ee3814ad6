"""A person's own year: what was granted, used, exempt, taxable and left, with every purchase; for their eyes only."""

from reports.personal_statement.model import JanuaryItem, PersonalStatement, PlanLine, Purchase
from reports.personal_statement.query import gather

__all__ = ["JanuaryItem", "PersonalStatement", "PlanLine", "Purchase", "gather"]
