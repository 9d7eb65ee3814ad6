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

# What a role is called in a letter, after "as" and "come".
NAMES: Mapping[Role, tuple[str, str]] = {
    Role.EMPLOYEE: ("titolare di un borsellino", "the owner of a wallet"),
    Role.EMPLOYER: ("responsabile delle risorse umane", "head of human resources"),
    Role.PAYROLL: ("ufficio paghe", "payroll office"),
    Role.ACCOUNTANT: ("consulente contabile", "accountant"),
    Role.MUNICIPALITY: ("ufficio del Comune", "municipal office"),
    Role.PROVIDER: ("fornitore", "provider"),
    Role.WELFARE_MANAGER: ("welfare manager", "welfare manager"),
    Role.OPERATOR: ("gestore della rete", "network operator"),
}

# The roles that somebody may give, within their own reach: never one that reaches further than theirs.
MAY_GIVE: Mapping[Role, frozenset[Role]] = {
    Role.EMPLOYER: frozenset({Role.EMPLOYEE, Role.EMPLOYER, Role.PAYROLL, Role.ACCOUNTANT}),
    Role.MUNICIPALITY: frozenset({Role.EMPLOYEE, Role.MUNICIPALITY, Role.ACCOUNTANT}),
    Role.PROVIDER: frozenset({Role.PROVIDER}),
    Role.WELFARE_MANAGER: frozenset({Role.EMPLOYEE, Role.PROVIDER}),
    Role.OPERATOR: frozenset(Role),
}

# `resource:action`; a token may carry fewer than its role, never more. What a scope lets somebody reach is the fence's.
SCOPES: Mapping[Role, frozenset[str]] = {
    Role.EMPLOYEE: frozenset(
        {
            "audit:read",
            "authorizations:create",
            "authorizations:read",
            "authorizations:void",
            "catalogue:read",
            "data:export",
            "disputes:open",
            "disputes:read",
            "notifications:manage",
            "people:declare",
            "people:read",
            "plans:read",
            "position:read",
            "reimbursements:read",
            "reimbursements:submit",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "vouchers:present",
            "vouchers:read",
            "wallets:read",
        }
    ),
    Role.EMPLOYER: frozenset(
        {
            "audit:read",
            "budgets:load",
            "budgets:read",
            "catalogue:read",
            "funding:read",
            "members:invite",
            "members:read",
            "notifications:manage",
            "people:read",
            "people:write",
            "plans:read",
            "plans:write",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "webhooks:manage",
        }
    ),
    Role.PAYROLL: frozenset(
        {
            "catalogue:read",
            "elsewhere:declare",
            "notifications:manage",
            "people:read",
            "plans:read",
            "reimbursements:pay",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "webhooks:manage",
        }
    ),
    Role.ACCOUNTANT: frozenset(
        {
            "audit:read",
            "budgets:read",
            "catalogue:read",
            "funding:read",
            "notifications:manage",
            "people:read",
            "plans:read",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "webhooks:manage",
        }
    ),
    Role.MUNICIPALITY: frozenset(
        {
            "audit:read",
            "budgets:load",
            "budgets:read",
            "catalogue:read",
            "funding:read",
            "members:invite",
            "members:read",
            "notifications:manage",
            "people:read",
            "people:write",
            "plans:read",
            "plans:write",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "webhooks:manage",
        }
    ),
    Role.PROVIDER: frozenset(
        {
            "acceptances:answer",
            "acceptances:read",
            "authorizations:capture",
            "authorizations:read",
            "catalogue:read",
            "disputes:answer",
            "disputes:read",
            "notifications:manage",
            "payouts:read",
            "qualification:read",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "vouchers:read",
            "vouchers:redeem",
            "webhooks:manage",
        }
    ),
    Role.WELFARE_MANAGER: frozenset(
        {
            "acceptances:answer",
            "acceptances:read",
            "audit:read",
            "authorizations:capture",
            "authorizations:create",
            "authorizations:read",
            "authorizations:refund",
            "authorizations:void",
            "budgets:read",
            "catalogue:manage",
            "catalogue:read",
            "disputes:open",
            "disputes:read",
            "disputes:settle",
            "funding:read",
            "members:invite",
            "members:read",
            "notifications:manage",
            "people:declare",
            "people:read",
            "people:write",
            "plans:read",
            "plans:write",
            "position:read",
            "qualification:read",
            "reimbursements:read",
            "reimbursements:review",
            "reimbursements:submit",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "vouchers:present",
            "vouchers:read",
            "vouchers:settle",
            "wallets:read",
        }
    ),
    Role.OPERATOR: frozenset(
        {
            "acceptances:read",
            "audit:read",
            "authorizations:read",
            "authorizations:refund",
            "budgets:load",
            "budgets:read",
            "catalogue:manage",
            "catalogue:read",
            "clearing:read",
            "clearing:run",
            "data:erase",
            "data:export",
            "disputes:read",
            "disputes:settle",
            "employers:write",
            "funding:read",
            "funding:record",
            "jobs:read",
            "jobs:run",
            "members:invite",
            "members:read",
            "notifications:manage",
            "payouts:read",
            "payouts:run",
            "people:read",
            "people:write",
            "plans:read",
            "plans:write",
            "qualification:read",
            "statements:create",
            "statements:read",
            "tasks:read",
            "tokens:manage",
            "webhooks:manage",
        }
    ),
}
EVERY_SCOPE = frozenset().union(*SCOPES.values())
