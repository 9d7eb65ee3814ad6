"""
Who signed which rules: a consultant's sign-off, and what changed since.

A signature is of what a row says, by the hash of its content. A row that says something else is another row, and has no
signature until somebody signs it again. A signature given by mistake is withdrawn, with a reason: both stay on record,
and the row has none from then on. Where a row stands and the day it was last compared with the law are not what it
says: a signature outlives them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import clock, ids
from config.database import Base
from config.labelled import Labelled
from plans.rulebook.errors import (
    RegisterNumberInvalid,
    RulebookDiffers,
    SignatureDayInvalid,
    SignatureNotStanding,
    SignOffNotFound,
)
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import Rule

# What a row is called and where it stands; and the day somebody looked, which changes nothing of what it says.
_NOT_SIGNED: Final = frozenset({"file", "checked_on", "last_day"})

Content = Mapping[str, Any]


class SignOffRow(Base):
    """One act of signing: who, entered where in the register, on which day, reading which version."""

    __tablename__ = "rule_signoff"
    signoff_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    signed_by: Mapped[str] = mapped_column(sa.Text)
    register_number: Mapped[str] = mapped_column(sa.Text)
    signed_on: Mapped[date]
    rulebook_version: Mapped[str] = mapped_column(sa.Text)
    recorded_at: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False
    )
    actor: Mapped[str] = mapped_column(sa.Text)


class SignatureRow(Base):
    """One rule of an act of signing, with what it said."""

    __tablename__ = "rule_signature"
    signoff_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("rule_signoff.signoff_id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    content_hash: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    __table_args__ = (sa.Index("ix_rule_signature_rule", "rule_id"),)


class WithdrawalRow(Base):
    """A signature that no longer stands, and why."""

    __tablename__ = "rule_signature_withdrawal"
    signoff_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    rule_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    reason: Mapped[str] = mapped_column(sa.Text)
    withdrawn_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False
    )
    actor: Mapped[str] = mapped_column(sa.Text)
    __table_args__ = (
        sa.ForeignKeyConstraint(["signoff_id", "rule_id"], ["rule_signature.signoff_id", "rule_signature.rule_id"]),
    )


# Of a row of `rule_signature`: its withdrawal, and whether there is one.
_WITHDRAWAL: Final = sa.and_(
    WithdrawalRow.signoff_id == SignatureRow.signoff_id, WithdrawalRow.rule_id == SignatureRow.rule_id
)
_TAKEN_BACK: Final = sa.exists().where(_WITHDRAWAL).correlate(SignatureRow)


class Withdrawn(Labelled):
    """Why a signature is withdrawn; a code, for no free text is kept."""

    RECORDED_BY_MISTAKE = "RECORDED_BY_MISTAKE", "registrata per errore", "recorded by mistake"
    READ_OTHERWISE = "READ_OTHERWISE", "chi ha firmato legge ora diversamente", "the signer reads it otherwise"
    SOURCE_IN_DOUBT = "SOURCE_IN_DOUBT", "la fonte è venuta meno o è in dubbio", "its source is gone or in doubt"


class Change(StrEnum):
    """Why a rule of today has no signature, or a signature no rule."""

    NEVER_SIGNED = "NEVER_SIGNED"
    WITHDRAWN = "WITHDRAWN"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class Signature:
    """A rule that somebody signed as it stands today."""

    rule_id: str
    signed_by: str
    register_number: str
    signed_on: date
    signoff_id: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of the rulebook is signed: the valid signature of each signed rule, and how many rules there are."""

    signatures: Mapping[str, Signature]
    total: int

    @property
    def signed(self) -> int:
        """How many rules are signed as they stand."""
        return len(self.signatures)


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A rule that differs from what was last signed of it.

    `fields` has what the row said and says, by key, where it was signed once and is still there; `last` is the
    signature that it lost, `withdrawn` why where somebody took it back.
    """

    rule_id: str
    change: Change
    fields: tuple[tuple[str, str, str], ...] = ()
    last: Signature | None = None
    withdrawn: Withdrawn | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """What an act of signing added: no rule if all of them were signed by the same person before, as they stand."""

    signoff_id: str | None
    rule_ids: tuple[str, ...]
    already: tuple[str, ...]


def content(rule: Rule) -> Content:
    """Return what a row says, key by key, in values that JSON has."""
    said = {one.name: _plain(getattr(rule, one.name)) for one in fields(rule) if one.name not in _NOT_SIGNED}
    return {"table": type(rule).__name__} | said


def content_hash(rule: Rule) -> str:
    """Return the SHA-256 of what a row says, in hexadecimal."""
    written = json.dumps(content(rule), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def sign(
    session: Session,
    rulebook: Rulebook,
    rules: Sequence[Rule],
    *,
    signed_by: str,
    register_number: str,
    signed_on: date,
    actor: str,
    version: str | None = None,
) -> SignOff:
    """
    Record that a professional signed rules as they stand; what the same person signed before is not signed twice.

    With `version`, only if that is the rulebook's: what is signed is then what the document showed.

    Errors: RulebookDiffers, RegisterNumberInvalid, SignatureDayInvalid; the first that applies, in this order.
    Source: docs/rulebook.md, "Signing".
    """
    if version is not None and version != rulebook.version:
        raise RulebookDiffers(given=version, version=rulebook.version)
    register_number = " ".join(register_number.split())
    if not any(character.isdigit() for character in register_number):
        raise RegisterNumberInvalid(register_number=register_number)
    first = max((rule.known_from for rule in rules), default=signed_on)
    if not first <= signed_on <= clock.today():
        raise SignatureDayInvalid(signed_on=signed_on, first=first, today=clock.today())
    mine = sa.select(SignatureRow.content_hash).join(SignOffRow, SignOffRow.signoff_id == SignatureRow.signoff_id)
    before = set(session.scalars(mine.where(SignOffRow.register_number == register_number, ~_TAKEN_BACK)))
    hashes = {rule.id: content_hash(rule) for rule in rules}
    new = [rule for rule in rules if hashes[rule.id] not in before]
    already = tuple(rule.id for rule in rules if hashes[rule.id] in before)
    if not new:
        return SignOff(None, (), already)
    signoff_id = ids.new("sgn")
    session.execute(
        sa.insert(SignOffRow).values(
            signoff_id=signoff_id,
            signed_by=" ".join(signed_by.split()),
            register_number=register_number,
            signed_on=signed_on,
            rulebook_version=rulebook.version,
            actor=actor,
        )
    )
    session.execute(
        sa.insert(SignatureRow),
        [
            {
                "signoff_id": signoff_id,
                "rule_id": rule.id,
                "content_hash": hashes[rule.id],
                "content": dict(content(rule)),
            }
            for rule in new
        ],
    )
    return SignOff(signoff_id, tuple(rule.id for rule in new), already)


def withdraw(
    session: Session, signoff_id: str, rule_ids: Sequence[str] | None, *, reason: Withdrawn, actor: str
) -> tuple[str, ...]:
    """
    Withdraw signatures of one act of signing, or all that stand of it, and return the rules that lost theirs.

    The act and what was signed stay on record. The same person may sign the rules again.

    Errors: SignOffNotFound; SignatureNotStanding for a rule that the act did not sign, or that lost its signature
            before; the first that applies.
    """
    if session.get(SignOffRow, signoff_id) is None:
        raise SignOffNotFound(signoff=signoff_id)
    of_act = sa.select(SignatureRow.rule_id).where(SignatureRow.signoff_id == signoff_id, ~_TAKEN_BACK)
    standing_yet = list(session.scalars(of_act.order_by(SignatureRow.rule_id)))
    chosen = standing_yet if rule_ids is None else list(dict.fromkeys(rule_ids))
    missing = [rule_id for rule_id in chosen if rule_id not in standing_yet]
    if missing or not chosen:
        raise SignatureNotStanding(signoff=signoff_id, rules=missing or "-")
    rows = [
        {
            "signoff_id": signoff_id,
            "rule_id": rule_id,
            "reason": str(reason),
            "withdrawn_on": clock.today(),
            "actor": actor,
        }
        for rule_id in chosen
    ]
    session.execute(sa.insert(WithdrawalRow), rows)
    return tuple(chosen)


def standing(session: Session, rulebook: Rulebook) -> Standing:
    """Return which rules are signed as they stand, each with its latest signature."""
    found = {(row.rule_id, row.content_hash): _signature(row) for row in _signed(session) if row.withdrawn is None}
    valid = {}
    for rule in rulebook.rows:
        signature = found.get((rule.id, content_hash(rule)))
        if signature is not None:
            valid[rule.id] = signature
    return Standing(valid, len(rulebook.rows))


def differences(session: Session, rulebook: Rulebook) -> tuple[Difference, ...]:
    """
    List what is not signed as it stands: changed since it was signed, withdrawn, or new; then what is signed and gone.
    """
    signed = _signed(session)
    last = {row.rule_id: row for row in signed}
    valid = {(row.rule_id, row.content_hash) for row in signed if row.withdrawn is None}
    found = []
    for rule in rulebook.rows:
        if (rule.id, content_hash(rule)) in valid:
            continue
        row = last.pop(rule.id, None)
        if row is None:
            found.append(Difference(rule.id, Change.NEVER_SIGNED))
        elif row.withdrawn is not None and row.content_hash == content_hash(rule):
            found.append(
                Difference(rule.id, Change.WITHDRAWN, last=_signature(row), withdrawn=Withdrawn(row.withdrawn))
            )
        else:
            found.append(Difference(rule.id, Change.CHANGED, _changed(row.content, content(rule)), _signature(row)))
    gone = (row for rule_id, row in last.items() if rule_id not in rulebook.by_id and row.withdrawn is None)
    return (*found, *(Difference(row.rule_id, Change.REMOVED, last=_signature(row)) for row in gone))


@dataclass(frozen=True, slots=True)
class Act:
    """An act of signing: how many rules it signed, and of how many the signature was withdrawn."""

    signoff_id: str
    signed_by: str
    register_number: str
    signed_on: date
    rulebook_version: str
    rules: int
    withdrawn: int


def acts(session: Session) -> tuple[Act, ...]:
    """Return every act of signing, the first one first."""
    found = session.execute(
        sa.select(
            SignOffRow.signoff_id,
            SignOffRow.signed_by,
            SignOffRow.register_number,
            SignOffRow.signed_on,
            SignOffRow.rulebook_version,
            sa.func.count(),
            sa.func.count(WithdrawalRow.rule_id),
        )
        .join(SignatureRow, SignatureRow.signoff_id == SignOffRow.signoff_id)
        .outerjoin(WithdrawalRow, _WITHDRAWAL)
        .group_by(SignOffRow.signoff_id)
        .order_by(SignOffRow.signed_on, SignOffRow.recorded_at, SignOffRow.signoff_id)
    )
    return tuple(Act(*row) for row in found)


def last_signed_on(session: Session) -> date | None:
    """Return the day of the latest act of signing of which something stands."""
    return session.scalar(
        sa.select(sa.func.max(SignOffRow.signed_on)).where(
            sa.exists().where(SignatureRow.signoff_id == SignOffRow.signoff_id, ~_TAKEN_BACK)
        )
    )


def _signed(session: Session) -> Sequence[Any]:
    """Return every signature there ever was, the latest last."""
    return session.execute(
        sa.select(
            SignatureRow.rule_id,
            SignatureRow.content_hash,
            SignatureRow.content,
            SignOffRow.signed_by,
            SignOffRow.register_number,
            SignOffRow.signed_on,
            SignatureRow.signoff_id,
            WithdrawalRow.reason.label("withdrawn"),
        )
        .join(SignOffRow, SignOffRow.signoff_id == SignatureRow.signoff_id)
        .outerjoin(WithdrawalRow, _WITHDRAWAL)
        .order_by(SignOffRow.signed_on, SignOffRow.recorded_at, SignOffRow.signoff_id, SignatureRow.rule_id)
    ).all()


def _signature(row: Any) -> Signature:
    return Signature(row.rule_id, row.signed_by, row.register_number, row.signed_on, row.signoff_id)


def _changed(before: Content, after: Content) -> tuple[tuple[str, str, str], ...]:
    keys: Iterable[str] = dict.fromkeys((*after, *before))
    return tuple(
        (key, _written(before.get(key)), _written(after.get(key))) for key in keys if before.get(key) != after.get(key)
    )


def _plain(value: object) -> Any:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case StrEnum():
            return str(value)
        case _:
            return value


def _written(value: object) -> str:
    match value:
        case None:
            return ""
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)
