"""Where a service at home is to come: asked beside an order, and filled in from the last one for the same person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField, SubmitField, TelField
from wtforms.validators import Length, ValidationError

from api.web.forms import Form
from network import comuni, spelling, territories
from network.comuni import Comune
from network.services import Delivery, Entry, Service
from plans.people import RelativeCard
from wallet import delivery_places
from wallet.authorizations import Authorization
from wallet.delivery_places import ASK_FOR_MOST, NOTE_MOST, PHONE_MOST, STREET_MOST, Place

# Longer than any number: what somebody writes beside it is not cut without a word.
_TYPED_MOST = 60
_TYPED = ("street", "ask_for", "phone", "door")


@dataclass(frozen=True, slots=True)
class Around:
    """
    To which municipalities a service comes, and what is known of where somebody lives: where the last order came, or
    the municipality alone, by its code.
    """

    comuni: tuple[Comune, ...]
    known: Place | None
    lives_in: str | None

    @property
    def filled(self) -> Mapping[str, str]:
        """What the fields begin with."""
        if self.known is None:
            return {"comune": self.lives_in or "", **dict.fromkeys(_TYPED, "")}
        known = self.known
        told = (known.street, known.ask_for, known.phone, known.note)
        return {"comune": known.comune, **dict(zip(_TYPED, told, strict=True))}


def around(
    session: Session, service: Service | Entry, book_id: int, employee_id: str, kin: RelativeCard | None
) -> Around | None:
    """Return what is offered to somebody who orders for themself or a relative; None of what comes to nobody's home."""
    if service.delivery is not Delivery.HOME or service.territory_code is None:
        return None
    reached = comuni.of_province(session, territories.get(session, service.territory_code).province)
    codes = {one.istat_code for one in reached}
    known = delivery_places.last_told(session, book_id, employee_id, None if kin is None else kin.relative_id)
    lives = None if kin is None or kin.comune is None else comuni.meant(session, kin.comune)
    return Around(
        reached,
        known if known is not None and known.comune in codes else None,
        lives.istat_code if lives is not None and lives.istat_code in codes else None,
    )


class PlaceFields(Form):
    """Where to come: all of it or nothing, unless it is `needed`; no fields where it is nobody's home."""

    needed = False

    comune = SelectField(_l("In quale Comune?"), validate_choice=False)
    street = StringField(_l("Via e numero"), [Length(max=STREET_MOST)])
    ask_for = StringField(_l("Di chi devono chiedere?"), [Length(max=ASK_FOR_MOST)])
    phone = TelField(_l("A che numero possono chiamare?"), [Length(max=_TYPED_MOST)])
    door = StringField(_l("Come si trova la porta? (facoltativo)"), [Length(max=NOTE_MOST)])

    def reach(self, found: Around | None) -> None:
        """Offer the municipalities that are reached, and ask for nothing where none is."""
        if found is None:
            for name in ("comune", *_TYPED):
                del self[name]
            return
        self.comune.choices = [("", _("Scegli")), *((one.istat_code, one.name) for one in found.comuni)]

    def fill(self, found: Around | None) -> None:
        """Begin with what is known."""
        for name, value in ({} if found is None else found.filled).items():
            self[name].data = value

    def holds(self, found: Around | None) -> bool:
        """Say whether nothing but what is known stands in it."""
        return found is None or all((self[name].data or "") == value for name, value in found.filled.items())

    @property
    def place(self) -> Place | None:
        """What was said; None where nothing was."""
        if not self._said:
            return None
        return Place(self.comune.data or "", *(" ".join((self[name].data or "").split()) for name in _TYPED))

    def tell_place(self, session: Session, book_id: int, made: Authorization, *, actor: str) -> bool:
        """
        Tell it of an order that was made just now; one that was made before keeps its own. Return whether what was said
        is what is known.

        Errors: those of `delivery_places.tell`.
        """
        if self.place is None or not made.open:
            return True
        if made.replayed:
            known = delivery_places.of(session, book_id, made.authorization_id)
            return known is not None and known.place == self.place
        delivery_places.tell(session, book_id, made.authorization_id, self.place, actor=actor)
        return True

    @property
    def _said(self) -> bool:
        return "comune" in self and any((self[name].data or "").strip() for name in _TYPED)

    def validate_comune(self, field: SelectField) -> None:
        """Ask for one of the municipalities."""
        if (self.needed or self._said) and field.data not in {code for code, _name in field.choices or () if code}:
            raise ValidationError(_("Scegli il Comune in cui devono venire."))

    def validate_street(self, field: StringField) -> None:
        """Ask for it beside anything else that was said."""
        self._ask(field)

    def validate_ask_for(self, field: StringField) -> None:
        """Ask for it beside anything else that was said."""
        self._ask(field)

    def validate_phone(self, field: StringField) -> None:
        """Ask for a number that can be dialled."""
        self._ask(field)
        written = (field.data or "").strip()
        if written and not (spelling.is_phone(written) and len(spelling.phone(written)) <= PHONE_MOST):
            raise ValidationError(
                _("Scrivi un numero di telefono solo, con almeno sei cifre: per esempio 0372 123456.")
            )

    def _ask(self, field: StringField) -> None:
        if (self.needed or self._said) and not (field.data or "").strip():
            raise ValidationError(_("Manca: scrivilo qui."))


class PlaceForm(PlaceFields):
    """Where an order is to come, told or changed by itself."""

    needed = True

    send = SubmitField(_l("Salva dove devono venire"))
