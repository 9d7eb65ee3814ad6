"""What the doors keep of a person: who signs in as them, with what, and the letters and files made for them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.exports import files as statements
from config import clock, database
from wallet.retention.words import ERASED

# Members who come in as this person and as nobody else.
_MEMBERS = """
    select m.member_id, lower(m.email) as email
      from member m
     where m.name <> %(erased)s
       and exists (select from appointment a where a.member_id = m.member_id and a.book_id = %(book)s
                      and a.employee_id = %(employee)s)
       and not exists (select from appointment a where a.member_id = m.member_id and a.ended_at is null
                          and (a.book_id is distinct from %(book)s or a.employee_id is distinct from %(employee)s))
"""
_COUNT = """
    select cardinality(%(members)s::text[]) + count(*) from mail x
     where x.addressee_id = any(%(members)s) or lower(x.address) = any(%(addresses)s)
"""
_FILES = "select result ->> 'sha256' as name from task where member_id = any(%(members)s) and result ? 'sha256'"
# Answers that were kept to be given again say what a person was written down with, and what they wrote.
_ANSWERS = "delete from idempotency_key where book_id in (0, %(book)s) and position(%(employee)s in answer::text) > 0"
_GONE = (
    "delete from token where appointment_id in (select appointment_id from appointment"
    "  where book_id = %(book)s and employee_id = %(employee)s)",
    "update appointment set ended_at = coalesce(ended_at, ledger_now())"
    " where book_id = %(book)s and employee_id = %(employee)s",
    "delete from invitation where book_id = %(book)s and employee_id = %(employee)s"
    " or lower(email) = any(%(addresses)s)",
    "delete from mail where addressee_id = any(%(members)s) or lower(address) = any(%(addresses)s)",
    "delete from linked_identity where member_id = any(%(members)s)",
    "delete from recovery_code where member_id = any(%(members)s)",
    "delete from device where member_id = any(%(members)s)",
    "delete from proof where member_id = any(%(members)s)",
    "delete from task where member_id = any(%(members)s)",
    _ANSWERS,
    "update member set name = %(erased)s, email = lower(member_id) || '@cancellato.invalid', password_hash = null,"
    " totp_secret = null, totp_pending = null, ended_at = coalesce(ended_at, ledger_now())"
    " where member_id = any(%(members)s)",
)


def count(session: Session, book_id: int, employee_id: str) -> int:
    """Return how many members and letters there are of a person; outside every fence."""
    found = _found(session, book_id, employee_id)
    return int(database.call(session, _COUNT, found)[0])


def forget_answers(session: Session, book_id: int, employee_id: str) -> None:
    """Erase the answers to a person's commands that were kept to be given again; outside every fence."""
    database.run(session, _ANSWERS, {"book": book_id, "employee": employee_id})


def forget(session: Session, book_id: int, employee_id: str, *, address: str | None = None) -> None:
    """
    Erase who signed in as a person, and the letters and files that were made for them; outside every fence.

    Somebody who comes in as somebody else too stays that; the audit trail stays, and names a member without a name.
    """
    found = _found(session, book_id, employee_id, address)
    store = statements.store()
    for row in database.rows(session, _FILES, found):
        if store.folder.is_dir():
            store.remove(store.path(bytes.fromhex(row.name)), older_than=clock.now())
    for statement in _GONE:
        database.run(session, statement, found)


def _found(session: Session, book_id: int, employee_id: str, address: str | None = None) -> dict[str, object]:
    asked: dict[str, object] = {"book": book_id, "employee": employee_id, "erased": ERASED}
    members = database.rows(session, _MEMBERS, asked)
    addresses = {row.email for row in members if row.email} | ({address.lower()} if address else set())
    return asked | {"members": [row.member_id for row in members], "addresses": sorted(addresses)}
