"""What both formats say alike."""

from __future__ import annotations

from collections.abc import Iterator

from plans.rulebook.words import Confidence
from reports import foundation
from reports.deductibility.model import Deductibility, PlanCost
from reports.words import Words


def amount(amount_minor: int | None, text: Words) -> str:
    """Write an amount, or that it is not known."""
    return text("unknown") if amount_minor is None else text.euro(amount_minor)


def missing(found: Deductibility, text: Words) -> str:
    """Write why what is above the limit is no amount: it is not told, or the limit is not known."""
    return text("hidden" if found.untold_minor else "unknown")


def excess(found: Deductibility, text: Words) -> str:
    """Write what is above the limit, or why it is no amount."""
    amount_minor = found.not_deductible_minor
    return missing(found, text) if amount_minor is None else text.euro(amount_minor)


def notes(found: Deductibility, text: Words) -> Iterator[str]:
    """Say up to which day the figures go and for whom, and what is not told."""
    yield text("through.detail" if found.detail else "through.employer", day=text.day(found.ends_on))
    if found.untold_minor:
        yield text("untold", amount=text.euro(found.untold_minor))


def act(cost: PlanCost, text: Words) -> str:
    """Write the act a plan rests on: its kind, name, day and deposit."""
    parts = [text(f"act.{cost.act}")]
    if cost.document_ref:
        parts.append(cost.document_ref)
    if cost.signed_on is not None:
        parts.append(text("signed", day=text.day(cost.signed_on)))
    if cost.deposit_code:
        parts.append(text("deposited", code=cost.deposit_code))
    return ", ".join(parts)


def treatment(cost: PlanCost, text: Words) -> str:
    """Write how a plan's cost is deducted, or that it is not told."""
    return text("treatment.WITHHELD") if cost.treatment is None else text(f"treatment.{cost.treatment}")


def weakest(cost: PlanCost, text: Words) -> str:
    """Write how sure the least sure of the rules is."""
    order = list(Confidence)
    return text(f"confidence.{max((rule.confidence for rule in cost.rules), key=order.index)}")


def verdict(found: Deductibility, text: Words) -> str:
    """Say whether it reconciles."""
    return text("proof.holds" if found.proof.holds else "proof.fails")


def proof(found: Deductibility, text: Words) -> Iterator[str]:
    """Say what it stands on."""
    yield text(
        "proof.sentence",
        lots=text.euro(found.proof.lots_minor),
        credited=text.euro(found.proof.credited_minor),
        difference=text.euro(found.proof.difference_minor),
    )
    yield f"{text('seal')}: {foundation.told(found.foundation, text)}"
    yield f"{text('rules')}: {foundation.rules(found.foundation, text)}"


def doubts(found: Deductibility, text: Words) -> Iterator[tuple[str, str]]:
    """Yield what is doubtful: of every rule that the plans admit, then of the whole; with how sure each is."""
    for rule in found.rules:
        if rule.doubt(text.language):
            yield rule.doubt(text.language), text(f"confidence.{rule.confidence}")
    yield text("doubt.vat"), text("confidence.V-PAGE")
    yield text("doubt.time"), text("confidence.MEM")
    yield text("doubt.recharge"), text("confidence.MEM")
