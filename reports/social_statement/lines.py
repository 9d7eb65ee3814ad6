"""What both layouts of the municipality's statement print alike: names, figures and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reports import foundation, words
from reports.social_statement.model import Movement, ServiceLine, SocialStatement
from reports.words import Words

FIGURES: Final = ("opening", "granted", "used", "ended", "residual", "citizen")


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.social_statement", language)


def figures(movement: Movement) -> tuple[int, ...]:
    """Return the figures of a line in the order of their columns; minor units."""
    return tuple(getattr(movement, f"{name}_minor") for name in FIGURES)


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
    found, total = statement.proof, statement.total
    if total is None:
        yield text("proof.ledger_hidden", difference=text.euro(found.difference_minor))
    else:
        yield text("proof.equation", **dict(zip(FIGURES, map(text.amount, figures(total)), strict=True)))
        yield f"({text('proof.equation_words')})"
        yield text("proof.ledger", ledger=text.euro(found.ledger_minor), difference=text.euro(found.difference_minor))
    yield f"{text('proof.seal')}: {foundation.told(statement.foundation, text)}"
    yield f"{text('proof.rulebook')}: {foundation.rules(statement.foundation, text)}"
