"""
The trial balance of a book over a period: every account's opening, what was debited and credited, its closing.

`gather` reads; `csv` and `xlsx` write what it returned.
"""

from reports.trial_balance.query import TrialBalance, gather

__all__ = ["TrialBalance", "gather"]
