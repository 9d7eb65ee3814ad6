"""Passwords changed, and passwords forgotten: a link by e-mail that is good once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from api.access import audit, letters, members, pace, passwords, proofs, tokens
from api.access.audit import Doer
from api.access.errors import LinkNotFound, SignInRefused
from api.access.identity import Identity, transact_at_door
from api.access.signing_in import place
from api.access.tables import Member

LINK_LASTING = timedelta(hours=1)
# Stands in where nobody has the address, so that as much is done, and then undone.
_NOBODY = Member(member_id=None, email="nobody@example.org", language="it")


def ask(email: str) -> None:
    """
    Send a link to whoever has this address, and do as much where nobody has.

    Errors: TryLater.
    """
    lanes = pace.letter_lanes(email.casefold(), place())

    def work(session: Session) -> None:
        pace.take(session, lanes)
        member = members.by_email(session, email)
        trial = session.begin_nested()
        secret, proof = proofs.make(
            session, "reset", None if member is None else member.member_id, lasting=LINK_LASTING
        )
        letters.reset(session, member or _NOBODY, secret, proof.expires_at)
        audit.write(session, Doer(None if member is None else member.member_id), "passwords:reset")
        if member is None:
            trial.rollback()
        else:
            trial.commit()

    transact_at_door(work, whole=True)


def choose(secret: str, password: str) -> None:
    """
    Set the password of whoever got a link: every session ends, and no other link is good any more.

    Errors: LinkNotFound, PasswordWeak.
    """

    def look(session: Session) -> Member:
        proof = proofs.find(session, "reset", secret)
        if proof is None or proof.member_id is None:
            raise LinkNotFound()
        return members.require(session, proof.member_id)

    member = transact_at_door(look, whole=True)
    passwords.check(password, email=member.email or "")
    kept = passwords.kept(password)

    def work(session: Session) -> None:
        proof = proofs.find(session, "reset", secret, lock=True)
        if proof is None or not proofs.use(session, proof):
            raise LinkNotFound()
        proofs.end_all(session, "reset", member.member_id)
        _set(session, member.member_id, kept, Doer(member.member_id), but=None)

    transact_at_door(work, whole=True)


def change(identity: Identity, old: str, new: str) -> None:
    """
    Change the password of somebody who knows it; their other sessions end.

    Errors: TryLater, SignInRefused, PasswordWeak.
    """
    member = check_own(identity, old)
    passwords.check(new, email=member.email or "")
    kept = passwords.kept(new)
    transact_at_door(
        lambda session: _set(session, member.member_id, kept, identity.doer, but=identity.token_id), whole=True
    )


def check_own(identity: Identity, password: str) -> Member:
    """
    Return the member whose password this is; whoever holds a stolen session cannot try them all.

    Errors: TryLater, SignInRefused.
    """
    lanes = pace.code_lanes(identity.member_id, identity.token_id.encode())

    def count(session: Session) -> Member:
        pace.take(session, lanes)
        return members.require(session, identity.member_id)

    member = transact_at_door(count, whole=True)
    if not passwords.matches(member.password_hash, password):
        raise SignInRefused()
    transact_at_door(lambda session: pace.forgive(session, lanes), whole=True)
    return member


def _set(session: Session, member_id: str, kept: str, doer: Doer, *, but: str | None) -> None:
    member = members.require(session, member_id)
    member.password_hash = kept
    # A sign-in that the old password began is not finished with it.
    proofs.end_all(session, "sign_in", member_id)
    tokens.end_sessions(session, member_id, but=but)
    letters.password_changed(session, member)
    audit.write(session, doer, "passwords:change")
