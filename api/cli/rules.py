"""borsellino rules: the law as this program applies it, rule by rule, and who signed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column
from api.cli.groups import Group, dry_run
from api.cli.words import DAY, FILE, TEXT, Word
from api.cli.work import change, look
from api.errors import RuleNotFound
from config import clock
from plans.rulebook import loading, signing
from plans.rulebook.model import Rulebook, RuleSummary
from plans.rulebook.rows import Rule
from plans.rulebook.signing import Change, Difference, SignOff, Standing, Withdrawn
from plans.rulebook.words import Confidence
from reports import rulebook_document

EVERY = "all"
_CHANGES = {
    Change.NEVER_SIGNED: ("mai firmata", "never signed"),
    Change.WITHDRAWN: ("firma ritirata", "signature withdrawn"),
    Change.CHANGED: ("cambiata dopo la firma", "changed since it was signed"),
    Change.REMOVED: ("firmata, e tolta dalle regole", "signed, and no longer among the rules"),
}


@click.group(cls=Group)
def rules() -> None:
    """Read the dated rules that decisions stand on, and have them signed; list and show need no database."""


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
        Column("che cosa dice", "what it says", folds=True),
    ]
    rows = [(r.id, r.valid_from, r.valid_to, r.confidence, r.checked_on, _sentence(caller, r)) for r in found]
    caller.table(columns, rows)
    caller.say("{n:regola|regole}, versione {version}.", "{n:rule|rules}, version {version}.",
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
        (caller.sentence("sostituita da", "superseded by"), found.superseded_by or "-"),
        (caller.sentence("nota", "note"), found.note or "-"),
        ("file", found.file),
    ]
    caller.table([Column("voce", "key"), Column("valore", "value", folds=True)], rows)
    caller.data(rule=found)


@rules.command()
@click.option(
    "--format", "form", type=click.Choice(("pdf", "xlsx")), default="pdf", show_default=True, help="Kind of file."
)
@click.option("--output", type=FILE, help="File to write; named after the version in this folder unless given.")
@click.pass_obj
def document(caller: Caller, form: str, output: Path | None) -> None:
    """Write the rules as a document to sign: each in plain words, with its values, dates, source, doubt and cases."""
    with caller.progress("Preparo il documento delle regole", "Preparing the document of the rules"):
        gathered = look(rulebook_document.gather, snapshot=True)
        path = output or Path(f"regole-{gathered.version}.{form}")
        # Drawing a document loads a library that no other command needs.
        import_module(f"reports.rulebook_document.{form}").write(gathered, path, caller.language)
    caller.say("Scritto {path}: {n:regola|regole}, {signed:firmata|firmate}, versione {version}.",
               "Wrote {path}: {n:rule|rules}, {signed} signed, version {version}.",
               path=path, n=len(gathered.rules), signed=gathered.signed, version=gathered.version)  # fmt: skip
    caller.data(path=path, format=form, version=gathered.version, signed=gathered.signed, total=len(gathered.rules))


@rules.command()
@click.option("--by", "signed_by", type=TEXT, required=True, help="Who signs: first and last name.")
@click.option("--register", "register_number", type=TEXT, required=True,
              help="Where they are entered in the professional register: province and number.")  # fmt: skip
@click.option("--rules", "rule_ids", type=TEXT, multiple=True, required=True,
              help="A rule's id, or several with commas between; may be repeated; 'all' for every rule.")  # fmt: skip
@click.option("--on", "signed_on", type=DAY, help="The day of the signature; today unless given.")
@click.option("--version", "version", type=TEXT, help="Version printed on the document that was read; refused if the "
              "rules have changed since.")  # fmt: skip
@dry_run
@click.pass_obj
def sign(
    caller: Caller,
    signed_by: str,
    register_number: str,
    rule_ids: Sequence[str],
    signed_on: date | None,
    version: str | None,
) -> None:
    """Record that a professional signed rules as they stand; a rule that changes loses its signature."""
    rulebook = loading.load()
    chosen = _chosen(rulebook, rule_ids)

    def work(session: Session) -> tuple[SignOff, Standing]:
        done = signing.sign(
            session,
            rulebook,
            chosen,
            signed_by=signed_by,
            register_number=register_number,
            signed_on=signed_on or clock.today(),
            actor=caller.actor,
            version=version,
        )
        return done, signing.standing(session, rulebook)

    done, standing = change(caller, work)
    caller.say("Firmate ora: {n:regola|regole}; già firmate da {by}: {already}.",
               "Signed {n:rule|rules} now, {already} already signed by {by}.",
               n=len(done.rule_ids), by=signed_by, already=len(done.already))  # fmt: skip
    if done.signoff_id is not None:
        caller.say("Firma {signoff}.", "Signing {signoff}.", signoff=done.signoff_id)
    _say_standing(caller, rulebook, standing)
    caller.data(signoff=done, signed=standing.signed, total=standing.total, version=rulebook.version)


@rules.command()
@click.pass_obj
def signatures(caller: Caller) -> None:
    """List the acts of signing, with how many rules each signed and how many signatures were withdrawn."""
    found = look(signing.acts)
    columns = [
        Column("firma", "signing"),
        Column("giorno", "day"),
        Column("chi", "who", folds=True),
        Column("albo", "register", folds=True),
        Column("regole", "rules", right=True),
        Column("ritirate", "withdrawn", right=True),
    ]
    rows = [(a.signoff_id, a.signed_on, a.signed_by, a.register_number, a.rules, a.withdrawn) for a in found]
    caller.table(columns, rows)
    caller.data(signatures=found)


@rules.command("withdraw-signature")
@click.argument("signing_", metavar="SIGNING", type=TEXT)
@click.option(
    "--rules",
    "rule_ids",
    type=TEXT,
    multiple=True,
    help="A rule's id, or several with commas between; may be repeated; all of the signing unless given.",
)
@click.option("--reason", type=Word(Withdrawn), required=True, help="Why the signature no longer stands.")
@dry_run
@click.pass_obj
def withdraw_signature(caller: Caller, signing_: str, rule_ids: Sequence[str], reason: Withdrawn) -> None:
    """Withdraw the signature of rules, of one SIGNING; what was signed and why it was withdrawn stay on record."""
    rulebook = loading.load()
    named = [each.strip() for listed in rule_ids for each in listed.split(",") if each.strip()]

    def work(session: Session) -> tuple[tuple[str, ...], Standing]:
        gone = signing.withdraw(session, signing_, named or None, reason=reason, actor=caller.actor)
        return gone, signing.standing(session, rulebook)

    gone, standing = change(caller, work)
    caller.say("Ritirata la firma di {n:regola|regole}: {reason}.",
               "Withdrew the signature of {n:rule|rules}: {reason}.",
               n=len(gone), reason=reason.label(caller.language))  # fmt: skip
    _say_standing(caller, rulebook, standing)
    caller.data(withdrawn=gone, reason=reason, signed=standing.signed, total=standing.total)


@rules.command()
@click.pass_obj
def changes(caller: Caller) -> None:
    """Say what is not signed as it stands: what changed since it was signed, and what nobody signed."""
    rulebook = loading.load()

    def read(session: Session) -> tuple[tuple[Difference, ...], Standing]:
        return signing.differences(session, rulebook), signing.standing(session, rulebook)

    found, standing = look(read, snapshot=True)
    columns = [
        Column("regola", "rule"),
        Column("che cosa è successo", "what happened"),
        Column("ultima firma", "last signature", folds=True),
        Column("prima e ora", "before and now", folds=True),
    ]
    caller.table(columns, [_difference(caller, one) for one in found])
    _say_standing(caller, rulebook, standing)
    caller.data(version=rulebook.version, signed=standing.signed, total=standing.total, changes=found)


def _chosen(rulebook: Rulebook, rule_ids: Sequence[str]) -> list[Rule]:
    named = dict.fromkeys(each.strip() for listed in rule_ids for each in listed.split(",") if each.strip())
    if EVERY in named:
        return list(rulebook.rows)
    unknown = next((each for each in named if each not in rulebook.by_id), None)
    if unknown is not None or not named:
        raise RuleNotFound(rule=unknown or ",".join(rule_ids))
    return [rulebook.by_id[each] for each in named]


def _say_standing(caller: Caller, rulebook: Rulebook, standing: Standing) -> None:
    caller.say("Regole firmate {signed} di {total}, versione {version}.",
               "{signed} of {total} rules signed, version {version}.",
               signed=standing.signed, total=standing.total, version=rulebook.version)  # fmt: skip


def _difference(caller: Caller, found: Difference) -> tuple[object, ...]:
    last = "-"
    if found.last is not None:
        last = caller.sentence(
            "{by} ({register}), {on}", "{by} ({register}), {on}",
            by=found.last.signed_by, register=found.last.register_number, on=found.last.signed_on,
        )  # fmt: skip
    said = "; ".join(f"{key}: {before or '-'} → {after or '-'}" for key, before, after in found.fields)
    happened = caller.sentence(*_CHANGES[found.change])
    if found.withdrawn is not None:
        happened = f"{happened}: {found.withdrawn.label(caller.language)}"
    return found.rule_id, happened, last, said or "-"


def _sentence(caller: Caller, rule: RuleSummary) -> str:
    return rule.sentence_it if caller.language == "it" else rule.sentence_en
