"""
The SIUSS flow: what a municipality tells the national register of social benefits, one file a benefit and month.

`gather` reads and checks; `xml.write` writes what it returned, and only if nothing speaks against it.
"""

from reports.siuss.model import Flow
from reports.siuss.query import gather

__all__ = ["Flow", "gather"]
