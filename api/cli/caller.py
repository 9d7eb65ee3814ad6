"""Who runs a command, in which language and book, and how they are told what happened."""

from __future__ import annotations

import getpass
import json
import os
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

from moneyed import Money
from rich import box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from api.cli import remedies
from config import money
from config.errors import DomainError, local
from plans import labels

# Beside a file or a pipe there is no terminal to fold lines for.
WIDE = 200

# Between two columns of a table, the narrower where it helps; and no column of text is made narrower than LEAST, or
# wider for the sake of one word than MOST.
GAPS = (3, 1)
LEAST, MOST = 12, 24

Tick = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, named in both languages; only one of text `folds`, a code or a date stands whole."""

    it: str
    en: str
    right: bool = False
    folds: bool = False


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDE
    return console


@dataclass(slots=True)
class Caller:
    """The person or script behind a command; every word to them goes through here."""

    language: str = "it"
    actor: str = ""
    book: str | None = None
    as_json: bool = False
    dry_run: bool = False
    out: Console = field(default_factory=lambda: _console(stderr=False))
    err: Console = field(default_factory=lambda: _console(stderr=True))

    def __post_init__(self) -> None:
        self.actor = self.actor or f"cli:{_login()}"

    def say(self, it: str, en: str, /, **values: object) -> None:
        """Print one sentence in the caller's language; values are written the local way."""
        if not self.as_json:
            self.out.print(self.sentence(it, en, **values))

    def sentence(self, it: str, en: str, /, **values: object) -> str:
        """Return a sentence in the caller's language."""
        template = it if self.language == "it" else en
        return template.format(**{name: shown(value, self.language) for name, value in values.items()})

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        """Print a table, one block a row where the terminal is too narrow, or that there is nothing to show."""
        if self.as_json:
            return
        if not rows:
            self.say("Nessuna riga.", "No rows.")
            return
        names = [column.it if self.language == "it" else column.en for column in columns]
        cells = [[shown(value, self.language) for value in row] for row in rows]
        for gap in GAPS:
            widths = _widths(columns, names, cells, self.out.width, gap)
            if widths is not None:
                break
        else:
            self._blocks(columns, names, cells)
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, gap // 2))
        for column, name, width in zip(columns, names, widths, strict=True):
            # Text folds and is never cut short; a code or an amount in two pieces would be read wrongly.
            justify: JustifyMethod = "right" if column.right else "left"
            table.add_column(name, justify=justify, no_wrap=not column.folds, overflow="fold", width=width)
        for row in cells:
            table.add_row(*map(Text, row))
        self.out.print(table, soft_wrap=False)

    def _blocks(self, columns: Sequence[Column], names: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
        for row in cells:
            self.out.print()
            for column, name, cell in zip(columns, names, row, strict=True):
                line = f"{name}: {cell}"
                if column.folds:
                    line = textwrap.fill(
                        line, self.out.width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
                    )
                if cell:
                    self.out.print(line)

    def data(self, **values: object) -> None:
        """Print the result as one JSON object, when that was asked for."""
        if self.as_json:
            print(json.dumps({"dry_run": self.dry_run} | values, default=_plain, ensure_ascii=False))

    def announce_dry_run(self) -> None:
        """Say that what follows did not happen."""
        self.say("Prova: nulla è stato scritto. Senza --dry-run:", "Dry run: nothing was written. Without --dry-run:")

    def note(self, it: str, en: str, /, **values: object) -> None:
        """Print a remark beside the result, on the error stream."""
        if not self.as_json:
            self.err.print(self.sentence(it, en, **values))

    def refuse(self, refusal: DomainError) -> None:
        """Print why a command was refused: a sentence, the code that stands for it, and what there is to type."""
        text = visible(refusal.text(self.language))
        self.tell_error(refusal.code, text, [visible(typed) for typed in remedies.of(refusal.code, refusal.details)])

    def tell_error(self, code: str, text: str, remedies: Sequence[str] = ()) -> None:
        """Print an error on the error stream, as a sentence or as JSON; remedies on lines of their own."""
        if self.as_json:
            error = {"code": code, "text": text} | ({"remedies": remedies} if remedies else {})
            self.err.print(json.dumps({"error": error}, ensure_ascii=False))
        else:
            self.err.print("\n  ".join((f"{text} [{code}]", *remedies)))

    @contextmanager
    def progress(self, it: str, en: str) -> Iterator[Tick]:
        """Show how far long work has come, when the error stream is a terminal; call the result with done and total."""
        if self.as_json or not self.err.is_terminal:
            yield _unseen
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[count]}"))
        with Progress(*columns, TimeElapsedColumn(), console=self.err, transient=True) as bar:
            task = bar.add_task(it if self.language == "it" else en, total=None, count="")

            def tick(done: int, total: int | None = None) -> None:
                count = f"{done:,}".replace(",", ".") + (f" / {total:,}".replace(",", ".") if total else "")
                bar.update(task, completed=done, total=total, count=count)

            yield tick


def _widths(
    columns: Sequence[Column], names: Sequence[str], cells: Sequence[Sequence[str]], room: int, gap: int
) -> list[int] | None:
    """Return how wide each column of a table may be so that nothing but text folds, or None when there is no room."""
    widths: list[int] = []
    whole: list[int] = []
    for place, column in enumerate(columns):
        texts = [names[place], *(row[place] for row in cells)]
        natural = max(map(cell_len, texts))
        words = max((cell_len(word) for text in texts for word in text.split()), default=0)
        whole.append(natural)
        widths.append(min(natural, max(LEAST, min(words, MOST))) if column.folds else natural)
    spare = room - sum(widths) - gap * (len(columns) - 1)
    if spare < 0:
        return None
    while spare and (short := [place for place, width in enumerate(widths) if width < whole[place]]):
        widths[min(short, key=widths.__getitem__)] += 1
        spare -= 1
    return widths


def _unseen(_done: int, _total: int | None) -> None:
    """Take note of progress that nobody looks at."""


def shown(value: object, language: str) -> str:
    """
    Return a value as people of that language read it, safe to print on a terminal.

    A code of a vocabulary is said in Italian words; one that has to be typed back is passed as a plain text.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("sì" if value else "no") if language == "it" else ("yes" if value else "no")
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item, language) for item in value)
    if isinstance(value, StrEnum) and language == "it":
        # The network's codes know their words themselves.
        return str(getattr(value, "label_it", None) or labels.italian(value))
    if isinstance(value, int):
        return local(value, language)
    return visible(local(value, language))


def euro(amount_minor: int | None) -> Money | None:
    """Return minor units as money for a cell or a sentence; nothing stays nothing."""
    return None if amount_minor is None else money.from_minor(amount_minor)


def visible(text: str) -> str:
    """Return a text on one line, with what a terminal would obey instead of show written out."""
    return "".join(
        character
        if character.isprintable() or unicodedata.category(character) == "Zs"
        else character.encode("unicode_escape", "replace").decode("ascii")
        for character in text
    )


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Money):
        return {"amount_minor": money.minor(value), "currency": value.currency.code}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (Enum, Path)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
