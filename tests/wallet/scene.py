"""
One funder's book with people, plans and credit, and the wallet's verbs in a form that fits on one line.

Amounts are cents. Services are those of the demonstration's network; the ones used most:

    PSI-CR  55,00  psychologist in Cremona (home)   SOCIAL_UTILITY   VOUCHER or DIRECT
    PSI-MI  60,00  psychologist in Milano           SOCIAL_UTILITY   VOUCHER or DIRECT
    FIS-NA 350,00  ten sessions in Napoli           SOCIAL_UTILITY   DIRECT or VOUCHER
    DOP-CR 130,00  after school in Cremona          EDUCATION        DIRECT, VOUCHER or REIMBURSEMENT
    FAC-CR  45,00  porters in Cremona               FRINGE           DIRECT or VOUCHER
    SAN-CR 140,00  cleaning in Cremona              FRINGE           VOUCHER or DIRECT
    BUO-CR  25,00  shopping voucher in Cremona      FRINGE           VOUCHER
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import accounts
from plans import people, plans
from plans.facts import Declared
from plans.rulebook.words import Channel, Kinship
from plans.words import Fact, TaxablePolicy
from tests import factories
from tests.factories import euro
from wallet import authorizations, captures, declarations, expiry, funding, lots, verification, wallets
from wallet.authorizations import Authorization
from wallet.captures import Change
from wallet.purchases import Purchase

DIRECT, VOUCHER = Channel.DIRECT, Channel.VOUCHER
NOON = datetime(2026, 3, 10, 12, tzinfo=clock.ROME)
TABLES = (
    "account",
    "authorization",
    "balance",
    "budget_load",
    "entry",
    "fiscal_event",
    "hold",
    "hold_event",
    "hold_line",
    "idempotency_key",
    "lot",
    "posting",
    "refund_counter",
    "seal_queue",
    "wallet",
)
_books = count(1)


@dataclass
class Scene:
    """A book at home in Cremona; `worker` is somebody with a wallet once something was granted."""

    session: Session
    book_id: int
    worker: str
    plan_ids: dict[str, str] = field(default_factory=dict)

    # -- the clock ---------------------------------------------------------------------------------------------------

    def go_to(self, moment: datetime | date) -> None:
        """Step the clock, here and in the transaction that is under way; a date means its noon in Rome."""
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, 12, tzinfo=clock.ROME)
        clock.fix(moment)
        tell_the_time(self.session, moment)

    # -- what exists -------------------------------------------------------------------------------------------------

    def plan(
        self, code: str = "A", *, committed: int = 1_000_000, transferred: int | None = None, **values: Any
    ) -> str:
        """A plan with money; everything is transferred unless told otherwise."""
        self.plan_ids[code] = factories.plan(self.session, self.book_id, code, **values)
        on = clock.today()
        if committed:
            funding.commit(self.session, self.book_id, code, euro(committed), on=on, actor="test")
        transferred = committed if transferred is None else transferred
        if transferred:
            funding.record_transfer(self.session, self.book_id, code, euro(transferred), on=on, actor="test")
        return self.plan_ids[code]

    def grant(self, amount: int, plan: str = "A", worker: str | None = None, *, expires_on: date | None = None) -> str:
        """Put credit into a lot and return the lot's id."""
        worker = worker or self.worker
        factories.grant(self.session, self.book_id, plan, worker, amount, expires_on=expires_on)
        day = expires_on or plans.by_code(self.session, self.book_id, plan).spend_by
        return self.session.execute(
            sa.text(
                "select lot_id from lot where book_id = :book and employee_id = :worker and plan_id = :plan"
                " and expires_on = :day and carried_from is null"
            ),
            {"book": self.book_id, "worker": worker, "plan": self.plan_ids[plan], "day": day},
        ).scalar_one()

    def keep_qualified(self) -> None:
        """Let the network's documents, which end with the year 2026, go on for years."""
        for table in ("qualification_record", "provider_state"):
            self.session.execute(
                sa.text(
                    f"update {table} t set valid_to = date '2030-12-31' where t.state = 'QUALIFIED'"
                    " and t.valid_to >= date '2026-11-01' and not exists (select from provider_state n"
                    "   where n.provider_code = t.provider_code and n.valid_from > t.valid_from)"
                )
            )

    def declare(self, person_id: str, fact: Fact, **told: Any) -> tuple[Declared, int]:
        """Declare a fact of a worker or a relative today, with what it moves."""
        moments = {"declared_on": clock.today(), "recorded_at": clock.now()}
        return declarations.declare(self.session, self.book_id, person_id, fact, **(moments | told))

    def person(self, **values: Any) -> str:
        return factories.employee(self.session, self.book_id, **values)

    def relative(self, kinship: Kinship = Kinship.CHILD, worker: str | None = None, **values: Any) -> str:
        card = people.employee(self.session, self.book_id, worker or self.worker)
        born = {"birth_date": date(2018, 6, 1)} if kinship is Kinship.CHILD else {}
        return factories.relative(self.session, self.book_id, card.tax_code, kinship, **(born | values))

    # -- what is done ------------------------------------------------------------------------------------------------

    def ask(self, service: str, worker: str | None = None, *, key: str | None = None, **purchase: Any) -> Authorization:
        """Ask for a purchase, one unit unless told otherwise."""
        if "amount" in purchase:
            purchase["amount"] = euro(purchase["amount"])
        elif "quantity" not in purchase:
            purchase["quantity"] = 1
        wanted = Purchase(worker or self.worker, service, **purchase)
        return authorizations.authorize(self.session, self.book_id, wanted, actor="test", key=key)

    def buy(self, service: str, worker: str | None = None, **purchase: Any) -> Authorization:
        """Ask for a purchase that has to be authorized."""
        found = self.ask(service, worker, **purchase)
        assert found.status == "authorized", (found.decline_code, found.sentence_en)
        return found

    def capture(self, found: Authorization, amount: int | None = None, **rest: Any) -> Change:
        money = None if amount is None else euro(amount)
        return captures.capture(self.session, self.book_id, found.authorization_id, money, **({"actor": "test"} | rest))

    def void(self, found: Authorization, **rest: Any) -> Change:
        return captures.void(self.session, self.book_id, found.authorization_id, **({"actor": "test"} | rest))

    def refund(self, found: Authorization, amount: int | None = None, **rest: Any) -> Change:
        money = None if amount is None else euro(amount)
        return captures.refund(self.session, self.book_id, found.authorization_id, money, **({"actor": "test"} | rest))

    def expire(self, on: date | None = None) -> expiry.Expired:
        return expiry.expire(self.session, self.book_id, on=on or clock.today(), actor="test")

    def freeze(self, worker: str | None = None, status: str = "frozen") -> None:
        wallets.set_status(self.session, self.book_id, worker or self.worker, status)

    # -- what there is to see ----------------------------------------------------------------------------------------

    def get(self, found: Authorization) -> Authorization:
        return authorizations.get(self.session, self.book_id, found.authorization_id)

    def left(self, lot_id: str) -> int:
        """What is available in a lot."""
        for lot in self.lots():
            if lot.lot_id == lot_id:
                return lot.available_minor
        raise LookupError(lot_id)

    def lots(self, worker: str | None = None) -> list[lots.SpendableLot]:
        return lots.of_wallet(self.session, self.book_id, worker or self.worker)

    def paid_from(self, found: Authorization) -> list[tuple[str, int]]:
        """Which lots an authorization reserves, in the order in which they will be charged."""
        rows = self.session.execute(
            sa.text(
                "select l.lot_id, h.amount_minor from hold_line h join lot l using (book_id, account_id)"
                " where h.book_id = :book and h.hold_id = :hold order by h.line"
            ),
            {"book": self.book_id, "hold": found.hold_id},
        )
        return [(lot_id, amount) for lot_id, amount in rows]

    def posted(self, code: str) -> int:
        """The balance of an account, signed by its own side; zero where it does not exist."""
        for line in accounts.trial_balance(self.session, self.book_id):
            if line.code == code:
                return accounts.SIDES[line.kind] * (line.debit_minor - line.credit_minor)
        return 0

    def events(self, found: Authorization | None = None, year: int | None = None) -> list[tuple[Any, ...]]:
        """Fiscal events as (kind, exempt, taxable, reason, fiscal year), in the order they were written."""
        rows = self.session.execute(
            sa.text(
                "select kind, exempt_minor, taxable_minor, reason, fiscal_year from fiscal_event"
                " where book_id = :book and (cast(:id as text) is null or authorization_id = :id)"
                " and (cast(:year as integer) is null or fiscal_year = :year) order by event_id"
            ),
            {"book": self.book_id, "id": found.authorization_id if found else None, "year": year},
        )
        return [tuple(row) for row in rows]

    def taxed(self, found: Authorization | None = None, year: int | None = None) -> tuple[int, int]:
        """What is exempt and what is taxable by now, net of reversals."""
        signs = {"use": 1, "reversal": -1}
        events = self.events(found, year)
        return sum(signs[e[0]] * e[1] for e in events), sum(signs[e[0]] * e[2] for e in events)

    def differences(self) -> list[str]:
        return [difference.text() for difference in verification.verify(self.session, self.book_id)]

    def image(self, *, empty_accounts: bool = True) -> str:
        """
        Every byte of the book's tables, as a hash; accounts that nothing was posted to may be left out.

        But for the moment before which an account's next entry is not recorded, and for wallets that are open and say
        no more: a refusal may move the one on and open the other.
        """
        kept = {"wallet": "status <> 'open'"}
        if not empty_accounts:
            kept |= {"account": "false", "balance": "version > 0 or held_minor > 0"}
        row = "to_jsonb(t) - 'touched_at'"
        parts = [
            f"select '{table}' as name, md5(string_agg(({row})::text, ',' order by ({row})::text)) as hash"
            f' from "{table}" t where book_id = :book and ({kept.get(table, "true")})'
            for table in TABLES
        ]
        return str(self.session.execute(sa.text(" union all ".join(parts)), {"book": self.book_id}).all())


def tell_the_time(session: Session, moment: datetime | None) -> None:
    text = moment.isoformat() if moment else ""
    session.execute(sa.text("select set_config('borsellino.clock', :text, true)"), {"text": text})


def open_scene(session: Session, **employer: Any) -> Scene:
    """A new funder at home in Cremona with one worker, who consents to nothing yet."""
    number = next(_books)
    book_id = factories.employer(session, **({"code": f"F{number}", "name": f"Azienda {number}"} | employer))
    return Scene(session, book_id, factories.employee(session, book_id))


@contextmanager
def at(session: Session, moment: datetime) -> Iterator[None]:
    """Fix the clock for the length of a block, however often it is stepped inside."""
    with clock.at(moment):
        tell_the_time(session, moment)
        yield


CONSENT = {"taxable_policy": TaxablePolicy.WITH_CONSENT}


def csv_file(folder: Path, rows: list[tuple[Any, ...]], name: str = "budget.csv", header: str = "") -> Path:
    """A file of codici fiscali and amounts in euro, as an office exports it."""
    path = folder / name
    lines = [header or "codice fiscale;importo", *(";".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
