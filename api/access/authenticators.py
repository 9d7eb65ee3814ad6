"""Authenticators: setting one up with proof that it works, taking it away, and the codes for when it is lost."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.access import audit, codes, members, pace, resets
from api.access.errors import SignInRefused, TotpNotPending, TotpNotSet
from api.access.identity import Identity, transact_at_door
from api.access.tables import Member


@dataclass(frozen=True, slots=True)
class Pending:
    """An authenticator that waits for its first code; told here and nowhere else."""

    secret: str
    uri: str


def begin(identity: Identity, password: str) -> Pending:
    """
    Make a new authenticator's secret; the one in use, if any, stays until the new one has shown a code.

    Errors: TryLater, SignInRefused.
    """
    member = resets.check_own(identity, password)
    secret = codes.new_secret()

    def work(session: Session) -> None:
        _own(session, identity).totp_pending = secret

    transact_at_door(work, whole=True)
    return Pending(secret, codes.uri(secret, member.email or member.name))


def confirm(identity: Identity, code: str) -> tuple[str, ...]:
    """
    Take the new authenticator into use, and return fresh recovery codes.

    Errors: TotpNotPending, TryLater, SignInRefused.
    """
    lanes = _lanes(identity)

    def count(session: Session) -> str:
        pending = _own(session, identity).totp_pending
        if pending is None:
            raise TotpNotPending()
        pace.take(session, lanes)
        return pending

    pending = transact_at_door(count, whole=True)
    step = codes.step(pending, code.strip())
    if step is None:
        raise SignInRefused()

    def work(session: Session) -> tuple[str, ...]:
        member = _own(session, identity)
        if member.totp_pending != pending:
            raise TotpNotPending()
        member.totp_secret, member.totp_pending, member.totp_step = pending, None, step
        pace.forgive(session, lanes)
        audit.write(session, identity.doer, "authenticators:set")
        return codes.renew_recovery(session, member.member_id)

    return transact_at_door(work, whole=True)


def take_away(identity: Identity, password: str, code: str) -> None:
    """
    Go back to codes by e-mail; it takes the password and a code of the authenticator, or a recovery code.

    Errors: TryLater, SignInRefused, TotpNotSet.
    """
    resets.check_own(identity, password)
    lanes = _lanes(identity)

    def count(session: Session) -> None:
        if _own(session, identity).totp_secret is None:
            raise TotpNotSet()
        pace.take(session, lanes)

    transact_at_door(count, whole=True)

    def work(session: Session) -> None:
        member = _own(session, identity)
        if member.totp_secret is None:
            raise TotpNotSet()
        shown = codes.accept_step(session, member.member_id, member.totp_secret, code.strip())
        if not shown and not codes.accept_recovery(session, member.member_id, code):
            raise SignInRefused()
        pace.forgive(session, lanes)
        member.totp_secret = member.totp_pending = None
        codes.end_recovery(session, member.member_id)
        audit.write(session, identity.doer, "authenticators:remove")

    transact_at_door(work, whole=True)


def renew_recovery(identity: Identity, password: str) -> tuple[str, ...]:
    """
    Return fresh recovery codes, which end the old ones.

    Errors: TryLater, SignInRefused, TotpNotSet.
    """
    resets.check_own(identity, password)

    def work(session: Session) -> tuple[str, ...]:
        if _own(session, identity).totp_secret is None:
            raise TotpNotSet()
        audit.write(session, identity.doer, "authenticators:recovery")
        return codes.renew_recovery(session, identity.member_id)

    return transact_at_door(work, whole=True)


def _lanes(identity: Identity) -> tuple[pace.Lane, ...]:
    # Apart from the password's failures, which a right password forgives.
    return pace.code_lanes(identity.member_id, f"{identity.token_id}:code".encode())


def _own(session: Session, identity: Identity) -> Member:
    return members.require(session, identity.member_id)
