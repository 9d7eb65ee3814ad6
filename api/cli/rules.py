"""borsellino rules: the law as this program applies it, rule by rule."""

from __future__ import annotations

from datetime import date

import click

from api.cli.caller import Caller, Column
from api.cli.groups import Group
from api.cli.words import DAY, TEXT
from api.errors import RuleNotFound
from plans.rulebook import loading
from plans.rulebook.model import RuleSummary
from plans.rulebook.words import Confidence


@click.group(cls=Group)
def rules() -> None:
    """Read the dated rules that decisions stand on; needs no database."""


@rules.command("list")
@click.option("--on", type=DAY, help="Only the rules that hold on this day.")
@click.option("--known-at", type=DAY, help="Only what was published by this day.")
@click.option("--uncertain", is_flag=True, help="Only the rules whose confidence is not the law's own text or page.")
@click.pass_obj
def list_(caller: Caller, on: date | None, known_at: date | None, uncertain: bool) -> None:
    """List the rules with their dates, source and confidence."""
    rulebook = loading.load()
    found = rulebook.rules(on=on, known_at=known_at)
    if uncertain:
        found = tuple(rule for rule in found if rule.confidence in (Confidence.MEMORY, Confidence.UNCERTAIN))
    columns = [
        Column("regola", "rule"),
        Column("dal", "from"),
        Column("al", "to"),
        Column("certezza", "confidence"),
        Column("controllata", "checked"),
        Column("firmata da", "signed off by", folds=True),
        Column("che cosa dice", "what it says", folds=True),
    ]
    rows = [
        (r.id, r.valid_from, r.valid_to, r.confidence, r.checked_on, r.signed_off_by or "-", _sentence(caller, r))
        for r in found
    ]
    caller.table(columns, rows)
    caller.say("{n} regole, versione {version}.", "{n} rules, version {version}.",
               n=len(found), version=rulebook.version)  # fmt: skip
    caller.data(version=rulebook.version, rules=found)


@rules.command()
@click.argument("rule", type=TEXT)
@click.pass_obj
def show(caller: Caller, rule: str) -> None:
    """Show one rule whole: what it says, where it stands, who checked it."""
    found = next((each for each in loading.load().rules() if each.id == rule), None)
    if found is None:
        raise RuleNotFound(rule=rule)
    rows: list[tuple[object, object]] = [
        (caller.sentence("regola", "rule"), found.id),
        (caller.sentence("dice", "says"), _sentence(caller, found)),
        (caller.sentence("vale dal", "holds from"), found.valid_from),
        (caller.sentence("al", "to"), found.valid_to or "-"),
        (caller.sentence("pubblicata", "published"), found.known_from),
        (caller.sentence("riferimento", "reference"), found.legal_ref),
        (caller.sentence("fonte", "source"), found.source),
        (caller.sentence("certezza", "confidence"), found.confidence),
        (caller.sentence("controllata", "checked"), found.checked_on),
        (caller.sentence("firmata da", "signed off by"), found.signed_off_by or "-"),
        (caller.sentence("sostituita da", "superseded by"), found.superseded_by or "-"),
        (caller.sentence("nota", "note"), found.note or "-"),
        ("file", found.file),
    ]
    caller.table([Column("voce", "key"), Column("valore", "value", folds=True)], rows)
    caller.data(rule=found)


def _sentence(caller: Caller, rule: RuleSummary) -> str:
    return rule.sentence_it if caller.language == "it" else rule.sentence_en
