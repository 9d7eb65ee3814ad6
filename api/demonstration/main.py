"""The demonstration: employers, a municipality and citizens up to 22 November 2026, then what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.orm import Session

from api.demonstration import credits, history, people, purchases, summary, telling
from api.demonstration.citizens.people import BODIES, HOME, Body
from api.demonstration.credits import TODAY
from api.demonstration.errors import BookNotOfDemonstration, DemonstrationInterrupted
from api.demonstration.papers import writing
from api.demonstration.people import Employer
from api.demonstration.scene import Scene, Step, once
from config import clock, database
from ledger import books, seals
from network import loading
from network.services import prices
from plans import funders
from plans.words import FunderKind

FIRST_DAY = date(2024, 1, 1)


def run(console: Console, *, output: Path, language: str = "it", times: int = 1) -> None:
    """
    Load the demonstration, verify every book, write statements into `output` and tell what came of it.

    Safe to run twice: what is there is left as it is. An interrupted run is resumed where it stopped. With `times`,
    every employer has as many times its people, and they buy as much: to measure with, on a database of its own.
    Errors: BookNotOfDemonstration, DemonstrationInterrupted; in this order, before anything is written.
    """
    started = time.monotonic()
    if not console.is_terminal:
        # Where no bar can be drawn, nothing else would be seen for minutes.
        console.print(
            "Gioco tre anni di storia e scrivo i documenti: ci vuole qualche minuto."
            if language == "it"
            else "Playing three years of history and writing the documents: this takes some minutes."
        )
    database.migrate()
    employers = people.employers(times)
    scene = Scene()
    with clock.at(FIRST_DAY):
        price_list = database.transact(lambda session: _open(session, scene, employers))
    budgets, fundings = credits.schedule(employers)
    orders = purchases.plan(employers, budgets, price_list)
    steps = history.steps(employers, (budgets, fundings), orders, output / writing.RECEIVED)
    with _progress(console) as progress:
        done = _play(progress, scene, steps, language)
        with clock.at(TODAY):
            written = _write(progress, scene, employers, output, language)
            found = database.transact(lambda session: summary.gather(session, scene, employers))
    _say_what_was_done(console, done, len(steps), found.purchases, language)
    telling.tell(console, found, employers, written, language)
    seconds = time.monotonic() - started
    console.print(f"Durata: {seconds:.0f} secondi." if language == "it" else f"It took {seconds:.0f} seconds.")


def _open(session: Session, scene: Scene, employers: Sequence[Employer]) -> dict[str, int]:
    """Load the network, open the books that are missing, and return the price of one unit of each service."""
    everybody: tuple[Employer | Body, ...] = (*employers, *BODIES)
    for whose in everybody:
        book_id = books.find(session, whose.code)
        if book_id is not None and (name := funders.of_book(session, book_id).name) != whose.name:
            raise BookNotOfDemonstration(book=whose.code, name=name)
    if any(books.find(session, whose.code) is None for whose in everybody):
        loading.load(session)
    for employer in employers:
        more = {"home_territory": employer.home_territory, "vat_number": employer.vat_number}
        _open_book(session, scene, employer.code, employer.name, FunderKind.EMPLOYER, **more)
    for body in BODIES:
        _open_book(session, scene, body.code, body.name, body.kind, home_territory=HOME)
    return {code: prices.price_on(session, code, FIRST_DAY).price_minor for code in purchases.services()}


def _open_book(session: Session, scene: Scene, code: str, name: str, kind: FunderKind, **more: str) -> None:
    book_id = books.find(session, code) or books.open_book(session, code, name)
    funders.record(session, book_id, code=code, name=name, kind=kind, **more)
    scene.books[code] = book_id
    scene.meet(session, code)


def _play(progress: Progress, scene: Scene, steps: Sequence[Step], language: str) -> int:
    """Do the steps that were not done before, one transaction each, and return how many."""
    done = 0
    words = "Storia: {day:%d/%m/%Y}" if language == "it" else "History: {day:%Y-%m-%d}"
    task = progress.add_task(words.format(day=FIRST_DAY), total=len(steps))
    for step in steps:
        try:
            with clock.at(step.on):
                done += database.transact(partial(once, scene=scene, step=step))
        except DemonstrationInterrupted:
            # The keys of a complete demonstration may have been cleaned away long ago.
            if done or not database.transact(lambda session: _complete(session, scene)):
                raise
            break
        progress.update(task, advance=1, description=words.format(day=step.on))
    progress.update(task, completed=len(steps))
    # Three years came in minutes, and the database has not counted them yet by itself.
    database.transact(lambda session: session.execute(sa.text("analyze")))
    return done


def _complete(session: Session, scene: Scene) -> bool:
    heads = [seals.head(session, book_id) for book_id in scene.books.values()]
    return all(head is not None and head.sealed_at.astimezone(clock.ROME).date() >= TODAY for head in heads)


def _write(
    progress: Progress, scene: Scene, employers: Sequence[Employer], output: Path, language: str
) -> writing.Written:
    task = progress.add_task("Documenti" if language == "it" else "Documents", total=None)
    return writing.write(
        scene, employers, output, language, lambda done, total: progress.update(task, completed=done, total=total)
    )


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _say_what_was_done(console: Console, done: int, steps: int, asked: int, language: str) -> None:
    if done == 0:
        it = f"La dimostrazione è già caricata: {asked} acquisti, nulla è cambiato. Documenti riscritti uguali."
        en = f"The demonstration is already loaded: {asked} purchases, nothing changed. Documents rewritten alike."
    elif done < steps:
        it = f"La dimostrazione era stata interrotta: ripresa e completata, {asked} acquisti."
        en = f"The demonstration had been interrupted: resumed and completed, {asked} purchases."
    else:
        it = f"Dimostrazione caricata: {asked} acquisti di 333 persone in tre aziende."
        en = f"Demonstration loaded: {asked} purchases of 333 people in three employers."
    console.print(it if language == "it" else en, style="bold", highlight=False)
