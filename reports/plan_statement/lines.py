"""The lines that every layout of the statement prints alike: the summary and the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from config import clock
from plans.words import Residual
from reports.plan_statement.model import ExpiringLine, Movement, PlanStatement, Reading, Withheld
from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.plan_statement.words import Words

SHORT_HASH = 16


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One figure: its words, its sign in the sum that leads to the residual (empty outside it), minor units."""

    label: str
    sign: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the proof: a word and an amount, a count, a moment or a text."""

    label: str
    amount_minor: int | None = None
    value: int | str | datetime | None = None


def summary(statement: PlanStatement, words: Words) -> tuple[SummaryLine, ...]:
    """Return every figure of the period: the budget's, the sum that leads to the residual, and what of it is held."""
    budget = statement.budget
    day = words.day(statement.prepared_at.astimezone(clock.ROME).date())
    held = [SummaryLine(words("figure.held", day=day), "", statement.total.held_minor)]
    if statement.known_before is not None:
        held = []
    return (
        _line("committed", "", budget.committed_minor, words),
        _line("committed_to_date", "", budget.committed_to_date_minor, words),
        _line("funded", "", budget.funded_minor, words),
        _line("funded_to_date", "", budget.funded_to_date_minor, words),
        _line("ungranted", "", budget.ungranted_minor, words),
        *movements(statement, words),
        *held,
    )


def movements(statement: PlanStatement, words: Words) -> tuple[SummaryLine, ...]:
    """Return the sum that leads from the opening residual to the closing one."""
    total = statement.total
    to_pension = statement.plan.residual_destination is Residual.PENSION_FUND
    ended = "expired_to_pension" if to_pension else "expired_to_funder"
    brought = (_line("brought", "+", total.brought_minor, words),) if total.brought_minor else ()
    other = (_line("other", "+", total.other_minor, words),) if total.other_minor else ()
    return (
        _line("opening", "", total.opening_minor, words),
        _line("granted", "+", total.granted_minor, words),
        _line("corrected", "−", total.corrected_minor, words),
        *brought,
        _line("captured", "−", total.captured_minor, words),
        _line("refunded", "+", total.refunded_minor, words),
        _line(ended, "−", total.expired_to_funder_minor, words),
        _line("expired_to_community", "−", total.expired_to_community_minor, words),
        _line("carried_out", "−", total.carried_out_minor, words),
        _line("carried_in", "+", total.carried_in_minor, words),
        *other,
        _line("residual", "=", total.residual_minor, words),
    )


def figures(statement: PlanStatement) -> tuple[str, ...]:
    """Return the columns of a person's figures; what is held is told to payroll alone."""
    told = ("opening", "granted", "welfare_used", "fringe_used", "expired", "residual")
    return (*told, "held") if statement.reading is Reading.PAYROLL else told


def person(moved: Movement, statement: PlanStatement) -> tuple[int | None, ...]:
    """Return a person's figures in columns; None where they are withheld."""
    told = {
        "opening": moved.opening_minor,
        "granted": moved.granted_net_minor,
        "welfare_used": moved.welfare_minor,
        "fringe_used": moved.fringe_minor,
        "expired": moved.expired_minor,
        "residual": moved.residual_minor,
        "held": moved.held_minor,
    }
    return tuple(told[name] if statement.people_told or name == "granted" else None for name in figures(statement))


def people_total(statement: PlanStatement) -> tuple[int, ...]:
    """Return the sums of the columns of people, told whether or not each person's figures are."""
    total = replace(statement, people_told=True)
    return tuple(amount or 0 for amount in person(statement.total, total))


def persons(statement: PlanStatement, words: Words) -> str:
    """Return why each person's figures are withheld, and which days to ask for; nothing where they are told."""
    if statement.people_told:
        return ""
    first, last = map(words.day, statement.whole_months)
    return words("persons_months", first=first, last=last)


def groups(statement: PlanStatement, words: Words) -> str:
    """Return up to where the figures of groups go, or why they are withheld; nothing for payroll, which has all."""
    if statement.reading is Reading.PAYROLL:
        return ""
    told, starts_on = statement.groups, words.day(statement.plan.starts_on)
    if told.through is None:
        return words(f"groups_{told.withheld or Withheld.TOO_FEW}".lower(), starts_on=starts_on, people=SMALLEST_GROUP)
    return words("groups_through", starts_on=starts_on, through=words.day(told.through), people=SMALLEST_GROUP)


def people(statement: PlanStatement) -> str:
    """Return the name of the column that counts a category's people: rounded down for the personnel office."""
    told = statement.reading is Reading.HR and statement.groups.through is not None
    return "people_at_least" if told else "people"


def users(count: int | None, people: int, words: Words) -> str:
    """Return how many people used the plan and their share of those who have credit, or that it stays hidden."""
    if count is None:
        return words("hidden")
    return f"{count} ({words.share(count, people)})" if people else str(count)


