"""How reports tell who signed the rules they stand on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from plans.rulebook import loading, signing
from plans.rulebook.signing import Signature
from reports.words import Words


def told(session: Session, text: Words) -> str:
    """Return the rulebook's version and how many of its rules are signed as they stand: what every footer names."""
    rulebook = loading.load()
    standing = signing.standing(session, rulebook)
    return text("rules_signed", version=rulebook.version, signed=standing.signed, total=standing.total)


def of_rule(signature: Signature | None, text: Words) -> str:
    """Return who signed a rule and when, or that nobody has."""
    if signature is None:
        return text("rule_unsigned")
    signer = {"by": signature.signed_by, "register": signature.register_number}
    return text("rule_signed", **signer, on=text.day(signature.signed_on))
