"""What every layout of the rulebook document says alike: the values of a rule, its doubt, a worked case in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Final

from plans.bonus import simulation
from plans.bonus.worked import BonusCase
from plans.rulebook.cases import Case
from plans.rulebook.facts import Facts, NewHire, Relative
from plans.rulebook.rows import Rule
from plans.rulebook.signing import Change, Difference
from plans.rulebook.words import AgeSubject, Category, Channel, Confidence, Entitlement, LimitSubject, PlanSource
from reports import signatures, words
from reports.rulebook_document.model import RuleSheet
from reports.words import Words

_COMMON: Final = frozenset(one.name for one in fields(Rule))
_UNCERTAIN: Final = (Confidence.UNCERTAIN, Confidence.MEMORY)
# What the worker declares, without telling the figure that the rule speaks of.
_DECLARED: Final = (LimitSubject.DEPENDENT_INCOME, AgeSubject.YOUNG_CHILD)
# What goes without saying in a case: it is said where it is otherwise.
_USUAL: Final = {"source": PlanSource.ON_TOP, "entitlement": Entitlement.ALL, "voucher_items": 1}
_SAID: Final = frozenset({"category", "channel", "amount_minor", "relative", "new_hire"})


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.rulebook_document", language)


def sentence(rule: Rule, text: Words) -> str:
    """Return what a rule says."""
    return rule.sentence_it if text.language == "it" else rule.sentence_en


def values(rule: Rule, text: Words) -> Iterator[tuple[str, str]]:
    """Yield the values of a rule that are its own kind's, each with its name."""
    for one in fields(rule):
        value = getattr(rule, one.name)
        # The unit stands behind its amount.
        if one.name in _COMMON or one.name == "unit" or value is None or value == ():
            continue
        yield text.named("key", one.name), _written(one.name, value, getattr(rule, "unit", None), text)


def dates(rule: Rule, text: Words) -> str:
    """Return when a rule holds, when it could be known and when it was compared with the law."""
    starts_on, known_from = text.day(rule.valid_from), text.day(rule.known_from)
    holds = text("holds_open", starts_on=starts_on)
    if rule.valid_to is not None:
        holds = text("holds", starts_on=starts_on, ends_on=text.day(rule.valid_to))
    known = text("known", known_from=known_from)
    if rule.known_from_confidence != rule.confidence:
        known += f" ({text.named('confidence', rule.known_from_confidence)})"
    return " · ".join((holds, known, text("checked", checked_on=text.day(rule.checked_on))))


def doubt(sheet: RuleSheet, text: Words) -> str:
    """Return the question that whoever signs a rule answers, or nothing where there is none."""
    confidence = sheet.rule.confidence
    if confidence not in _UNCERTAIN:
        return sheet.doubt.get(text.language, "")
    return sheet.doubt.get(text.language) or text(f"doubt.{confidence}")


def signature(sheet: RuleSheet, text: Words) -> str:
    """Return who signed a rule; or that nobody did, and which signature it lost."""
    told = signatures.of_rule(sheet.signature, text)
    lost = sheet.difference.last if sheet.difference is not None else None
    return f"{told} ({text('was_signed', signature=signatures.of_rule(lost, text))})" if lost else told


def where(rule: Rule, text: Words) -> str:
    """Return where a rule is written, and what says so."""
    return text("where", legal_ref=rule.legal_ref, source=source(rule, text))


def source(rule: Rule, text: Words) -> str:
    """Return the source of a rule; that it is an interpretation is said in the words' language."""
    return rule.source.replace("interpretation", text("interpretation"), 1)


def example(found: Case | BonusCase, text: Words) -> str:
    """Return a worked case with its outcome."""
    if isinstance(found, BonusCase):
        told = bonus_outcome(found, text)
        return text("case_of_bonus", name=found.name, what=bonus(found, text), outcome=told)
    return text(
        "case_of",
        name=found.name,
        what=case(found, text),
        outcome=text.named("word", found.outcome),
        exempt=text.euro(found.exempt_minor),
        taxable=text.euro(found.taxable_minor),
    )


def untried(rule: Rule, text: Words) -> str:
    """Return why no worked case uses a rule."""
    if declared(rule):
        return text("declared")
    told = f"untried.{getattr(rule, 'enforced_by', '')}"
    return text("tried_none", why=text(told if told in text.texts else "untried.other"))


def declared(rule: Rule) -> bool:
    """Return whether a rule decides nothing here: that a relative is dependent is declared, no income is asked for."""
    return getattr(rule, "subject", None) in _DECLARED


def applied(rule_ids: Iterable[str], text: Words) -> str:
    """Return which rules gave an answer."""
    return text("case.rules", rules=", ".join(rule_ids) or text("never"))


