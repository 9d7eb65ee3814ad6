"""borsellino network: territories, providers and services."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, DAY, FILE, TEXT
from api.cli.work import change, look
from config import clock, money
from network import data, listing, loading, providers, qualification, services
from plans.rulebook.words import Channel
from wallet import suspensions


@click.group(cls=Group)
def network() -> None:
    """Load the network, search it, qualify and suspend providers."""


@network.command()
@click.argument("folder", type=FILE, required=False)
@dry_run
@click.pass_obj
def load(caller: Caller, folder: Path | None) -> None:
    """Load the network from a folder of CSV files; the one that comes with the program unless given."""
    with caller.progress("Carico la rete", "Loading the network"):
        loaded = change(caller, lambda session: loading.load(session, folder or data.FOLDER))
    columns = [
        Column("file", "file"),
        Column("nuovi", "new", right=True),
        Column("aggiornati", "updated", right=True),
        Column("invariati", "unchanged", right=True),
    ]
    caller.table(columns, [(done.file, done.inserted, done.updated, done.unchanged) for done in loaded])
    caller.data(files=loaded)


@network.command()
@click.argument("provider", type=TEXT)
@click.option("--on", type=DAY, help="First day of the suspension; today unless given.")
@click.option("--reason", type=TEXT, required=True, help="Why, as the provider will read it.")
@dry_run
@click.pass_obj
def suspend(caller: Caller, provider: str, on: date | None, reason: str) -> None:
    """Suspend a provider and void its open authorizations in every book."""
    first_day = on or clock.today()

    done = change(caller, lambda session: suspensions.suspend(session, provider, first_day, reason, actor=caller.actor))
    caller.say(
        "{provider} è sospeso dal {on}; {n:autorizzazione aperta annullata|autorizzazioni aperte annullate},"
        " liberati {amount}.",
        "{provider} is suspended from {on}; {n:open authorization|open authorizations} voided, {amount} released.",
        provider=provider, on=first_day, n=len(done.voided), amount=euro(done.released_minor),
    )  # fmt: skip
    caller.data(provider=provider, on=first_day, voided=[each.authorization.authorization_id for each in done.voided])


@network.command()
@click.argument("provider", type=TEXT)
@click.option("--from", "first_day", type=DAY, required=True, help="First day of the qualification.")
@click.option("--to", "last_day", type=DAY, required=True, help="Last day, included.")
@click.option("--reason", type=TEXT, required=True, help="On what grounds.")
@dry_run
@click.pass_obj
def qualify(caller: Caller, provider: str, first_day: date, last_day: date, reason: str) -> None:
    """Qualify a provider for a period, or renew it; each family of requirements needs its verified document."""
    change(
        caller,
        lambda session: qualification.qualify(
            session, provider, valid_from=first_day, valid_to=last_day, reason=reason
        ),
    )
    caller.say(
        "{provider} è qualificato dal {first} al {last}.", "{provider} is qualified from {first} to {last}.",
        provider=provider, first=first_day, last=last_day,
    )  # fmt: skip
    caller.data(provider=provider, valid_from=first_day, valid_to=last_day)


@network.group("list", cls=Group)
def list_() -> None:
    """List territories, providers or services."""


@list_.command("territories")
@click.option("--on", type=DAY, help="As on this day; today unless given.")
@click.pass_obj
def territories_(caller: Caller, on: date | None) -> None:
    """List the territories with who serves there, and what soon expires."""
    lines = look(lambda session: listing.territory_lines(session, on or clock.today()))
    columns = [
        Column("codice", "code"),
        Column("territorio", "territory", folds=True),
        Column("provincia", "province"),
        Column("comuni", "comuni", right=True),
        Column("fornitori", "providers", right=True),
        Column("qualificati", "may serve", right=True),
        Column("servizi", "services", right=True),
        Column("in scadenza", "expiring", right=True),
    ]
    rows = [
        (x.territory.code, x.territory.name, x.territory.province, x.comuni_covered, x.providers,
         x.providers_that_may_serve, x.services, len(x.expiring))
        for x in lines
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(territories=lines)


@list_.command("providers")
@click.option("--territory", type=TEXT, help="Only those of this territory.")
@click.option("--on", type=DAY, help="As on this day; today unless given.")
@click.pass_obj
def providers_(caller: Caller, territory: str | None, on: date | None) -> None:
    """List the providers with their qualification."""
    found = look(lambda session: providers.listed(session, on or clock.today(), territory=territory))
    columns = [
        Column("codice", "code"),
        Column("fornitore", "provider", folds=True),
        Column("tipo", "kind"),
        Column("territorio", "territory", folds=True),
        Column("stato", "state"),
        Column("dal", "since"),
        Column("al", "until"),
    ]
    caller.table(
        columns, [(p.code, p.name, p.kind, p.territory_code, p.state, p.state_since, p.state_until) for p in found]
    )
    caller.data(providers=found)


@list_.command("services")
@click.argument("text", type=TEXT, required=False)
@click.option("--territory", type=TEXT, help="Only services of this territory.")
@click.option("--near", type=TEXT, help="Territory that distances are measured from.")
@click.option("--max-distance", "max_distance_km", type=click.IntRange(0, 20_000), help="Kilometres from --near.")
@click.option("--comune", type=TEXT, help="ISTAT code: only what reaches this municipality.")
@click.option("--area", type=TEXT, help="FAM, BEN, QUA, ABI or INT.")
@click.option("--need", type=TEXT, help="What it is for, as the catalogue words it.")
@click.option("--max-price", type=AMOUNT, help="At most this price for one unit.")
@click.option("--qualified", "only_qualified", is_flag=True, help="Only of providers that may serve.")
@click.option("--on", type=DAY, help="As on this day; today unless given.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def services_(caller: Caller, /, on: date | None, max_price: Money | None, limit: int, **wanted: Any) -> None:
    """Search the services; every word of TEXT must be in a name, accents or not."""

    def read(session: Session) -> tuple[services.Entry, ...]:
        return services.find(
            session,
            on=on or clock.today(),
            max_price_minor=None if max_price is None else money.minor(max_price),
            **wanted,
        )

    every = look(read)
    found = every[:limit]
    columns = [
        Column("codice", "code"),
        Column("servizio", "service", folds=True),
        Column("fornitore", "provider", folds=True),
        Column("territorio", "territory", folds=True),
        Column("km", "km", right=True),
        Column("prezzo", "price", right=True),
        Column("unità", "unit", folds=True),
        Column("canali", "channels", folds=True),
        Column("stato", "state"),
    ]
    rows = [
        (e.service_code, e.name, e.provider_name, e.territory_name, e.distance_km, euro(e.price_minor), e.unit,
         [Channel(name) for name in e.channels], e.provider_state or e.kind)
        for e in found
    ]  # fmt: skip
    caller.table(columns, rows)
    if len(found) < len(every):
        caller.say("{n} di {total}, --limit per gli altri.", "{n} of {total}, --limit for the others.",
                   n=len(found), total=len(every))  # fmt: skip
    caller.data(services=found, total=len(every))
