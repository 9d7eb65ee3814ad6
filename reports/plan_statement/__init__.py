"""
The plan statement: what one plan did over a period, for the personnel office or for payroll, proved by the ledger.

`gather` reads everything once; `csv`, `xlsx` and `pdf` write what it returned and read nothing.
"""

from reports.plan_statement.model import PlanStatement, Reading
from reports.plan_statement.query import gather

__all__ = ["PlanStatement", "Reading", "gather"]
