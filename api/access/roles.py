"""Roles: who somebody is to the network, which rows that shows them, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from config.fences import Sight


class Role(StrEnum):
    """Who a member is, for one funder, person or provider."""

    EMPLOYEE = "employee"
    EMPLOYER = "employer"
    PAYROLL = "payroll"
    ACCOUNTANT = "accountant"
    MUNICIPALITY = "municipality"
    PROVIDER = "provider"
    WELFARE_MANAGER = "welfare_manager"
    OPERATOR = "operator"


SIGHT: Mapping[Role, Sight] = {
    Role.EMPLOYEE: Sight.EMPLOYEE,
    Role.EMPLOYER: Sight.FUNDER,
    Role.PAYROLL: Sight.FUNDER,
    Role.ACCOUNTANT: Sight.FUNDER,
    Role.MUNICIPALITY: Sight.FUNDER,
    Role.PROVIDER: Sight.PROVIDER,
    Role.WELFARE_MANAGER: Sight.NETWORK,
    Role.OPERATOR: Sight.NETWORK,
}

# `resource:action`; a token may carry fewer than its role, never more.
SCOPES: Mapping[Role, frozenset[str]] = {
    Role.EMPLOYEE: frozenset(
        {"catalogue:read", "wallet:read", "authorizations:read", "authorizations:create", "authorizations:void"}
    ),
    Role.EMPLOYER: frozenset({"catalogue:read", "people:read", "plans:read"}),
    Role.PAYROLL: frozenset({"catalogue:read", "people:read"}),
    Role.ACCOUNTANT: frozenset({"catalogue:read"}),
    Role.MUNICIPALITY: frozenset({"catalogue:read"}),
    Role.PROVIDER: frozenset({"catalogue:read", "authorizations:read", "authorizations:capture"}),
    Role.WELFARE_MANAGER: frozenset(
        {
            "authorizations:capture",
            "catalogue:read",
            "wallet:read",
            "authorizations:read",
            "authorizations:create",
            "authorizations:void",
            "authorizations:refund",
        }
    ),
    Role.OPERATOR: frozenset({"catalogue:read", "authorizations:read", "authorizations:refund", "members:invite"}),
}
EVERY_SCOPE = frozenset().union(*SCOPES.values())
