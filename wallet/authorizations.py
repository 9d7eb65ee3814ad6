"""Authorizations: a decision on a purchase and, when it is followed, the money reserved for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from config import clock, database, ids
from config.errors import local
from ledger import holds, idempotency
from ledger.errors import InsufficientFunds
from plans import funders
from plans.errors import EmployeeNotFound
from plans.rulebook.words import Channel
from wallet import amounts, codes, fiscal, hints, outbox, purchases, records, telling, wallets
from wallet.acceptances import awaited
from wallet.declines import Decline
from wallet.errors import AuthorizationNotFound
from wallet.hints import Said
from wallet.outbox import Event
from wallet.purchases import Considered, Purchase
from wallet.tables import AuthorizationRow, Wallet

# Locks the wallet and says whether something in it is due. A purchase shares its provider with others; what ends the
# provider's purchases has it alone, so that none slips through while the provider is being suspended.
_LOCK = (
    'select w.status, exists (select from "authorization" a'
    "   where a.book_id = w.book_id and a.employee_id = w.employee_id"
    "     and a.status in ('authorized', 'partially_captured') and a.expires_at <= ledger_now()),"
    "   f.home_territory,"
    "   (select pg_advisory_xact_lock_shared(20612, hashtext(s.provider_code)) from service s where s.code = %s)"
    "  from wallet w join funder f on f.book_id = w.book_id where w.book_id = %s and w.employee_id = %s for update of w"
)
_FROZEN = "select status = 'frozen' from wallet where book_id = %s and employee_id = %s"
_LOCK_PROVIDER = "select pg_advisory_xact_lock(20612, hashtext(%s))"
_DUE = (
    'select authorization_id from "authorization"'
    " where book_id = %s and employee_id = any(%s::text[])"
    "   and status in ('authorized', 'partially_captured') and expires_at <= ledger_now()"
    " order by authorization_id for update"
)
_LOCK_DUE = (
    "select w.employee_id from wallet w where w.book_id = %s"
    '  and exists (select from "authorization" a where a.book_id = w.book_id and a.employee_id = w.employee_id'
    "               and a.status in ('authorized', 'partially_captured') and a.expires_at <= ledger_now())"
    " order by w.employee_id for update of w"
)
_DUE_ACCOUNTS = (
    'select distinct l.account_id from "authorization" a'
    " join hold_line l on l.book_id = a.book_id and l.hold_id = a.hold_id"
    " where a.book_id = %s and a.authorization_id = any(%s::text[])"
)
_UPDATE = (
    'update "authorization" set status = %(status)s, captured_minor = %(captured)s, refunded_minor = %(refunded)s'
    " where book_id = %(book)s and authorization_id = %(authorization)s"
)
_UPDATE_AND_TELL = outbox.beside(_UPDATE)
_TABLE = AuthorizationRow.__table__


@dataclass(frozen=True, slots=True)
class Authorization:
    """
    What became of a purchase; amounts in minor units.

    `status` is declined, authorized, partially_captured, captured, voided, expired, partially_refunded or refunded.
    `sentence_it` and `sentence_en` say the outcome to the worker, with what to do next. `code` redeems it.
    """

    authorization_id: str
    status: str
    employee_id: str
    relative_id: str | None
    service_code: str
    provider_code: str | None
    home_territory: str | None
    delivery_territory: str | None
    channel: str | None
    category: str | None
    outcome: str | None
    quantity: int
    unit_price_minor: int
    amount_minor: int
    net_minor: int
    vat_minor: int
    vat_regime: str | None
    exempt_minor: int
    taxable_minor: int
    captured_minor: int
    refunded_minor: int
    in_limit: bool
    consent: bool
    hold_id: int | None
    code: str | None
    service_on: date
    tax_on: date
    decided_at: datetime
    expires_at: datetime | None
    decline_code: str | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    rule_ids: tuple[str, ...]
    rulebook_version: str
    facts: dict[str, Any]
    actor: str
    replayed: bool = False

    @property
    def open(self) -> bool:
        """Whether something of it can still be captured, as far as its state says."""
        return self.status in ("authorized", "partially_captured")

    @property
    def answer_by(self) -> datetime | None:
        """Until when the provider may accept it, as long as it has not: until then it has no code."""
        if self.code is not None or not self.open or "answer_by" not in self.facts:
            return None
        return datetime.fromisoformat(self.facts["answer_by"])

    @property
    def on_behalf(self) -> bool:
        """Whether somebody of the network asked for it, for the worker."""
        return bool(self.facts.get("on_behalf", False))

    @property
    def sentence_it(self) -> str:
        """The outcome in Italian, as the worker reads it."""
        return self.sentence("it")

    @property
    def sentence_en(self) -> str:
        """The outcome in English, as the worker reads it."""
        return self.sentence("en")

    def sentence(self, language: str) -> str:
        """Say the outcome to the worker, with what to do next; from what is recorded, in the words of today."""
        said = Said(
            decline=self.decline_code,
            outcome=self.outcome,
            reasons=self.reasons,
            warnings=self.warnings,
            figures=self.facts["figures"],
            unit=self.facts["unit"],
            unit_price_minor=self.unit_price_minor,
            amount_minor=self.amount_minor,
            available_minor=self.facts["available_minor"],
            # What was decided before this was kept is told as it was then.
            taxable_admitted=self.facts.get("taxable_admitted", True),
        )
        sentence = hints.sentence(said, language)
        if self.answer_by is None:
            return sentence
        wait = {
            "it": "Il fornitore deve prima accettare, entro il {}: il codice arriva con la sua conferma.",
            "en": "The provider has to accept first, by {}: the code comes when it does.",
        }
        return f"{sentence} {wait[language].format(local(self.answer_by, language))}"


_FIELDS = tuple(name for name in Authorization.__dataclass_fields__ if name != "replayed")
COLUMNS = [_TABLE.c[name] for name in _FIELDS]
_FOUND = sa.select(*COLUMNS).where(
    _TABLE.c.book_id == sa.bindparam("book"), _TABLE.c.authorization_id == sa.bindparam("authorization")
)
_GET = database.rendered(_FOUND)
# The wallet first, in this order: it is the mutex of whatever changes the person's year.
_WALLET = Wallet.__table__
_GET_LOCKED = database.rendered(
    _FOUND.join(
        _WALLET, sa.and_(_WALLET.c.book_id == _TABLE.c.book_id, _WALLET.c.employee_id == _TABLE.c.employee_id)
    ).with_for_update(of=[_WALLET, _TABLE])
)
_INSERT = (
    f'insert into "authorization" (book_id, {", ".join(_FIELDS)})'
    f" values (%(book_id)s, {', '.join(f'%({name})s' for name in _FIELDS)})"
)
_INSERT_AND_TELL = outbox.beside(_INSERT)


def authorize(
    session: Session, book_id: int, purchase: Purchase, *, actor: str, key: str | None = None
) -> Authorization:
    """
    Decide a purchase and, if it can be, reserve its money and give it a redemption code.

    A decline is an outcome, recorded with its code, its facts and a hint; it raises nothing. The limits of the year
    are looked at, and reserved, under the lock of the person's wallet. In channel VOUCHER the fiscal event is written
    now. With a `key`, the same request again returns the first answer, `replayed`.

    Errors: those of `amounts.minor`; KeyReused, InProgress; EmployeeNotFound; those of `purchases.consider`.
    """

    def work() -> Authorization:
        frozen, home_territory = begin(session, book_id, purchase)
        considered = purchases.consider(session, book_id, purchase)
        if frozen:
            considered = purchases.declined(considered, Decline.WALLET_FROZEN)
        return record(session, book_id, considered, home_territory, actor)

    return idempotency.once(
        session,
        book_id,
        actor,
        "authorize",
        key,
        _request(purchase),
        work=work,
        answer=lambda result: {
            "authorization_id": result.authorization_id,
            "status": result.status,
            "awaited": result.answer_by is not None,
        },
        replay=lambda kept: _as_it_was(get(session, book_id, kept["authorization_id"]), kept),
    )


def under_key(session: Session, book_id: int, actor: str, key: str) -> Authorization | None:
    """Return what `authorize` did under a key; None where it did nothing yet, or was refused."""
    kept = idempotency.answered(session, book_id, actor, "authorize", key)
    return None if kept is None else get(session, book_id, kept["authorization_id"])


def _as_it_was(found: Authorization, kept: Mapping[str, Any]) -> Authorization:
    """Return an authorization as it was given, whatever became of it since."""
    first = replace(found, replayed=True, status=kept["status"], captured_minor=0, refunded_minor=0)
    if not kept.get("awaited"):
        return first
    return replace(first, code=None, expires_at=datetime.fromisoformat(found.facts["answer_by"]))


def simulate(session: Session, book_id: int, purchase: Purchase) -> Authorization:
    """
    Say what `authorize` would answer now; nothing is written or locked, and the answer has no id, hold or code.

    The lots it would use are in `facts`. Errors: those of `authorize`, without the key's.
    """
    return foreseen(session, book_id, purchases.consider(session, book_id, purchase))


def foreseen(session: Session, book_id: int, considered: Considered) -> Authorization:
    """Say what `record` would write of a purchase that was considered, in a wallet that may be frozen."""
    if session.connection().exec_driver_sql(_FROZEN, (book_id, considered.purchase.employee_id)).scalar():
        considered = purchases.declined(considered, Decline.WALLET_FROZEN)
    return _from_values(records.values(considered, "", funders.of_book(session, book_id).home_territory, "simulation"))


def get(session: Session, book_id: int, authorization_id: str) -> Authorization:
    """
    Return an authorization.

    Errors: AuthorizationNotFound (also for another book's).
    """
    found = database.rows(session, _GET, {"book": book_id, "authorization": authorization_id})
    if not found:
        raise AuthorizationNotFound(authorization=authorization_id)
    return of_row(found[0])


def lock(session: Session, book_id: int, authorization_id: str) -> Authorization:
    """
    Take the person's mutex and return an authorization as it is once nobody else changes it; it stays so until the end
    of the transaction.

    Errors: AuthorizationNotFound (also for another book's).
    """
    found = database.rows(session, _GET_LOCKED, {"book": book_id, "authorization": authorization_id})
    if not found:
        raise AuthorizationNotFound(authorization=authorization_id)
    return of_row(found[0])


def lock_provider(session: Session, provider_code: str) -> None:
    """Wait for the purchases that are under way at a provider; later ones wait for the end of the transaction."""
    session.connection().exec_driver_sql(_LOCK_PROVIDER, (provider_code,))


def by_code(session: Session, code: str) -> tuple[int, Authorization]:
    """
    Return the book and the authorization that a redemption code stands for.

    Errors: CodeInvalid, AuthorizationNotFound.
    """
    normal = codes.normalize(code)
    row = (
        session.connection().execute(sa.select(_TABLE.c.book_id, *COLUMNS).where(_TABLE.c.code == normal)).one_or_none()
    )
    if row is None:
        raise AuthorizationNotFound(authorization=normal)
    return row[0], of_row(row[1:])


def book_of(session: Session, authorization_id: str, *, declined: bool = True) -> int:
    """
    Return the book that an authorization is of, as far as the session sees; `declined` False finds none of those.

    Errors: AuthorizationNotFound.
    """
    wanted = _TABLE.c.authorization_id == authorization_id
    if not declined:
        wanted &= _TABLE.c.status != "declined"
    book_id = session.scalar(sa.select(_TABLE.c.book_id).where(wanted))
    if book_id is None:
        raise AuthorizationNotFound(authorization=authorization_id)
    return int(book_id)


def of_employee(session: Session, book_id: int, employee_id: str) -> list[Authorization]:
    """Return a person's authorizations, the newest first."""
    rows = session.connection().execute(
        sa.select(*COLUMNS)
        .where(_TABLE.c.book_id == book_id, _TABLE.c.employee_id == employee_id)
        .order_by(_TABLE.c.decided_at.desc(), _TABLE.c.authorization_id.desc())
    )
    return [of_row(row) for row in rows]


def settle(session: Session, book_id: int, employee_id: str | None) -> int:
    """
    Expire the holds of one person, or of a whole book, whose time has come; return how many.

    Whoever settles one person holds that person's wallet; for a whole book the wallets are locked here.
    """
    connection = session.connection()
    people = [employee_id]
    if employee_id is None:
        people = list(connection.exec_driver_sql(_LOCK_DUE, (book_id,)).scalars())
    due = connection.exec_driver_sql(_DUE, (book_id, people)).scalars().all()
    if not due:
        return 0
    # Nobody else's holds: what is due to others is theirs to settle, with the events that belong to it.
    holds.settle(session, book_id, connection.exec_driver_sql(_DUE_ACCOUNTS, (book_id, due)).scalars().all())
    for authorization_id in due:
        found = get(session, book_id, authorization_id)
        finish(session, book_id, found, "expired", "hold_expired")
    return len(due)


def finish(session: Session, book_id: int, found: Authorization, ended: str, reason: str) -> Authorization:
    """Write down that nothing more will be captured: what was captured stays, the voucher's tax is undone."""
    event = Event.AUTHORIZATION_EXPIRED if ended == "expired" else Event.AUTHORIZATION_VOIDED
    captured, refunded = found.captured_minor, found.refunded_minor
    finished = update(session, book_id, found, captured, refunded, ended=ended, event=event, told={"reason": reason})
    if found.channel == Channel.VOUCHER:
        fiscal.reverse(
            session,
            book_id,
            found.employee_id,
            found.authorization_id,
            None,
            on=clock.today(),
            reason=reason,
            entry_id=None,
        )
    return finished


def update(
    session: Session,
    book_id: int,
    found: Authorization,
    captured_minor: int,
    refunded_minor: int,
    *,
    ended: str | None = None,
    event: Event | None = None,
    told: Mapping[str, Any] | None = None,
) -> Authorization:
    """
    Write down how far an authorization has come and return it so; `ended` says that no capture may follow.

    `event` is what others are told, with the facts `told` besides; what stands for a reimbursement is told as such.

    Units: minor units, in all since the authorization was given.
    """
    status = _status(found, captured_minor, refunded_minor, ended)
    changed = replace(found, status=status, captured_minor=captured_minor, refunded_minor=refunded_minor)
    asked: dict[str, object] = {
        "status": status,
        "captured": captured_minor,
        "refunded": refunded_minor,
        "book": book_id,
        "authorization": found.authorization_id,
    }
    if event is None or found.channel == Channel.REIMBURSEMENT:
        database.run(session, _UPDATE, asked)
    else:
        asked |= outbox.parameters(book_id, telling.purchase(event, changed, told or {}))
        database.run(session, _UPDATE_AND_TELL, asked)
    return changed


def _status(found: Authorization, captured_minor: int, refunded_minor: int, ended: str | None) -> str:
    if found.open and ended is None and captured_minor < found.amount_minor:
        return "partially_captured" if captured_minor else "authorized"
    if captured_minor == 0:
        return ended or found.status
    if refunded_minor == 0:
        return "captured"
    return "refunded" if refunded_minor == captured_minor else "partially_refunded"


def begin(session: Session, book_id: int, purchase: Purchase) -> tuple[bool, str]:
    """
    Take the person's mutex, settle what is due, and return whether the wallet is frozen and the funder's home.

    What is considered and recorded afterwards, in the same transaction, is decided on what nobody else changes.
    Errors: EmployeeNotFound.
    """
    asked = (purchase.service_code, book_id, purchase.employee_id)
    found = database.rows(session, _LOCK, asked)
    if not found:
        wallets.open_for(session, book_id, purchase.employee_id)
        found = database.rows(session, _LOCK, asked)
    if not found:
        raise EmployeeNotFound(employee=purchase.employee_id)
    status, due, home_territory, _ = found[0]
    if due:
        settle(session, book_id, purchase.employee_id)
    return status == "frozen", home_territory


def record(session: Session, book_id: int, considered: Considered, home_territory: str, actor: str) -> Authorization:
    """
    Write down what was decided of a purchase, between `begin` and the end of the transaction.

    Its money is reserved unless it is declined; in channel VOUCHER the fiscal event is written. Where the provider has
    to accept first, there is neither code nor event before it does. What the clock took meanwhile makes it a decline.
    """
    authorization_id = ids.new("aut")
    values = records.values(considered, authorization_id, home_territory, actor)
    if considered.decline is None:
        try:
            values["hold_id"] = holds.reserve(
                session,
                book_id,
                [(share.lot.account_id, share.amount_minor) for share in considered.shares],
                expires_at=values["expires_at"],
                reference=authorization_id,
            )
        except InsufficientFunds:
            # The sweep takes what ended at midnight without the wallet's lock: an answer, not an error.
            short = purchases.declined(considered, Decline.INSUFFICIENT_FUNDS)
            return record(session, book_id, short, home_territory, actor)
        if considered.answer_by is None:
            values["code"] = codes.new()
    recorded = _from_values(values)
    event = Event.AUTHORIZATION_CREATED if considered.decline is None else Event.AUTHORIZATION_DECLINED
    told = outbox.parameters(book_id, telling.purchase(event, recorded, {}))
    database.run(session, _INSERT_AND_TELL, {"book_id": book_id, **values, "facts": Jsonb(values["facts"]), **told})
    if recorded.answer_by is not None:
        awaited.ask(session, book_id, recorded, considered.expires_at)
    elif recorded.code is not None and considered.channel is Channel.VOUCHER:
        shares = [(share.lot.plan_id, str(share.lot.source), share.amount_minor) for share in considered.shares]
        records.write_issue(session, book_id, recorded, shares, on=considered.tax_on)
    return recorded


def _from_values(values: dict[str, Any]) -> Authorization:
    fields = {name: values[name] for name in _FIELDS}
    return Authorization(**(fields | {name: tuple(values[name]) for name in ("reasons", "warnings", "rule_ids")}))


def _request(purchase: Purchase) -> dict[str, Any]:
    return {
        "employee": purchase.employee_id,
        "service": purchase.service_code,
        "relative": purchase.relative_id,
        "quantity": purchase.quantity,
        "amount_minor": None if purchase.amount is None else amounts.minor(purchase.amount),
        "service_on": None if purchase.service_on is None else purchase.service_on.isoformat(),
        "channel": None if purchase.channel is None else str(purchase.channel),
        "consent": purchase.consent,
        "meal_kind": purchase.meal_kind,
        "expense_kind": purchase.expense_kind,
    }


def of_row(row: Any) -> Authorization:
    """Return a row of `COLUMNS` as what it says."""
    return _from_values(dict(zip(_FIELDS, row, strict=True)))
