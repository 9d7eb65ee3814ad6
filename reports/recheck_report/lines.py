"""What both layouts of the re-check print alike: the states of then and now, and the proof."""

from __future__ import annotations

from collections.abc import Iterator

from reports import foundation, words
from reports.recheck_report.model import RecheckLine, RecheckReport, RuleText
from reports.words import Words


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.recheck_report", language)


def then(line: RecheckLine, text: Words) -> tuple[str, str, str]:
    """Return the outcome of then, up to when the law was known, and the rules on which it alone stood."""
    return text(f"outcome.{line.outcome_then}"), text.day(line.known_then), ", ".join(line.rules_then)


def now(line: RecheckLine, text: Words) -> tuple[str, str, str]:
    """Return the outcome of today, up to when the law is known, and the rules on which it alone stands."""
    return text(f"outcome.{line.outcome_now}"), text.day(line.known_now), ", ".join(line.rules_now)


def notes(report: RecheckReport, text: Words) -> Iterator[str]:
    """Yield how to read the purchases, and the versions of the rules' files, once for all of them."""
    yield text("lines_note")
    before, today = ({line.version_then for line in report.lines}, {line.version_now for line in report.lines})
    if before == today:
        yield text("versions_same", version=", ".join(sorted(today)))
    else:
        yield text("versions", then=", ".join(sorted(before)), now=", ".join(sorted(today)))


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
