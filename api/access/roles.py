"""Roles: who somebody is to the network, which rows that shows them, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Giving:
    """
    The roles that somebody gives: to `persons`, who take them with a password and a code of their own, and to
    `machines`, whose secret is told to whoever makes them.
    """

    persons: frozenset[Role] = frozenset()
    machines: frozenset[Role] = frozenset()


# Within the giver's own reach. What a machine reads its maker reads: it has its maker's role and no other. Nobody's
# wallet, and nothing that is done for a person in their name, is a machine's.
MAY_GIVE: Mapping[Role, Giving] = {
    Role.EMPLOYEE: Giving(),
    Role.EMPLOYER: Giving(
        frozenset({Role.EMPLOYEE, Role.EMPLOYER, Role.PAYROLL, Role.ACCOUNTANT}), frozenset({Role.EMPLOYER})
    ),
    Role.PAYROLL: Giving(machines=frozenset({Role.PAYROLL})),
    Role.ACCOUNTANT: Giving(machines=frozenset({Role.ACCOUNTANT})),
    Role.MUNICIPALITY: Giving(
        frozenset({Role.EMPLOYEE, Role.MUNICIPALITY, Role.ACCOUNTANT}), frozenset({Role.MUNICIPALITY})
    ),
    Role.PROVIDER: Giving(machines=frozenset({Role.PROVIDER})),
    Role.WELFARE_MANAGER: Giving(frozenset({Role.EMPLOYEE, Role.PROVIDER})),
    Role.OPERATOR: Giving(frozenset(Role), frozenset({Role.OPERATOR})),
}


def may_manage(role: Role) -> frozenset[Role]:
    """Return the roles that somebody gives, to persons or to machines."""
    return MAY_GIVE[role].persons | MAY_GIVE[role].machines


def may_end(role: Role) -> frozenset[Role]:
    """
    Return the roles that somebody may take from others, within their own reach.

    No funder takes a wallet from its owner: it would be free for an address of the funder's own.
    """
    given = may_manage(role)
    return given if SIGHT[role] is Sight.NETWORK else given - {Role.EMPLOYEE}


# `resource:action`; a token may carry fewer than its role, never more. What a scope lets somebody reach is the fence's.
# fmt: off
_EVERYBODY = frozenset({
    "catalogue:read", "notifications:manage", "statements:create", "statements:read", "tasks:read", "tokens:manage",
})
_FUNDER = _EVERYBODY | {
    "audit:read", "budgets:load", "budgets:read", "funding:read", "members:invite", "members:read", "people:read",
    "people:write", "plans:read", "plans:write", "webhooks:manage",
}
SCOPES: Mapping[Role, frozenset[str]] = {
    Role.EMPLOYEE: _EVERYBODY | {
        "audit:read", "authorizations:create", "authorizations:read", "authorizations:void", "bonus:choose",
        "data:export", "disputes:open", "disputes:read", "people:declare", "people:read", "plans:read", "position:read",
        "reimbursements:read", "reimbursements:submit", "requests:create", "requests:read", "social:read",
        "surveys:answer", "vouchers:present", "vouchers:read", "wallets:read",
    },
    Role.EMPLOYER: _FUNDER,
    Role.PAYROLL: _EVERYBODY | {
        "elsewhere:declare", "payslips:read", "payslips:write", "people:read", "plans:read", "reimbursements:pay",
        "webhooks:manage",
    },
    Role.ACCOUNTANT: _EVERYBODY | {
        "audit:read", "budgets:read", "funding:read", "payslips:read", "people:read", "plans:read", "seals:read",
        "webhooks:manage",
    },
    Role.MUNICIPALITY: _FUNDER | {"social:manage", "social:read"},
    Role.PROVIDER: _EVERYBODY | {
        "acceptances:answer", "acceptances:read", "authorizations:capture", "authorizations:read", "contacts:write",
        "disputes:answer", "disputes:read", "payouts:read", "qualification:read", "vouchers:read", "vouchers:redeem",
        "webhooks:manage",
    },
    Role.WELFARE_MANAGER: _EVERYBODY | {
        "acceptances:answer", "acceptances:read", "audit:read", "authorizations:capture", "authorizations:create",
        "authorizations:read", "authorizations:refund", "authorizations:void", "budgets:read", "catalogue:manage",
        "contacts:write", "disputes:open", "disputes:read", "disputes:settle", "funding:read", "members:invite",
        "members:read", "people:declare", "people:read", "people:write", "plans:read", "plans:write", "position:read",
        "qualification:read", "reimbursements:read", "reimbursements:review", "reimbursements:submit",
        "requests:answer", "requests:create", "requests:read", "social:manage", "social:read", "surveys:manage",
        "vouchers:present", "vouchers:read", "vouchers:settle", "wallets:read", "seals:read",
    },
    Role.OPERATOR: _EVERYBODY | {
        "acceptances:read", "audit:read", "authorizations:read", "authorizations:refund", "budgets:load",
        "budgets:read", "catalogue:manage", "clearing:read", "clearing:run", "data:erase", "data:export",
        "disputes:read", "disputes:settle", "employers:write", "funding:read", "funding:record", "jobs:read",
        "jobs:run", "members:invite", "members:read", "payouts:read", "payouts:run", "people:read", "people:write",
        "plans:read", "plans:write", "qualification:read", "webhooks:manage", "seals:read",
    },
}
# fmt: on
EVERY_SCOPE = frozenset().union(*SCOPES.values())
