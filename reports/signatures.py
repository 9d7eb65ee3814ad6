"""How reports tell who signed the rules they stand on."""

from __future__ import annotations

from plans.rulebook.signing import Signature
from reports.words import Words


def of_rule(signature: Signature | None, text: Words) -> str:
    """Return who signed a rule and when, or that nobody has."""
    if signature is None:
        return text("rule_unsigned")
    signer = {"by": signature.signed_by, "register": signature.register_number}
    return text("rule_signed", **signer, on=text.day(signature.signed_on))
