"""
OpenID Connect: somebody whom an identity provider vouches for, as SPID and CIE do through a gateway.

The authorization code flow with PKCE and a nonce; the state is bound to the browser that began. What comes back counts
for both things that signing in takes: that is what the provider is trusted for (docs/access.md).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import requests
import sqlalchemy as sa
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from sqlalchemy.orm import Session

from api.access import addresses, audit, members, proofs, signing_in
from api.access.audit import Doer
from api.access.errors import IdentityUnknown, ProviderNotConfigured, ProviderUnavailable, SignInRefused
from api.access.identity import transact_at_door
from api.access.roles import Role
from api.access.signing_in import Entered
from api.access.tables import LinkedIdentity, Member
from config import clock, ids, settings

CALLBACK = "/v1/sessions/oidc/callback"
LASTING = timedelta(minutes=10)
_TIMEOUT_SECONDS = 10
# SPID writes `TINIT-` before a codice fiscale.
_TAX_CODE = re.compile(r"(?:TINIT-)?([A-Z0-9]{16})")


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):
    """Authlib's client, without a web framework: what it would keep in a session is in our table."""

    client_cls = OAuth2Session


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: where the browser goes, and the secret that it keeps meanwhile."""

    url: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who a provider says somebody is; an address only if it vouches for it too."""

    issuer: str
    subject: str
    email: str | None
    tax_code: str | None


def begin() -> Begun:
    """
    Begin a sign-in at the provider.

    Errors: ProviderNotConfigured, ProviderUnavailable.
    """
    client = _client()
    try:
        _check_metadata(client)
        asked = client.create_authorization_url(addresses.base() + CALLBACK)
    except (requests.RequestException, AuthlibBaseError, RuntimeError, ValueError) as error:
        raise ProviderUnavailable() from error
    facts = {"state": asked["state"], "nonce": asked["nonce"], "verifier": asked["code_verifier"]}

    def work(session: Session) -> Begun:
        secret, proof = proofs.make(session, "oidc", None, lasting=LASTING, **facts)
        return Begun(asked["url"], secret, proof.expires_at)

    return transact_at_door(work, whole=True)


def finish(secret: str, state: str, code: str, *, label: str) -> Entered:
    """
    Open a session for whoever comes back from the provider, in the browser that they left from.

    Errors: ProviderNotConfigured, SignInRefused, ProviderUnavailable, IdentityUnknown.
    """
    client = _client()

    def take(session: Session) -> Mapping[str, str] | None:
        proof = proofs.find(session, "oidc", secret, lock=True)
        if proof is None or not hmac.compare_digest(proof.facts["state"].encode(), state.encode()):
            return None
        return proof.facts if proofs.use(session, proof) else None

    begun = transact_at_door(take, whole=True)
    if begun is None:
        raise SignInRefused()
    vouched = _ask(client, code, begun)

    def enter(session: Session) -> Entered | None:
        member_id = _member(session, vouched)
        if member_id is None:
            audit.write(session, Doer(), signing_in.ACTION, outcome="refused")
            return None
        return signing_in.enter_as(session, member_id, kind="cookie", label=label)

    entered = transact_at_door(enter, whole=True)
    if entered is None:
        raise IdentityUnknown()
    return entered


def _client() -> _Client:
    configured = settings.load()
    if configured.oidc_issuer is None or configured.oidc_client_id is None:
        raise ProviderNotConfigured()
    return _made(configured.oidc_issuer, configured.oidc_client_id, configured.oidc_client_secret)


@cache
def _made(issuer: str, client_id: str, client_secret: str | None) -> _Client:
    # What the provider publishes about itself is read once; its keys again when one is not known.
    return _Client(
        None,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": _TIMEOUT_SECONDS,
        },
    )


def _check_metadata(client: _Client) -> None:
    metadata = client.load_server_metadata()
    # Who answers for another issuer could have our codes sent to it.
    if str(metadata.get("issuer", "")).rstrip("/") != settings.load().oidc_issuer:
        raise ValueError("the issuer is another one")


def _ask(client: _Client, code: str, begun: Mapping[str, str]) -> Vouched:
    try:
        _check_metadata(client)
        token = client.fetch_access_token(  # type: ignore[no-untyped-call]
            redirect_uri=addresses.base() + CALLBACK, code=code, code_verifier=begun["verifier"]
        )
        signed = client.parse_id_token(token, nonce=begun["nonce"])
        if signed is None:
            raise SignInRefused()
        claims: dict[str, Any] = dict(signed)
        if "email" not in claims and "userinfo_endpoint" in client.server_metadata:
            more = client.userinfo(token=token)
            # Said by the access token, which proves less than what is signed for us: only of the same person.
            claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
    except requests.RequestException as error:
        raise ProviderUnavailable() from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError) as error:
        raise SignInRefused() from error
    return _vouched(claims)


def _vouched(claims: Mapping[str, Any]) -> Vouched:
    email = claims.get("email") if claims.get("email_verified") is True else None
    name = settings.load().oidc_tax_code_claim
    found = _TAX_CODE.fullmatch(str(claims.get(name, ""))) if name else None
    return Vouched(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=str(email) if email else None,
        tax_code=found[1] if found else None,
    )


def _member(session: Session, vouched: Vouched) -> str | None:
    linked = session.get(LinkedIdentity, (vouched.issuer, vouched.subject))
    if linked is not None:
        still = (Member.member_id == linked.member_id, Member.ended_at.is_(None))
        return session.scalar(sa.select(Member.member_id).where(*still))
    found = _by_tax_code(session, vouched) or _by_email(session, vouched)
    if found is None or _linked_otherwise(session, vouched.issuer, found):
        return None
    identity = LinkedIdentity(
        issuer=vouched.issuer,
        subject=vouched.subject,
        identity_id=ids.new("idn"),
        member_id=found,
        linked_at=clock.now(),
    )
    session.add(identity)
    session.flush()
    audit.write(session, Doer(found), "identities:link", target=identity.identity_id)
    return found


def _by_tax_code(session: Session, vouched: Vouched) -> str | None:
    found = _members_of(session, vouched)
    return found[0] if len(found) == 1 else None


def _by_email(session: Session, vouched: Vouched) -> str | None:
    member = None if vouched.email is None else members.by_email(session, vouched.email)
    if member is None or member.kind != "person":
        return None
    # A mailbox may be a couple's; a codice fiscale is one person's.
    is_a_persons = any(held.role is Role.EMPLOYEE for held in members.holdings(session, member.member_id))
    if vouched.tax_code is not None and is_a_persons and member.member_id not in _members_of(session, vouched):
        return None
    return member.member_id


def _members_of(session: Session, vouched: Vouched) -> list[str]:
    if vouched.tax_code is None:
        return []
    return list(session.scalars(sa.select(sa.func.access_members_of_tax_code(vouched.tax_code))))


def _linked_otherwise(session: Session, issuer: str, member_id: str) -> bool:
    other = sa.select(LinkedIdentity.subject).where(
        LinkedIdentity.issuer == issuer, LinkedIdentity.member_id == member_id
    )
    return session.scalar(other.limit(1)) is not None
