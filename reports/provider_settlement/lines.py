"""What both layouts of the provider's statement print alike: the figures, the notes on the law and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from network import vat, vat_law
from plans.rulebook.words import Channel
from reports import foundation, words
from reports.provider_settlement.model import Instalment, ProviderStatement
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


def payee(statement: ProviderStatement, text: Words) -> str:
    """Return the provider's VAT number and the account it is paid on, as far as they are known."""
    found = statement.payee
    told = [text("payee.vat_number", number=found.vat_number)] if found.vat_number else []
    told.append(text("payee.iban", iban=found.iban, holder=found.holder) if found.iban else text("payee.no_iban"))
    return " · ".join(told)


def instalment(one: Instalment, statement: ProviderStatement, text: Words) -> str:
    """Return what becomes of an instalment, with the reference that the bank's statement shows."""
    if not one.reference:
        return text(f"state.{one.state}")
    return payment(one.reference, one.amount_minor, statement, text)


def payment(reference: str, amount_minor: int, statement: ProviderStatement, text: Words) -> str:
    """Return the state and the reference of a payment, and what it comes to where that is not the amount beside it."""
    found = next((each for each in statement.transfers if each.reference == reference), None)
    if found is None:
        return text("payment.other")
    told = text("payment.one", state=text(f"state.{found.state}"), reference=found.reference)
    return (
        told if found.amount_minor == amount_minor else told + text("payment.of", amount=text.euro(found.amount_minor))
    )


def next_payment(statement: ProviderStatement, text: Words) -> str:
    """Return what to expect next of what is owed: a payment on its way, what is late, or the first day due."""
    proposed = [one for one in statement.schedule if one.state == "proposed"]
    if proposed:
        amount = sum(one.amount_minor for one in proposed if one.day == proposed[0].day)
        return text("card.proposed", amount=text.euro(amount), day=text.day(proposed[0].day))
    if late := sum(one.amount_minor for one in statement.schedule if one.state == "overdue"):
        return text("card.overdue", amount=text.euro(late))
    due = next((one for one in statement.schedule if one.state == "due"), None)
    return text("card.due_note", day=text.day(due.day)) if due else text("card.due_none")


def law(statement: ProviderStatement, text: Words) -> Iterator[tuple[str, str]]:
    """Yield what to know of the regimes and services, and of vouchers, with each reference on the last day."""
    topics = {
        total.regime: {x.service_code for x in statement.lines if x.vat_regime == total.regime}
        for total in statement.regimes
    }
    if any(line.channel == Channel.VOUCHER for line in statement.lines):
        topics["VOUCHER"] = set()
    for topic, services in topics.items():
        for reference in vat_law.references(topic, statement.ends_on, services):
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
