"""The re-check report: past purchases of which the law says something else today, and what payroll must correct."""

from reports.recheck_report.model import RecheckReport
from reports.recheck_report.query import gather

__all__ = ["RecheckReport", "gather"]
