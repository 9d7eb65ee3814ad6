"""How a provider is reached, as a form: the provider's own, and that of the network's people."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import EmailField, StringField, SubmitField, TelField
from wtforms.validators import Length, ValidationError

from api.web import municipalities
from api.web.forms import Form
from network import contacts, spelling
from network.contacts import Contact


class ContactForm(Form):
    """A telephone, an e-mail address and a seat: what is left empty is told to nobody."""

    phone = TelField(_l("Telefono"), [Length(max=contacts.PHONE_MOST)])
    email = EmailField(_l("E-mail"), [Length(max=contacts.EMAIL_MOST)])
    street = StringField(_l("Via e numero della sede"), [Length(max=contacts.STREET_MOST)])
    comune = StringField(_l("Comune della sede"), [Length(max=200)])
    send = SubmitField(_l("Salva i recapiti"))

    def __init__(self, told: Contact | None = None, **kwargs: Any) -> None:
        found = told or Contact()
        said = {"phone": found.phone, "email": found.email, "street": found.street, "comune": found.comune_name}
        super().__init__(data=said, **kwargs)
        self._istat_code = found.istat_code

    def validate_phone(self, field: TelField) -> None:
        """Refuse what is no telephone number."""
        if (field.data or "").strip() and not spelling.is_phone(" ".join(field.data.split())):
            raise ValidationError(_("Scrivilo con cifre, spazi e +: almeno sei cifre, per esempio 0372 123456."))

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

    def tell(self, session: Session, provider_code: str) -> bool:
        """
        Write what was said; say that it was.

        Errors: those of `network.contacts.tell`.
        """
        said = {name: self[name].data or "" for name in ("phone", "email", "street")}
        contacts.tell(session, provider_code, **said, comune=self._istat_code)
        return True