def changed(found: Difference, text: Words) -> Iterator[tuple[str, str, str]]:
    """Yield what a rule said and says, each with its name; of one that is gone or never signed, nothing."""
    if found.change is not Change.CHANGED:
        return
    for key, before, after in found.fields:
        yield text.named("key", key), _before(key, before, text), _before(key, after, text)


def purchase(case: Case, text: Words) -> str:
    """Return what was bought in a worked case, for whom and under which facts."""
    facts = case.facts
    return ", ".join(
        (
            text.named("category", facts.category),
            text.named("channel", facts.channel).lower(),
            *_who(facts.relative, text),
            *_facts(facts, text),
            *(_facts(facts.new_hire, text) if facts.new_hire is not None else ()),
        )
    )


def case(found: Case, text: Words) -> str:
    """Return a worked case in a sentence's part: what, how much, when, and as the law was known when."""
    told = f"{purchase(found, text)}, {text.euro(found.facts.amount_minor)} {text('on_day', on=text.day(found.on))}"
    return told if found.known_at == found.on else f"{told} {text('as_known', known_at=text.day(found.known_at))}"


def bonus(found: BonusCase, text: Words) -> str:
    """Return what a case of a bonus is about: how much, what share of it as welfare, when, and what else is known."""
    told = [text("bonus.what", amount=text.euro(found.premium_minor), share=found.share_percent, on=text.day(found.on))]
    if found.income_minor is not None:
        told.append(text("bonus.income", amount=text.euro(found.income_minor)))
    told += [text(f"bonus.{name}") for name in ("joint", "waived") if getattr(found, name)]
    rates = {"contributions": found.contributions_points, "ordinary": found.ordinary_points}
    told += [text(f"bonus.{name}", rate=text.amount(rate)) for name, rate in rates.items() if rate is not None]
    year = found.year
    taken = {"converted": year.converted_minor, "taxed": year.taxed_minor, "elsewhere": year.elsewhere_minor}
    told += [text(f"bonus.{name}", amount=text.euro(amount)) for name, amount in taken.items() if amount]
    return ", ".join(told)


def bonus_outcome(found: BonusCase, text: Words) -> str:
    """Return what comes of it: welfare and net cash, or why it is refused."""
    if found.refusal:
        return text(f"bonus.{found.refusal}")
    figures = dict(found.figures)
    net = figures["net_cash"]
    told = text("bonus.net", amount=text.euro(net)) if net is not None else text("bonus.net_unknown")
    return text("bonus.outcome", welfare=text.euro(figures["welfare"] or 0), cash=told)


def bonus_figures(found: BonusCase, text: Words) -> str:
    """Return how the part in cash comes to its net, figure by figure; nothing where there is none."""
    if found.refusal or found.share_percent >= simulation.WHOLE_PERCENT:
        return ""
    shown = {name: "?" if amount is None else text.amount(amount) for name, amount in found.figures}
    return text("bonus.figures", **shown)


def _who(relative: Relative | None, text: Words) -> Iterator[str]:
    if relative is None:
        yield text("employee")
        return
    yield text("relative", who=text.named("word", relative.kinship))
    if relative.birth_date is not None:
        yield text("born", day=text.day(relative.birth_date))
    yield from _facts(relative, text)


def _facts(facts: Facts | Relative | NewHire, text: Words) -> Iterator[str]:
    for one in fields(facts):
        value = getattr(facts, one.name)
        usual = _USUAL.get(one.name, False)
        if one.name in _SAID or one.name in ("kinship", "birth_date") or value is None or value == usual:
            continue
        yield f"{text.named('fact', one.name)}: {_written(one.name, value, None, text)}"


def _written(name: str, value: object, unit: object, text: Words) -> str:
    match value:
        case bool():
            return text("yes" if value else "no")
        case int() if name.endswith("_minor"):
            return f"{text.euro(value)} {text.named('word', str(unit))}" if unit is not None else text.euro(value)
        case int() if name == "basis_points":
            return f"{text.amount(value)} %" if text.language == "it" else f"{text.amount(value)}%"
        case date():
            return text.day(value)
        case tuple():
            return ", ".join(_written(name, item, None, text) for item in value)
        case Category():
            return text.named("category", value)
        case Channel():
            return text.named("channel", value)
        case PlanSource():
            return text.named("source_name", value)
        case StrEnum():
            # A limit is about a category, or about something else.
            return text.texts.get(f"word.{value}") or text.named("category", value)
        case _:
            return str(value)


def _before(key: str, written: str, text: Words) -> str:
    if key.endswith("_minor") and written.isdecimal():
        return text.euro(int(written))
    return written
