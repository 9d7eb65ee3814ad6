"""The demonstration ten times as large, somebody of every role in it, and which read each page stands beside."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.routing import Map

from api.access import cookies, members, sessions
from api.demonstration import sign_ins
from benchmarks import town
from config import clock
from config.database import ROOT
from ledger import books
from reports import payroll_export, recheck_report, trial_balance
from tests.pages.walking import walk

TIMES = 10
_GATHERED: Mapping[str, Callable[[Session, int], object]] = {
    "trial_balance": lambda session, book_id: trial_balance.gather(
        session, book_id, clock.today().replace(month=1, day=1), None
    ),
    "payroll_month": lambda session, book_id: payroll_export.gather(
        session, book_id, clock.today().replace(day=1), draft=True
    ),
    "recheck": lambda session, book_id: recheck_report.gather(session, book_id, clock.today().year),
}
_LOAD = """
import sys, tempfile
from pathlib import Path
from rich.console import Console
from api.demonstration import main
with tempfile.TemporaryDirectory() as folder:
    main.run(Console(quiet=True), output=Path(folder), times=int(sys.argv[1]))
"""
# What tells a program what the page tells somebody: reads of the API; where the API makes a file of it, the gathering
# of that file. What only asks stands beside the least of reads: who somebody is.
_WHO = ("/v1/me",)
READS: Mapping[str, tuple[str, ...]] = {
    "web_public.home": ("/v1/territories",),
    "web_public.territory": ("/v1/territories/{code}",),
    "web_public.catalogue": ("/v1/services",),
    "web_public.service": ("/v1/services/{code}",),
    "web_public.info_cards": ("/v1/info_cards",),
    "web_me.home": ("/v1/wallets/mine", "/v1/position/mine", "/v1/wallets/mine/movements", "/v1/vouchers"),
    "web_me.every": ("/v1/wallets/mine/movements",),
    "web_bonus.latest": ("/v1/wallets/mine", "/v1/position/mine"),
    "web_bonus.show": ("/v1/wallets/mine", "/v1/position/mine"),
    "web_family.every": ("/v1/employees/{mine}/relatives",),
    "web_family.amend": ("/v1/relatives/{relative_id}",),
    "web_declarations.every": ("/v1/employees/{mine}/declarations",),
    "web_declarations.declare": ("/v1/relatives/{relative_id}",),
    "web_declarations.declare_own": ("/v1/employees/{mine}/declarations",),
    "web_statement.every": ("/v1/statements",),
    "web_limits.explain": ("/v1/position/mine",),
    "web_me_trail.every": ("/v1/audit",),
    "web_notices.choose": ("/v1/notifications",),
    "web_statements.index": ("/v1/statements",),
    "web_statements.ask": ("/v1/statements/kinds",),
    "web_order.begin": ("/v1/services/{service}",),
    "web_order.voucher": ("/v1/authorizations/{authorization_id}",),
    "web_orientation.ask": ("/v1/requests",),
    "web_reimbursements.every": ("/v1/reimbursements",),
    "web_reimbursements.new": ("/v1/reimbursements/expenses",),
    "web_reimbursements.show": ("/v1/reimbursements/{reimbursement_id}",),
    "web_company.home": ("/v1/plans/{plan}/balances",),
    "web_company_budgets.every": ("/v1/budgets",),
    "web_company_budgets.show": ("/v1/budgets/{load_id}",),
    "web_company_people.every": ("/v1/employees",),
    "web_company_people.show": ("/v1/employees/{employee_id}",),
    "web_company_people.change": ("/v1/employees/{employee_id}",),
    "web_company_plans.every": ("/v1/plans",),
    "web_company_plans.show": ("/v1/plans/{plan_id}", "/v1/plans/{plan_id}/balances"),
    "web_company_plans.renew": ("/v1/plans/{plan_id}",),
    "web_company_agreement.record": ("/v1/plans/{plan_id}",),
    "web_company_bonus.choices": ("/v1/plans/{plan_id}",),
    "web_company_bonus.show": ("/v1/plans/{plan_id}", "/v1/plans/{plan_id}/balances"),
    "web_company_plans.new": ("/v1/clusters",),
    "web_office.home": ("trial_balance",),
    "web_office.accounts": ("trial_balance",),
    "web_office_bonuses.index": ("/v1/plans",),
    "web_office_bonuses.show": ("/v1/plans",),
    "web_office_elsewhere.index": ("/v1/elsewhere",),
    "web_office_payroll.home": ("/v1/reimbursements/payable",),
    "web_office_payroll.month": ("payroll_month",),
    "web_office_payroll.paid": ("/v1/reimbursements/payable",),
    "web_office_payroll.undo": ("/v1/reimbursements/payable",),
    "web_office_recheck.index": ("recheck",),
    "web_provider.home": ("/v1/authorizations", "/v1/payouts/calendar"),
    "web_provider_file.home": ("/v1/providers/{mine}/qualification",),
    "web_provider_reach.tell": ("/v1/providers/{mine}",),
    "web_provider_disputes.index": ("/v1/disputes",),
    "web_provider_money.home": ("/v1/payouts/calendar", "/v1/payouts"),
    "web_provider_money.payment": ("/v1/payouts/{payout_id}/lines",),
    "web_town.home": ("/v1/plans/{plan}/balances",),
    "web_town_applications.index": ("/v1/social/applications",),
    "web_town_applications.show": ("/v1/social/applications/{application_id}",),
    "web_town_applications.advance": ("/v1/social/applications/{application_id}",),
    "web_town_applications.attest": ("/v1/social/applications/{application_id}",),
    "web_town_applications.correct": ("/v1/social/applications/{application_id}",),
    "web_town_bands.index": ("/v1/plans",),
    "web_wm.home": ("/v1/requests",),
    "web_wm.unmet": ("/v1/requests",),
    "web_wm_acting.search": ("/v1/requests",),
    "web_wm_conflicts.index": ("/v1/redemptions",),
    "web_wm_disputes.index": ("/v1/disputes",),
    "web_wm_disputes.show": ("/v1/disputes/{dispute_id}",),
    "web_wm_providers.file": ("/v1/providers/{provider_id}/qualification",),
    "web_wm_providers.index": ("/v1/providers",),
    "web_wm_providers.reach": ("/v1/providers/{provider_id}",),
    "web_wm_providers.show": ("/v1/providers/{provider_id}/qualification",),
    "web_wm_requests.index": ("/v1/requests",),
    "web_wm_requests.show": ("/v1/requests/{request_id}",),
    "web_wm_reviews.queue": ("/v1/reimbursements/queue",),
    "web_wm_reviews.show": ("/v1/reimbursements/{reimbursement_id}",),
    "web_network_office.home": ("/v1/jobs",),
    "web_network_bank.home": ("/v1/bank_lines",),
    "web_network_bank.statement": ("/v1/bank_lines",),
    "web_network_clearing.every": ("/v1/clearings",),
    "web_network_clearing.show": ("/v1/clearings/{clearing_id}",),
    "web_network_funders.every": ("/v1/employers",),
    "web_network_funders.show": ("/v1/employers", "/v1/funding?employer={code}"),
    "web_network_invitations.every": ("/v1/invitations",),
    "web_network_jobs.every": ("/v1/jobs",),
    "web_network_jobs.show": ("/v1/jobs/{job}/runs",),
    "web_network_payments.every": ("/v1/payouts",),
    "web_network_payments.show": ("/v1/payouts/{payout_id}", "/v1/payouts/{payout_id}/lines"),
    "web_network_payouts.every": ("/v1/payout_runs",),
    "web_network_payouts.show": ("/v1/payout_runs/{run_id}", "/v1/payouts"),
    "web_network_people.every": ("/v1/members",),
    "web_network_people.show": ("/v1/members/{member_id}",),
    "web_network_programs.every": ("/v1/tokens",),
    "web_network_territories.every": ("/v1/territories",),
    "web_network_territories.show": ("/v1/territories/{code}",),
    "web_network_trail.every": ("/v1/audit",),
} | dict.fromkeys(
    (
        "web_company_people.look",
        "web_company_people.new",
        "web_company_simulator.show",
        "web_door.accept",
        "web_door.choose",
        "web_door.forgotten",
        "web_door.roles",
        "web_door.sign_in",
        "web_family.add",
        "web_help.show",
        "web_network_territories.conditions",
        "web_office_items.change",
        "web_office_items.index",
        "web_office_items.read",
        "web_office_items.show",
        "web_profile.begin",
        "web_profile.password",
        "web_profile.remove",
        "web_profile.renew",
        "web_profile.show",
        "web_provider_till.check",
        "web_surveys.every",
        "web_town_applications.create",
        "web_wm_surveys.begin",
        "web_wm_surveys.index",
        "web_public.accessibility",
        "web_public.privacy",
    ),
    _WHO,
)


@dataclass(frozen=True)
class Somebody:
    """A role of the demonstration: the cookie of a browser, and the token of a program."""

    role: str
    cookie: str = ""
    token: str = ""


@dataclass(frozen=True)
class Look:
    """A page beside the read that tells the same."""

    who: Somebody
    page: str
    reads: tuple[str, ...]


class Client:
    """A program that asks over one connection, as somebody; and gathers, in this process, what no one read tells."""

    def __init__(self, port: int, address: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._bench = town.engine(address)

    def ask(self, path: str, who: Somebody, *, page: bool) -> Answer:
        """Return what an address answers."""
        headers = {}
        if who.role:
            headers = (
                {"Cookie": f"{cookies.SESSION}={who.cookie}"} if page else {"Authorization": f"Bearer {who.token}"}
            )
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        body, to = answer.read(), answer.getheader("Location") or ""
        if to.partition("?")[0] == path:
            # A page that gives its form a key comes back to itself.
            return self.ask(to, who, page=page)
        return Answer(answer.status, (answer.getheader("Content-Type") or "").partition(";")[0], body)

    def page_seconds(self, look: Look, times: int) -> float:
        """Return how long a page takes, of so many in a row."""
        return self._seconds(look.who, look.page, times, page=True)

    def read_seconds(self, look: Look, times: int) -> float:
        """Return how long its reads take together."""
        return sum(
            self._seconds(look.who, read, times, page=False) if read.startswith("/") else self._gathering(read, times)
            for read in look.reads
        )

    def _seconds(self, who: Somebody, path: str, times: int, *, page: bool) -> float:
        # The server lets go of a connection that nobody uses.
        self._connection.close()
        self._connection.connect()
        start = time.perf_counter()
        for _ in range(times):
            answer = self.ask(path, who, page=page)
            assert answer.status_code == 200, (path, who.role, answer.status_code)
        return (time.perf_counter() - start) / times

    def _gathering(self, statement: str, times: int) -> float:
        start = time.perf_counter()
        for _ in range(times):
            with Session(self._bench) as session:
                _GATHERED[statement](session, books.require(session, "E1"))
        return (time.perf_counter() - start) / times


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    mimetype: str
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def fill(times: int) -> Callable[[str], None]:
    """Return what loads the demonstration with so many times its people."""

    def load(address: str) -> None:
        command = [sys.executable, "-c", _LOAD, str(times)]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "DATABASE_URL": address})

    return load


def everybody(address: str) -> list[Somebody]:
    """Sign somebody of every role in; nobody comes first."""
    bench = town.engine(address)
    with Session(bench) as session, session.begin():
        found = [Somebody("")]
        for one in sign_ins.make(session):
            member = members.by_email(session, one.email)
            assert member is not None
            opened = sessions.open_one(session, member.member_id, kind="cookie", label="bench")
            found.append(Somebody(one.role, opened.secret, one.token))
    bench.dispose()
    return found


def looks(addresses: Map, client: Client, people: list[Somebody]) -> Iterator[Look]:
    """
    Give every page of everybody, once, beside its read.

    Fails with the names of the pages that no read is named for: every page is measured.
    """
    adapter = addresses.bind("")
    seen: set[str] = set()
    missing: set[str] = set()
    for who in people:
        for path in walk(addresses, partial(client.ask, who=who, page=True)):
            if path in seen:
                continue
            seen.add(path)
            endpoint, arguments = adapter.match(path, "GET")
            # What everybody may see is asked by somebody, who has a token.
            asking = who if who.role else people[1]
            if endpoint in READS:
                yield Look(asking, path, tuple(_named(read, arguments, asking, client) for read in READS[endpoint]))
            else:
                missing.add(endpoint)
    if missing:
        raise SystemExit("No read is named for: " + ", ".join(sorted(missing)))


def _named(read: str, arguments: Mapping[str, Any], who: Somebody, client: Client) -> str:
    """Return an address with the ids of the page in it, or those of the one who asks."""
    told = dict(arguments)
    if "{mine}" in read:
        me = json.loads(client.ask("/v1/me", who, page=False).body)
        (role,) = me["appointments"]
        told["mine"] = role["employee_id"] or role["provider"]
    if "{plan}" in read:
        told["plan"] = json.loads(client.ask("/v1/plans", who, page=False).body)["data"][0]["id"]
    return read.format(**told)
