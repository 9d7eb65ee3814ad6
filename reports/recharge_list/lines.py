"""What both layouts of the recharge list print alike: the figures, the notes on the law and the proof."""

from __future__ import annotations

from collections.abc import Iterator

from network import vat
from reports import foundation, words
from reports.recharge_list.model import Amounts, RechargeList
from reports.sheet import Amount
from reports.words import Words

FIGURES = ("net", "vat", "gross", "paid", "added")


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.recharge_list", language)


def regime(code: str, found: RechargeList, text: Words) -> str:
    """Return the name of a VAT regime, or to the employer what an invoice has to say of it."""
    if found.detail:
        known = vat.regime(code)
        return known.label_it if text.language == "it" else known.label_en
    return text("rate", rate=short(code, found)) if code.isdigit() else text(f"nature.{code}")


def short(code: str, found: RechargeList) -> str:
    """Return the code of a VAT regime; of a rate the rate, from basis points."""
    return code if found.detail or not code.isdigit() else f"{int(code) // 100} %"


def amounts(of: Amounts | None) -> Iterator[Amount]:
    """Yield the figures of a line or a regime; nothing where a line has none."""
    if of is not None:
        yield from (Amount(getattr(of, f"{name}_minor")) for name in FIGURES)


def columns(found: RechargeList) -> tuple[str, ...]:
    """Return the columns of the lines."""
    return ("voucher", "regime", *(("voucher_id", *FIGURES) if found.detail else ()))


def privacy(found: RechargeList, text: Words) -> str:
    """Say what the list tells, and for whom it is."""
    return text("privacy_note_detail" if found.detail else "privacy_note")


def figures(found: RechargeList, text: Words) -> Iterator[tuple[str, Amount]]:
    """Yield the totals, and what they cost the employer."""
    for name in FIGURES:
        yield text(f"figure.{name}"), Amount(found.total(name))
    yield text("figure.deductible"), Amount(found.deductible_minor)
    yield text("figure.cost"), Amount(found.total("gross") - found.deductible_minor)


def notes(found: RechargeList, text: Words) -> Iterator[tuple[str, str, str]]:
    """Yield what to know of the law: reference, how sure we are, the sentence."""
    for note in found.notes:
        said = note.text_it if text.language == "it" else note.text_en
        yield note.reference, text(f"confidence.{note.confidence}"), said


def verdict(found: RechargeList, text: Words) -> str:
    """Return the sentence that says whether the list reconciles, and if not, what to do."""
    if found.difference_minor:
        return text("proof.fails", amount=text.euro(found.difference_minor))
    if found.unrecorded_minor:
        return text("proof.unrecorded", amount=text.euro(found.unrecorded_minor))
    return text("proof.holds")


def proof(found: RechargeList, text: Words) -> Iterator[tuple[str, Amount | str]]:
    """Yield the proof, fact by fact."""
    amounts = {name: text.amount(found.total(name)) for name in ("gross", "paid", "added")}
    yield text("proof.equation_words"), text("proof.equation", **amounts)
    yield text("proof.lots"), Amount(found.lots_minor)
    yield text("proof.difference"), Amount(found.difference_minor)
    yield text("proof.recorded"), Amount(found.recorded_minor)
    yield text("proof.left"), Amount(found.unrecorded_minor)
    yield text("proof.seal"), foundation.told(found.foundation, text, whole=True)
    yield text("proof.rulebook"), foundation.rules(found.foundation, text)
