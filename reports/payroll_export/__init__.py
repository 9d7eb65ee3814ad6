"""
The payroll month: what each benefit of a month means for the payslip, one line for each fiscal event.

For the payroll office and the payroll consultant alone: it holds the fiscal category of each person's benefits.
`gather` reads everything once; `csv` and `xlsx` write what it returned and read nothing. See docs/payroll.md.
"""

from reports.payroll_export.model import PayrollMonth
from reports.payroll_export.query import gather

__all__ = ["PayrollMonth", "gather"]
