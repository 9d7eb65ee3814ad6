"""borsellino expire: what time ends, written down."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click

from api.cli.caller import Caller, euro
from api.cli.groups import Command, dry_run
from api.cli.words import DAY
from api.cli.work import books_of, change
from config import clock
from wallet import expiry


@click.command(cls=Command)
@click.option("--on", type=DAY, help="Business date; today unless given.")
@click.option("--all", "every", is_flag=True, help="Every book, one transaction each.")
@dry_run
@click.pass_obj
def expire(caller: Caller, on: date | None, every: bool) -> None:
    """End holds and credit whose time is over; safe to run twice, made to be run every night."""
    results = {}
    for code, book_id in books_of(caller, every=every):
        with caller.progress(f"Scadenze di {code}", f"Expiring in {code}") as tick:
            done = change(
                caller,
                lambda session, book_id=book_id, tick=tick: expiry.expire(  # type: ignore[misc]
                    session, book_id, on=on or clock.today(), actor=caller.actor, on_progress=tick
                ),
            )
        results[code] = asdict(done)
        caller.say(
            "{book}: scaduti {holds:vincolo|vincoli}, {reimbursements:rimborso|rimborsi} e"
            " {lots:credito|crediti}; riportati {carried},"
            " al finanziatore {returned}, al fondo di comunità {community}, alla previdenza {pension}.",
            "{book}: {holds:hold|holds}, {reimbursements:reimbursement|reimbursements} and"
            " {lots:lot|lots} ended; {carried} carried over,"
            " {returned} to the funder, {community} to the community fund, {pension} to pension funds.",
            book=code, holds=done.holds, reimbursements=done.reimbursements, lots=done.lots,
            carried=euro(done.carried_minor), returned=euro(done.returned_minor),
            community=euro(done.community_minor), pension=euro(done.pension_minor),
        )  # fmt: skip
    caller.data(expired=results)
