"""
Signing in: the password, then a second thing, and only then a session.

An unknown address, a wrong password and a person without one are told apart neither by words nor by work done.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import audit, codes, cookies, devices, letters, members, pace, passwords, proofs, sessions
from api.access.audit import Doer
from api.access.errors import CrossSiteRefused, SignInRefused
from api.access.identity import transact_at_door
from api.access.sessions import Opened
from api.access.tables import Member, Proof

CHALLENGE_LASTING = timedelta(minutes=10)
# Of a million codes, for one right password.
MOST_CODES = 5
ACTION = "sessions:create"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a right password is answered with: the second thing is to be shown together with `secret`."""

    secret: str
    factor: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """An open session, and what the browser is known by from now on."""

    opened: Opened
    device: tuple[str, datetime] | None


def begin(email: str, password: str) -> Challenge:
    """
    Check the password, and ask for the second thing: an authenticator's code where there is one, else one by e-mail.

    Errors: TryLater, SignInRefused.
    """
    source, device = place(), cookies.device()

    def count(session: Session) -> tuple[Member | None, tuple[pace.Lane, ...]]:
        member = members.by_email(session, email)
        known = devices.known(session, None if member is None else member.member_id, device)
        lanes = pace.lanes(email.casefold(), source, known)
        pace.take(session, lanes)
        return member, lanes

    member, lanes = transact_at_door(count, whole=True)
    right = passwords.matches(None if member is None else member.password_hash, password)
    if member is None or not right:
        _refuse(None if member is None else member.member_id)
    # Hashing is slow on purpose, and waits for its turn: it is not done inside a transaction.
    renewed = passwords.kept(password) if passwords.is_old(member.password_hash or "") else None

    def challenge(session: Session) -> Challenge:
        pace.forgive(session, lanes)
        if renewed is not None:
            # Only what was checked is replaced: the password may have changed meanwhile.
            session.execute(
                sa.update(Member)
                .where(Member.member_id == member.member_id, Member.password_hash == member.password_hash)
                .values(password_hash=renewed)
            )
        return _challenge(session, member)

    return transact_at_door(challenge, whole=True)


def confirm(secret: str, code: str, *, kind: str, label: str, appointment_id: str | None = None) -> Entered:
    """
    Check the second thing (or a recovery code) and open a session.

    Errors: CrossSiteRefused, TryLater, SignInRefused, AppointmentNotFound.
    """
    if kind == "cookie" and flask.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        # Another site could sign its visitor in as somebody else.
        raise CrossSiteRefused()
    device = cookies.device()

    def count(session: Session) -> tuple[Proof, Member, tuple[pace.Lane, ...]] | None:
        proof = proofs.find(session, "sign_in", secret, lock=True)
        if proof is None or proof.attempts >= MOST_CODES or proof.member_id is None:
            return None
        lanes = pace.code_lanes(proof.member_id, devices.known(session, proof.member_id, device))
        pace.take(session, lanes)
        proof.attempts += 1
        session.flush()
        return proof, members.require(session, proof.member_id), lanes

    counted = transact_at_door(count, whole=True)
    if counted is None:
        _refuse(None)
    proof, member, lanes = counted

    def enter(session: Session) -> Entered | None:
        if not _second(session, proof, member, code) or not proofs.use(session, proof):
            return None
        pace.forgive(session, lanes)
        return enter_as(session, member.member_id, kind=kind, label=label, appointment_id=appointment_id)

    entered = transact_at_door(enter, whole=True)
    if entered is None:
        _refuse(member.member_id)
    return entered


def enter_as(session: Session, member_id: str, *, kind: str, label: str, appointment_id: str | None = None) -> Entered:
    """
    Open a session for somebody who has proved who they are; the secret of one that was there before is good no more.

    Errors: AppointmentNotFound, SignInRefused.
    """
    if kind == "cookie":
        sessions.drop_secret(session, cookies.session())
    opened = sessions.open_one(session, member_id, kind=kind, label=label, appointment_id=appointment_id)
    audit.write(session, doer_of(member_id, opened), ACTION, target=opened.session_id)
    return Entered(opened, devices.remember(session, member_id, cookies.device()) if kind == "cookie" else None)


def doer_of(member_id: str, opened: Opened) -> Doer:
    """Return who the audit trail says has signed in."""
    return Doer(member_id, opened.holding.role, opened.holding.book_id, opened.holding.employee_id)


def place() -> str:
    """Return where this request comes from, as failures are counted."""
    return pace.place(flask.request.remote_addr)


def _challenge(session: Session, member: Member) -> Challenge:
    if member.totp_secret is not None:
        secret, proof = proofs.make(session, "sign_in", member.member_id, lasting=CHALLENGE_LASTING)
        return Challenge(secret, "totp", proof.expires_at)
    digits = codes.by_email()
    secret, proof = proofs.make(session, "sign_in", member.member_id, lasting=CHALLENGE_LASTING)
    proof.code_hash = codes.code_hash(proof.hash, digits)
    letters.code(session, member, digits, proof.expires_at)
    return Challenge(secret, "email", proof.expires_at)


def _second(session: Session, proof: Proof, member: Member, code: str) -> bool:
    if proof.code_hash is not None:
        return hmac.compare_digest(proof.code_hash, codes.code_hash(proof.hash, code.strip()))
    if member.totp_secret is None:
        return False
    right = codes.accept_step(session, member.member_id, member.totp_secret, code.strip())
    return right or codes.accept_recovery(session, member.member_id, code)


def _refuse(member_id: str | None) -> NoReturn:
    transact_at_door(lambda session: audit.write(session, Doer(member_id), ACTION, outcome="refused"), whole=True)
    raise SignInRefused()