def users_column(statement: PlanStatement) -> str:
    """Return the name of the column that counts those who used the plan: rounded down for the personnel office."""
    return "users_at_least" if statement.reading is Reading.HR else "users"


def expiring(line: ExpiringLine, statement: PlanStatement, words: Words) -> str:
    """Return the months of a line, and whether its last day is past."""
    first, last = words.month(line.month), words.month(line.through)
    told = first if line.month == line.through else words("months_text", first=first, last=last)
    today = statement.prepared_at.astimezone(clock.ROME).date()
    past = line.through < min(statement.ends_on, today).replace(day=1)
    return words("overdue", months=told) if past else told


def proof(statement: PlanStatement, words: Words) -> tuple[Fact, ...]:
    """Return the proof, fact by fact."""
    proof, rules = statement.proof, statement.rules
    overdrawn: tuple[Fact, ...] = ()
    if proof.overdrawn is not None:
        label = words("proof.overdrawn_on", day=words.day(proof.overdrawn.day))
        overdrawn = (Fact(label, proof.overdrawn.amount_minor),)
    applied: tuple[Fact, ...] = ()
    if rules.applied is not None:
        applied = (
            Fact(words("proof.applied"), value=rules.applied),
            Fact(words("proof.applied_unsigned"), value=rules.applied_unsigned),
            Fact(words("proof.applied_uncertain"), value=rules.applied_uncertain),
        )
    return (
        Fact(words("proof.journal"), proof.residual_minor),
        Fact(words("proof.ledger"), proof.ledger_minor),
        Fact(words("proof.difference"), proof.difference_minor),
        Fact(words("proof.budget_journal"), proof.budget_minor),
        Fact(words("proof.budget_ledger"), proof.budget_ledger_minor),
        Fact(words("proof.budget_difference"), proof.budget_difference_minor),
        *overdrawn,
        Fact(words("proof.entries"), value=proof.entries),
        Fact(words("proof.last_entry"), value=proof.last_entry_id),
        Fact(words("proof.last_recorded_at"), value=proof.last_recorded_at),
        Fact(words("proof.waiting"), value=proof.waiting),
        Fact(words("proof.seal"), value=seal(statement, words, whole=True)),
        Fact(words("proof.sealed_at"), value=proof.seal.sealed_at if proof.seal else None),
        Fact(words("proof.rulebook"), value=rules.version),
        Fact(words("proof.signed"), value=words("proof.signed_text", signed=rules.signed, total=rules.total)),
        Fact(words("proof.decided_under"), value=", ".join(rules.decided_under)),
        *applied,
    )


def equation(statement: PlanStatement, words: Words) -> str:
    """Return the sum that leads from the opening residual to the closing one, in figures."""
    total = statement.total
    figures = {
        "opening": total.opening_minor,
        "granted": total.granted_minor,
        "corrected": total.corrected_minor,
        "captured": total.captured_minor,
        "refunded": total.refunded_minor,
        "expired": total.expired_minor,
        "carried_out": total.carried_out_minor,
        "carried_in": total.carried_in_minor,
        "residual": total.residual_minor,
    }
    written = {name: words.amount(amount) for name, amount in figures.items()}
    if more := total.brought_minor + total.other_minor:
        return words("proof.equation_other", other=words.amount(more), **written)
    return words("proof.equation", **written)


def verdict(statement: PlanStatement, words: Words) -> str:
    """Return the sentence that says whether the statement reconciles, and if not, by how much or in which month."""
    if statement.proof.holds:
        return words("proof.holds")
    difference = statement.proof.difference_minor or statement.proof.budget_difference_minor
    overdrawn = statement.proof.overdrawn
    sentences = [words("proof.fails", amount=words.amount(difference))] if difference else []
    if overdrawn is not None:
        amount, day = words.amount(overdrawn.amount_minor), words.day(overdrawn.day)
        sentences.append(words("proof.overdrawn", month=words.month(overdrawn.day), day=day, amount=amount))
    return " ".join(sentences)


def seal(statement: PlanStatement, words: Words, *, whole: bool = False) -> str:
    """Return the seal the statement stands on: its number and the hash, whole or its beginning."""
    head = statement.proof.seal
    if head is None:
        return words("proof.seal_none")
    return words("proof.seal_text", seq=head.seq, hash=head.link_hash if whole else head.link_hash[:SHORT_HASH])


def sentence(statement: PlanStatement, words: Words, index: int) -> str:
    """Return the sentence of an interpretation in the words' language."""
    rule = statement.rules.interpretations[index]
    return rule.sentence_it if words.language == "it" else rule.sentence_en


def _line(name: str, sign: str, amount_minor: int, words: Words) -> SummaryLine:
    return SummaryLine(words(f"figure.{name}"), sign, amount_minor)
