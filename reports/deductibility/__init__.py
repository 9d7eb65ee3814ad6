"""
What the employer may deduct of a year's plans: in full, or within the five per mille of labour cost.

For the employer and its accountant: it speaks of plans and acts, never of a person, and a plan's split that is about
fewer than five people is told in the totals alone.
`gather` reads; `pdf` and `xlsx` write what it returned. `rules` are the rules, as data.
"""

from reports.deductibility.model import Deductibility
from reports.deductibility.query import gather

__all__ = ["Deductibility", "gather"]
