"""
The provider's settlement statement: what was captured and refunded, what is kept as fee, and what is paid when.

`gather` reads every book once; `pdf` and `csv` write what it returned, and `reports.fattura` makes the pro-forma of it.
"""

from reports.provider_settlement.model import ProviderStatement
from reports.provider_settlement.query import gather

__all__ = ["ProviderStatement", "gather"]
