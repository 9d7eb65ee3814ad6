"""
The recharge list: what the mandatary invoices to an employer for a month, by VAT regime and voucher reference.

`gather` reads everything once; `xlsx` and `csv` write what it returned and read nothing.
"""

from reports.recharge_list.model import RechargeList
from reports.recharge_list.query import gather

__all__ = ["RechargeList", "gather"]
