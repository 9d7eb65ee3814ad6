"""What both layouts of the provider's statement print alike: the figures, the notes on the law and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from network import vat, vat_law
from plans.rulebook.words import Channel
from reports import foundation, words
from reports.provider_settlement.model import ProviderStatement
from reports.words import Words

FIGURES: Final = ("opening", "captured", "refunded", "settled", "closing")
SIGNS: Final = ("", "+", "−", "−", "=")


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.provider_settlement", language)


def figures(statement: ProviderStatement, text: Words) -> Iterator[tuple[str, str, int]]:
    """Yield the sum that leads from what was owed to what is owed: sign, words, minor units."""
    for name, sign in zip(FIGURES, SIGNS, strict=True):
        yield sign, text(f"figure.{name}"), getattr(statement, f"{name}_minor")


def regime(code: str, text: Words) -> str:
    """Return the name of a VAT regime."""
    found = vat.regime(code)
    return found.label_it if text.language == "it" else found.label_en


def law(statement: ProviderStatement, text: Words) -> Iterator[tuple[str, str]]:
    """Yield what to know of each regime of the statement, and of vouchers, with its reference on the last day."""
    topics = [total.regime for total in statement.regimes]
    if any(line.channel == Channel.VOUCHER for line in statement.lines):
        topics.append("VOUCHER")
    for topic in topics:
        reference = vat_law.reference(topic, statement.ends_on)
        note = reference.note(text.language)
        if reference.doubtful:
            note = f"{note} ({text('doubtful')})".strip()
        if note:
            yield reference.reference, note


def verdict(statement: ProviderStatement, text: Words) -> str:
    """Return the sentence that says whether the statement reconciles, and if not, by how much."""
    if statement.holds:
        return text("proof.holds")
    return text("proof.fails", amount=text.euro(statement.difference_minor))


def equation(statement: ProviderStatement, text: Words) -> str:
    """Return the sum in figures."""
    amounts = {name: text.amount(getattr(statement, f"{name}_minor")) for name in FIGURES}
    return text("proof.equation", **amounts)


def proof(statement: ProviderStatement, text: Words) -> Iterator[str]:
    """Yield what the statement stands on, sentence by sentence."""
    yield equation(statement, text)
    yield f"({text('proof.equation_words')})"
    ledger = sum(account.ledger_minor for account in statement.accounts)
    yield text(
        "proof.ledger",
        books=len(statement.accounts),
        ledger=text.euro(ledger),
        difference=text.euro(statement.difference_minor),
    )
    yield f"{text('proof.seal')}: {foundation.told(statement.foundation, text)}"
