"""What both layouts of the re-check print alike: the states of then and now, and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reports import foundation, words
from reports.recheck_report.model import RecheckLine, RecheckReport, RuleText
from reports.words import Words


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.recheck_report", language)


def then(line: RecheckLine, text: Words) -> str:
    """Return the outcome of then, with its knowledge of the law and its own rules."""
    return _state(line.outcome_then, line.taxable_then_minor, line.known_then, line.version_then, line.rules_then, text)


def now(line: RecheckLine, text: Words) -> str:
    """Return the outcome of today, with its knowledge of the law and its own rules."""
    return _state(line.outcome_now, line.taxable_now_minor, line.known_now, line.version_now, line.rules_now, text)


def sentence(rule: RuleText, text: Words) -> str:
    """Return what a rule says."""
    return (rule.sentence_it if text.language == "it" else rule.sentence_en) or text("gone")


def verdict(report: RecheckReport, text: Words) -> str:
    """Return the sentence that says whether the re-check looked at everything."""
    if report.holds:
        return text("proof.holds")
    return text("proof.fails", amount=text.euro(report.coverage.difference_minor))


def proof(report: RecheckReport, text: Words) -> Iterator[str]:
    """Yield the sentences of the proof."""
    seen = report.coverage
    yield text(
        "proof.sentence",
        decisions=seen.decisions,
        used=text.euro(seen.used_minor),
        events=text.euro(seen.events_minor),
        difference=text.euro(seen.difference_minor),
    )
    stands_on = report.foundation
    yield text("proof.stands_on", seal=foundation.told(stands_on, text), version=foundation.rules(stands_on, text))


def remarks(report: RecheckReport, text: Words) -> Iterator[str]:
    """Yield what to know beside the lines."""
    if not report.lines:
        yield text("none")
    if report.waits:
        yield text("waits", amount=text.euro(report.waiting_minor))
    if report.facts:
        yield text("facts", count=len(report.facts))
    if report.unused:
        yield text("unused", count=report.unused)


def _state(outcome: str, taxable_minor: int, known: date, version: str, rules: tuple[str, ...], text: Words) -> str:
    return text(
        "state",
        outcome=text(f"outcome.{outcome}"),
        taxable=text.euro(taxable_minor),
        known=text.day(known),
        version=version,
        rules=text("by_rules", rules=", ".join(rules)) if rules else "",
    )
