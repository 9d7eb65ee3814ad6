"""
The provider's settlement statement: what was captured and refunded, what is kept as fee, and what is paid when.

`gather` reads every book once; `pdf` and `csv` write what it returned, and `reports.fattura` makes the pro-forma of it.
`owed` reads alone what is in no payment yet.
"""

from reports.provider_settlement.model import ProviderStatement
from reports.provider_settlement.query import gather, owed

__all__ = ["ProviderStatement", "gather", "owed"]
