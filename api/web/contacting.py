"""How a provider is reached, as a form: the provider's own, and that of the network's people."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import EmailField, HiddenField, StringField, SubmitField, TelField
from wtforms.validators import Length, ValidationError

from api.web import municipalities
from api.web.forms import Form
from network import contacts, spelling
from network.contacts import Contact
from network.errors import ContactChanged

# Longer than any number: what somebody writes beside it is not cut without a word.
_TYPED_MOST = 60


class ContactForm(Form):
    """A telephone, an e-mail address and a seat: what is left empty is told to nobody."""

    phone = TelField(_l("Telefono"), [Length(max=_TYPED_MOST)])
    email = EmailField(_l("E-mail"), [Length(max=contacts.EMAIL_MOST)])
    street = StringField(_l("Via e numero della sede"), [Length(max=contacts.STREET_MOST)])
    comune = StringField(_l("Comune della sede"), [Length(max=200)])
    seen = HiddenField()
    send = SubmitField(_l("Salva i recapiti"))

    def __init__(self, told: Contact | None = None, **kwargs: Any) -> None:
        found = told or Contact()
        said = {"phone": found.phone, "email": found.email, "street": found.street, "comune": found.comune_name}
        super().__init__(data=said | {"seen": _stamp(told)}, **kwargs)
        self._istat_code, self._told = found.istat_code, told

    def validate_phone(self, field: TelField) -> None:
        """Refuse what is no telephone number."""
        written = (field.data or "").strip()
        if written and not (spelling.is_phone(written) and len(spelling.phone(written)) <= contacts.PHONE_MOST):
            raise ValidationError(
                _("Scrivi un numero di telefono solo, con almeno sei cifre: per esempio 0372 123456.")
            )

    def validate_email(self, field: EmailField) -> None:
        """Refuse what is no e-mail address."""
        if (field.data or "").strip() and not contacts.is_email(field.data.strip()):
            raise ValidationError(_("Non è un indirizzo e-mail: scrivine uno, come info@cooperativa.it."))

    def validate_street(self, field: StringField) -> None:
        """Refuse a municipality without a street in it."""
        if not (field.data or "").strip() and (self.comune.data or "").strip():
            raise ValidationError(_("Manca la via, oppure togli il Comune."))

    def validate_comune(self, field: StringField) -> None:
        """Keep a municipality of Italy as the register writes it."""
        written = (field.data or "").strip()
        if not written:
            if (self.street.data or "").strip():
                raise ValidationError(_("Scrivi in quale Comune è la via."))
            self._istat_code = None
        elif written != field.object_data or self._istat_code is None:
            found, field.data = municipalities.meant(
                written, _l("Nessun Comune italiano si chiama così: ricontrolla il nome.")
            )
            self._istat_code = found.istat_code

    def tell(self, session: Session, provider_code: str) -> str:
        """
        Write what was said, unless somebody told something else since the form was drawn; return what to say of it.

        Errors: ContactChanged, those of `network.contacts.tell`.
        """
        # Whoever is told that it changed reads it below, and may save over it.
        seen, self.seen.data = self.seen.data, _stamp(self._told)
        if seen != self.seen.data:
            raise ContactChanged()
        said = {name: self[name].data or "" for name in ("phone", "email", "street")}
        told = contacts.tell(session, provider_code, **said, comune=self._istat_code, instead_of=self._told)
        if told is None:
            return str(_("Salvato: chi guarda i servizi ora non trova come chiamare."))
        return str(_("Recapiti salvati: si leggono accanto ai servizi."))


def _stamp(told: Contact | None) -> str:
    return "" if told is None else sha256(repr(told).encode()).hexdigest()[:16]
