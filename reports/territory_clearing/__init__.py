"""
The clearing statement: what territories bought in and gave to each other in a month, netted to one position each.

`gather` reads every book once; `pdf` and `xlsx` write what it returned and read nothing. `node.of` is what one
territory reads of it, which `node_pdf` and `node_xlsx` write.
"""

from reports.territory_clearing.model import ClearingStatement
from reports.territory_clearing.query import gather

__all__ = ["ClearingStatement", "gather"]
