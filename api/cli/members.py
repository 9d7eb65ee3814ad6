"""borsellino member: who may come in over HTTP; the first operator comes in this way."""

from __future__ import annotations

from datetime import timedelta

import click
from sqlalchemy.orm import Session

from api.access import addresses, members, proofs, resets, tokens
from api.access.errors import AppointmentNeeded, ReachUnclear
from api.access.members import MemberCard, Reach
from api.access.roles import Role
from api.access.tables import Member
from api.access.tokens import Issued
from api.cli import persons
from api.cli.caller import Caller, Column
from api.cli.groups import Group, dry_run
from api.cli.words import TEXT, Word
from api.cli.work import book_of, change, look
from config import clock, settings
from config.errors import LANGUAGES
from network import providers

_OF_THE_NETWORK = (Role.WELFARE_MANAGER, Role.OPERATOR)


@click.group(cls=Group)
def member() -> None:
    """Admit members, give them roles and tokens, and let them go."""


@member.command()
@click.argument("name", type=TEXT)
@click.option("--email", type=TEXT, help="Where a person gets letters; a machine has none.")
@click.option(
    "--letters-in", "spoken", type=click.Choice(LANGUAGES), default="it", show_default=True, help="Language of letters."
)
@dry_run
@click.pass_obj
def admit(caller: Caller, name: str, email: str | None, spoken: str) -> None:
    """Admit a person, or a machine where no address is given."""
    member_id = change(caller, lambda session: members.admit(session, name, email=email, language=spoken))
    caller.say("{name} è fra gli iscritti: {id}.", "{name} is a member: {id}.", name=name, id=member_id)
    caller.data(member=member_id)


@member.command()
@click.argument("who", type=TEXT)
@click.argument("role", type=Word(Role))
@click.option("--employee", type=TEXT, help="Whose wallet it is, for an employee: id or codice fiscale.")
@click.option("--provider", type=TEXT, help="Code of the provider, for a provider.")
@dry_run
@click.pass_obj
def appoint(caller: Caller, who: str, role: Role, employee: str | None, provider: str | None) -> None:
    """Give a member (address or id) a role: in a book, for a provider, or in the network."""

    def work(session: Session) -> str:
        reach = _reach(caller, session, role, employee, provider)
        return members.appoint(
            session,
            _member(session, who).member_id,
            role,
            book_id=reach.book_id,
            employee_id=reach.employee_id,
            provider_code=reach.provider_code,
        )

    appointment_id = change(caller, work)
    caller.say("Incarico «{role}» dato: {id}.", "Given the role '{role}': {id}.", role=role, id=appointment_id)
    caller.data(appointment=appointment_id)


@member.command()
@click.argument("who", type=TEXT)
@click.option("--appointment", type=TEXT, help="Id of the role; not needed while there is only one.")
@click.option("--label", type=TEXT, default="cli", show_default=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it is good.")
@click.option("--scope", "scopes", type=TEXT, multiple=True, help="What it may do; all of the role unless given.")
@dry_run
@click.pass_obj
def token(caller: Caller, who: str, appointment: str | None, label: str, days: int, scopes: tuple[str, ...]) -> None:
    """Make a token for a member (address or id), and print it once."""

    def work(session: Session) -> Issued:
        appointment_id = _appointment(session, _member(session, who), appointment)
        return tokens.issue_within(
            session, appointment_id, scopes=scopes or None, label=label, lasting=timedelta(days=days)
        )

    made = change(caller, work)
    caller.say("{secret}", "{secret}", secret=made.secret)
    caller.note(
        "Token {id}, valido fino al {until}: non viene mostrato un'altra volta.",
        "Token {id}, good until {until}: it is not shown again.",
        id=made.token_id, until=made.expires_at,
    )  # fmt: skip
    caller.data(token=made)


@member.command()
@click.argument("who", type=TEXT)
@dry_run
@click.pass_obj
def link(caller: Caller, who: str) -> None:
    """Print a link with which a person (address or id) chooses a password; good once, for an hour."""

    def work(session: Session) -> str:
        secret, _ = proofs.make(session, "reset", _member(session, who).member_id, lasting=resets.LINK_LASTING)
        return addresses.link("password", secret)

    found = change(caller, work)
    caller.say("{link}", "{link}", link=found)
    if settings.load().public_url is None:
        caller.note(
            "Porta all'indirizzo di BORSELLINO_BIND: se il server risponde altrove («serve --bind», un proxy),"
            " indicare dove in BORSELLINO_PUBLIC_URL.",
            "It leads to the address of BORSELLINO_BIND: if the server answers elsewhere ('serve --bind', a proxy),"
            " say where in BORSELLINO_PUBLIC_URL.",
        )
    caller.data(link=found)


@member.command("list")
@click.pass_obj
def list_(caller: Caller) -> None:
    """List the members with their roles."""

    def read(session: Session) -> tuple[MemberCard, ...]:
        every = session.scalars(members.listing().order_by(Member.name, Member.member_id)).all()
        return members.cards(session, every)

    found = look(read)
    columns = [
        Column("iscritto", "member"),
        Column("nome", "name", folds=True),
        Column("e-mail", "e-mail"),
        Column("ruolo", "role"),
        Column("per", "for"),
        Column("incarico", "appointment"),
    ]
    rows: list[tuple[object, ...]] = []
    for card in found:
        rows += [
            (card.member_id, card.name, card.email or "", one.role, _for(one), one.appointment_id)
            for one in card.appointments
        ] or [(card.member_id, card.name, card.email or "", "", "", "")]
    caller.table(columns, rows)
    caller.data(members=found)


@member.command()
@click.argument("who", type=TEXT)
@click.option("--appointment", type=TEXT, help="Id of one role to end; else the member goes, with all of them.")
@dry_run
@click.pass_obj
def end(caller: Caller, who: str, appointment: str | None) -> None:
    """End a role of a member (address or id), or let the member go; tokens and sessions end at once."""

    def work(session: Session) -> None:
        member_id = _member(session, who).member_id
        if appointment is None:
            members.end(session, member_id)
        else:
            members.end_appointment(session, member_id, appointment)

    change(caller, work)
    caller.say("Fatto: token e sessioni sono chiusi.", "Done: tokens and sessions are ended.")
    caller.data(ended=appointment or who)


def _member(session: Session, who: str) -> Member:
    found = members.by_email(session, who) if "@" in who else None
    return found or members.require(session, who)


def _reach(caller: Caller, session: Session, role: Role, employee: str | None, provider: str | None) -> Reach:
    if (provider is None) is (role is Role.PROVIDER):
        raise ReachUnclear(role=role, needs="--provider" if role is Role.PROVIDER else "--book")
    if (employee is None) is (role is Role.EMPLOYEE):
        raise ReachUnclear(role=role, needs="--employee" if role is Role.EMPLOYEE else "--book")
    if provider is not None:
        return Reach(provider_code=providers.get(session, provider, clock.today()).code)
    if role in _OF_THE_NETWORK:
        return Reach()
    book_id = book_of(caller, session)
    person = None if employee is None else persons.employee(session, book_id, employee).employee_id
    return Reach(book_id=book_id, employee_id=person)


def _appointment(session: Session, found: Member, asked: str | None) -> str:
    if asked is not None:
        return members.appointment(session, found.member_id, asked).appointment_id
    held = members.holdings(session, found.member_id)
    if len(held) != 1:
        raise AppointmentNeeded(appointments=[f"{one.appointment_id} ({one.role})" for one in held] or ["-"])
    return held[0].appointment_id


def _for(held: members.Holding) -> str:
    return held.employee_id or held.employer or held.provider or ""
