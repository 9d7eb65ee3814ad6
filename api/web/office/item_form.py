"""The form of a payslip table: its rows one by one, moved, taken out and added before anything is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, IntegerField, SelectField, StringField, SubmitField
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from api.web import words
from api.web.fields import MonthField
from api.web.forms import Form
from config.labelled import Labelled
from plans.payroll_codes import reading
from plans.payroll_codes.model import AmountStyle, CodeTable, DateStyle, Item, Layout, Treatment
from plans.rulebook.words import Category, Channel, ExpenseKind, PlanSource

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
# A table with a row for each category, source, channel and part has fewer.
MOST_ROWS = 200
_KEYS: Mapping[str, type[Labelled]] = {
    "category": Category,
    "source": PlanSource,
    "channel": Channel,
    "treatment": Treatment,
    "expense": ExpenseKind,
}
# Nobody's payroll has to do with what a municipality gives, or with one's own money.
_OTHERS = frozenset({PlanSource.MUNICIPAL, PlanSource.PRIVATE})
_AMOUNTS = {AmountStyle.COMMA: "274,62", AmountStyle.POINT: "274.62", AmountStyle.CENTS: "27462"}
_DATES = {DateStyle.ITALIAN: "01/03/2025", DateStyle.ISO: "2025-03-01", DateStyle.DDMMYY: "010325"}


def _choices(styles: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(str(style), written) for style, written in styles.items()]


def _width(label: Any) -> IntegerField:
    most = reading.MAX_WIDTH
    return IntegerField(label, [Optional(), NumberRange(0, most, _l("Da 0 a 20 cifre."))], default=0)


class RowForm(Part):
    """One row: what it is about, where "" takes all, and its payslip item."""

    # What is wrong is said row by row, as of a file.
    category = SelectField(_l("Categoria"), validate_choice=False)
    source = SelectField(_l("Chi mette il denaro"), validate_choice=False)
    channel = SelectField(_l("Come si usa"), validate_choice=False)
    treatment = SelectField(_l("Parte"), validate_choice=False)
    expense = SelectField(_l("Spesa rimborsata"), validate_choice=False)
    code = StringField(_l("Voce"))
    description = StringField(_l("Descrizione"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = words.asked()
        for name, vocabulary in _KEYS.items():
            known = [word for word in vocabulary if word not in _OTHERS]
            self[name].choices = [
                SelectChoice("", _l("tutte") if name in ("category", "treatment", "expense") else _l("tutti")),
                *(SelectChoice(str(word), word.label(spoken)) for word in known),
            ]

    def told(self) -> Mapping[str, str]:
        """Return what the row says, with the words that a file would have."""
        said = {name: field.data.strip() for name, field in self._fields.items() if field.data and field.data.strip()}
        return {"category": reading.ANY, **said}


class TableForm(Form):
    """A payslip table as people write it; `seen` is which one they had before them."""

    from_month = MonthField(_l("Vale dal mese"), [_NEEDED])
    name = StringField(_l("Nome della tabella"), [_NEEDED, Length(max=100)])
    source = StringField(_l("Da dove vengono i codici"), [_NEEDED, Length(max=200)])
    company_code = StringField(
        _l("Codice dell'azienda nel programma paghe"),
        [Optional(), Regexp(reading.CODE, message=_l("Al più 20 lettere, cifre e . _ / -"))],
    )
    company_width = _width(_l("Cifre del codice dell'azienda"))
    employee_width = _width(_l("Cifre della matricola"))
    item_width = _width(_l("Cifre della voce"))
    amounts = SelectField(_l("Gli importi si scrivono così"), choices=_choices(_AMOUNTS))
    dates = SelectField(_l("I giorni si scrivono così"), choices=_choices(_DATES))
    rows = FieldList(FormField(RowForm), max_entries=MOST_ROWS)
    seen = HiddenField()
    look = SubmitField(_l("Controlla"))
    add = SubmitField(_l("Aggiungi una riga"))
    send = SubmitField(_l("Salva la tabella"))

    def table(self) -> CodeTable:
        """
        Return the table that the form amounts to.

        Errors: PayrollTableInvalid, which names each wrong row.
        """
        layout = {
            "company_code": self.company_code.data or "",
            "company_width": self.company_width.data or 0,
            "employee_width": self.employee_width.data or 0,
            "item_width": self.item_width.data or 0,
            "amounts": self.amounts.data,
            "dates": self.dates.data,
        }
        told = [(number, row.form.told()) for number, row in enumerate(self.rows, 1)]
        return reading.compose(self.name.data.strip(), self.source.data.strip(), layout, told)

    def month(self) -> date:
        """Return the first month that the table governs."""
        first = self.from_month.first
        assert first is not None  # noqa: S101 - the form asks for it
        return first

    def move(self, order: str) -> bool:
        """Do what a button of a row asks for, such as `up-3` or `out-3`; False where none was pressed."""
        verb, _, place = order.partition("-")
        at = int(place) if place.isdecimal() and len(place) < 5 else len(self.rows)
        if verb not in ("up", "down", "out") or at >= len(self.rows):
            return False
        rows = [dict(row.form.data) for row in self.rows]
        row = rows.pop(at)
        if verb != "out":
            rows.insert(max(0, at - 1) if verb == "up" else at + 1, row)
        self.write(rows)
        return True

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Let the form have these rows and no others."""
        while self.rows.entries:
            self.rows.pop_entry()
        self.rows.last_index = -1
        for row in rows[:MOST_ROWS]:
            self.rows.append_entry(row)


def written(table: CodeTable) -> dict[str, Any]:
    """Return a table as the fields of its form."""
    layout: Layout = table.layout
    told = {name: str(getattr(layout, name)) for name in ("company_code", "amounts", "dates")}
    widths = {name: getattr(layout, name) for name in ("company_width", "employee_width", "item_width")}
    return {"name": table.name, "source": table.source, **told, **widths, "rows": [_row(item) for item in table.items]}


def about(item: Item, spoken: str) -> str:
    """Return in words what a row is about; empty where it takes all."""
    asked = (item.category, item.source, item.channel, item.expense, item.treatment)
    return ", ".join(each.label(spoken) for each in asked if each is not None)


def _row(item: Item) -> dict[str, str]:
    keys = {name: str(getattr(item, name) or "") for name in _KEYS}
    return {**keys, "code": item.code, "description": item.description}
