"""borsellino plan: a funder's rules for one period."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import FILE, TEXT
from api.cli.work import book_of, change, look
from config import clock
from plans import plan_file, plans, renewal
from plans.plan_file import PlanDraft
from plans.plans import Outcome, PlanLoad, PlanTerms
from plans.renewal import Renewal
from plans.rulebook import loading
from plans.rulebook.words import PlanSource
from wallet import funding, revisions
from wallet.funding import FundingState


@click.group(cls=Group)
def plan() -> None:
    """Load plans from TOML files, renew, list and show them."""


@plan.command()
@click.argument("file", type=FILE)
@click.option("--revise", is_flag=True, help="Replace a plan of the same code, while it has granted nothing.")
@dry_run
@click.pass_obj
def load(caller: Caller, file: Path, revise: bool) -> None:
    """Load a plan file; the same file again changes nothing."""
    draft = plan_file.read(file)

    def work(session: Session) -> PlanLoad:
        book_id = book_of(caller, session)
        if revise:
            return revisions.revise(session, book_id, draft)
        return plans.load(session, book_id, draft, rulebook=loading.load(), created_at=clock.now())

    done = change(caller, work)
    sentences = {
        Outcome.CREATED: ("Piano {code} caricato.", "Plan {code} loaded."),
        Outcome.UNCHANGED: ("Piano {code} già caricato: nulla è cambiato.", "Plan {code} is there already, unchanged."),
        Outcome.REVISED: ("Piano {code} corretto in: {keys}.", "Plan {code} revised in: {keys}."),
    }
    caller.say(*sentences[done.outcome], code=draft.code, keys=done.changed)
    caller.data(plan=draft.code, outcome=done.outcome, changed=done.changed, plan_id=done.plan_id)


@plan.command()
@click.argument("code", type=TEXT)
@click.option("--code", "new_code", type=TEXT, help="Code of the next period; its year plus one unless given.")
@click.option("--months", type=click.IntRange(1, 120),
              help="How much later the next period lies; it follows at once unless given.")  # fmt: skip
@click.option("--changes", type=FILE, help="A part of a plan file: what shall be otherwise.")
@dry_run
@click.pass_obj
def renew(caller: Caller, code: str, new_code: str | None, months: int | None, changes: Path | None) -> None:
    """Load the plan of the next period from plan CODE: days moved, the rest kept; says what differs."""

    def work(session: Session) -> tuple[Renewal, PlanLoad]:
        book_id = book_of(caller, session)
        written = plans.describe(session, book_id, code)
        made = renewal.renew(written, code=new_code, months=months, changes=changes)
        return made, plans.load(session, book_id, made.draft, rulebook=loading.load(), created_at=clock.now())

    made, done = change(caller, work)
    columns = [
        Column("voce", "key"),
        Column(code, code, folds=True),
        Column(made.draft.code, made.draft.code, folds=True),
    ]
    caller.table(columns, [(each.key, _said(each.before), _said(each.after)) for each in made.differences])
    if done.outcome is Outcome.UNCHANGED:
        caller.say("Piano {new} già caricato: nulla è cambiato.", "Plan {new} is there already, unchanged.",
                   new=made.draft.code)  # fmt: skip
    else:
        caller.say("Piano {new} caricato da {old}.", "Plan {new} loaded from {old}.", new=made.draft.code, old=code)
    if made.act_kept:
        caller.say(
            "L'atto è quello del periodo scorso: verificare che valga ancora.",
            "The act is the last period's: check that it still holds.",
        )
    if made.draft.source is PlanSource.PDR:
        caller.say(
            "Per convertire premi registrare il deposito dell'accordo: borsellino bonus agreement {new}.",
            "To convert bonuses record the deposit of the agreement: borsellino bonus agreement {new}.",
            new=made.draft.code,
        )
    caller.data(
        plan=made.draft.code,
        renewed_from=code,
        outcome=done.outcome,
        plan_id=done.plan_id,
        act_kept=made.act_kept,
        differences=made.differences,
    )


def _said(value: object) -> object:
    """Return a value in the words of the plan file, where codes stay codes."""
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    return str(value) if isinstance(value, StrEnum) else value


@plan.command("list")
@click.pass_obj
def list_(caller: Caller) -> None:
    """List the plans of a book and where their money stands."""

    def read(session: Session) -> list[tuple[PlanTerms, FundingState]]:
        return [(terms, funding.state(session, terms)) for terms in plans.of_book(session, book_of(caller, session))]

    found = look(read)
    columns = [
        Column("piano", "plan"),
        Column("nome", "name", folds=True),
        Column("fonte", "source"),
        Column("spendibile entro", "spend by"),
        Column("impegnato", "committed", right=True),
        Column("versato", "funded", right=True),
        Column("accreditato", "granted", right=True),
        Column("accreditabile", "grantable", right=True),
    ]
    rows = [
        (t.code, t.name, t.source, t.spend_by, euro(s.committed_minor), euro(s.funded_minor), euro(s.granted_minor),
         euro(s.grantable_minor))
        for t, s in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(plans=[{"plan": terms, "funding": state} for terms, state in found])


@plan.command()
@click.argument("code", type=TEXT)
@click.pass_obj
def show(caller: Caller, code: str) -> None:
    """Show a plan whole, in the words of its file."""

    def read(session: Session) -> PlanDraft:
        return plans.describe(session, book_of(caller, session), code)

    draft = look(read)
    rows: list[tuple[object, object]] = [
        ("name", draft.name),
        ("source", str(draft.source)),
        ("starts_on", draft.starts_on),
        ("ends_on", draft.ends_on),
        ("spend_by", draft.spend_by),
        ("carry_over_months", draft.carry_over_months),
        ("residual_destination", str(draft.residual_destination)),
        ("leaver_grace_days", draft.leaver_grace_days),
        ("entitlement", str(draft.entitlement)),
        ("amount", draft.amount),
        ("funding_policy", str(draft.funding_policy)),
        ("taxable_policy", str(draft.taxable_policy)),
        ("priority", draft.priority),
        ("categories", sorted(map(str, draft.categories))),
        ("channels", sorted(map(str, draft.channels))),
        ("act", None if draft.act is None else f"{draft.act.source_type} {draft.act.document_ref or ''}"),
        *((f"cluster {c.cluster}", c.amount or c.description) for c in draft.clusters),
    ]
    caller.table([Column("voce", "key"), Column("valore", "value", folds=True)], rows)
    caller.data(plan=draft)
