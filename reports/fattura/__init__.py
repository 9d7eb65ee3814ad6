"""
The pro-forma of a provider's invoices: the exact data that they must carry, also as electronic invoices (FatturaPA).

`proformas` splits a provider's statement into documents, `xml` writes one of them.
"""

from reports.fattura.model import Proforma, proformas

__all__ = ["Proforma", "proformas"]
