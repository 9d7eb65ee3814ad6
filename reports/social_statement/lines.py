"""What both layouts of the municipality's statement print alike: names, figures and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plans.social.words import Instrument
from reports import foundation, words
from reports.social_statement.model import InstrumentPart, ServiceLine, SocialStatement, Told
from reports.words import Words

FIGURES: Final = ("opening", "granted", "used", "ended", "residual", "citizen")


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.social_statement", language)


def figures(told: Told) -> tuple[int | None, ...]:
    """Return the figures of a line in the order of their columns, None where withheld; minor units."""
    return tuple(getattr(told, f"{name}_minor") for name in FIGURES)


def counts(part: InstrumentPart) -> bool:
    """Say whether the people of a part's services are counted together: an agreement's are not."""
    return part.instrument is Instrument.ACCREDITAMENTO_VOUCHER


def name(line: ServiceLine, text: Words) -> str:
    """Return the name of a service; credit without an application has a name of its own."""
    return line.name or text("other")


def verdict(statement: SocialStatement, text: Words) -> str:
    """Return the sentence that says whether the statement reconciles."""
    proof = statement.proof
    if proof.difference_minor:
        return text("proof.fails", amount=text.euro(proof.difference_minor))
    if proof.shares_without_use:
        return text("proof.round", count=proof.shares_without_use)
    return text("proof.holds")


def proof(statement: SocialStatement, text: Words) -> Iterator[str]:
    """Yield what the statement stands on, sentence by sentence; amounts only where the total is told."""
    found = statement.proof
    amounts = [amount for amount in figures(statement.total) if amount is not None]
    if len(amounts) < len(FIGURES):
        yield text("proof.ledger_hidden", difference=text.euro(found.difference_minor))
    else:
        yield text("proof.equation", **dict(zip(FIGURES, map(text.amount, amounts), strict=True)))
        yield f"({text('proof.equation_words')})"
        yield text("proof.ledger", ledger=text.euro(found.ledger_minor), difference=text.euro(found.difference_minor))
    yield f"{text('proof.seal')}: {foundation.told(statement.foundation, text)}"
    yield f"{text('proof.rulebook')}: {foundation.rules(statement.foundation, text)}"
