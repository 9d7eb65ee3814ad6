"""
The municipality's statement: what was granted, used and left of each instrument and entrusted service.

`gather` reads everything once; `xlsx` and `pdf` write what it returned and read nothing.
"""

from reports.social_statement.model import SocialStatement
from reports.social_statement.query import gather

__all__ = ["SocialStatement", "gather"]
