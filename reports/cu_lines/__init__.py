"""
A year for the accountant: what goes into the Certificazione Unica of each employee, and what proves it.

For the accountant alone: it holds each person's fiscal categories and, of reimbursements, the relative's tax code.
`gather` reads everything once; `csv` and `xlsx` write what it returned. `boxes` are the boxes, as dated data.
"""

from reports.cu_lines.model import CuYear
from reports.cu_lines.query import gather

__all__ = ["CuYear", "gather"]
