"""
What the employer may deduct of a year's plans: in full, or within the five per mille of labour cost.

It speaks of plans and acts, never of a person. The employer is told no treatment that would tell of single people; the
accountant, with `detail`, all of it.
`gather` reads; `pdf` and `xlsx` write what it returned. `rules` are the rules, as data.
"""

from reports.deductibility.model import Deductibility
from reports.deductibility.query import gather

__all__ = ["Deductibility", "gather"]
