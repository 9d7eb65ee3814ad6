"""What is refused of events, webhooks and mail."""

from __future__ import annotations

from config.errors import DomainError


class AddressInvalid(DomainError):
    """An e-mail address that no letter can be sent to."""

    it = "«{address}» non è un indirizzo e-mail a cui si possa scrivere."
    en = "'{address}' is no e-mail address that can be written to."


class WebhookNotFound(DomainError):
    """No endpoint of this reach has this id."""

    it = "Nessun webhook ha il codice {webhook}."
    en = "No webhook has the id {webhook}."


class WebhookDeliveryNotFound(DomainError):
    """No delivery of this endpoint has this id."""

    it = "Nessuna consegna di questo webhook ha il codice {delivery}."
    en = "No delivery of this webhook has the id {delivery}."


class WebhookUrlInvalid(DomainError):
    """An address that is none, or not of the kind that events are sent to."""

    it = "«{url}» non è un indirizzo a cui si possa spedire: serve https://, senza nome utente e senza «#»."
    en = "'{url}' is no address that can be sent to: it takes https://, without a user name and without '#'."


class WebhookAddressRefused(DomainError):
    """A host that stands for a private, loopback or otherwise unreachable address."""

    it = "«{host}» porta a un indirizzo privato o riservato: indicare un indirizzo pubblico."
    en = "'{host}' leads to a private or reserved address: name a public one."


class WebhookEventsHidden(DomainError):
    """Kinds of events that this role is never told of."""

    it = "A questo ruolo non si comunicano: {events}. Si possono scegliere: {offered}."
    en = "This role is never told of: {events}. It may choose: {offered}."


class WebhookDisabled(DomainError):
    """Something is asked of an endpoint that is turned off."""

    it = "Il webhook {webhook} è disattivato: riattivarlo con «enabled»."
    en = "Webhook {webhook} is disabled: turn it on again with 'enabled'."


class WebhooksTooMany(DomainError):
    """More endpoints than one reach may have."""

    it = "Ci sono già {limit} webhook: eliminarne uno."
    en = "There are {limit} webhooks already: delete one."


class DeliveryUnderWay(DomainError):
    """A delivery that is not over is to be sent again."""

    it = "La consegna {delivery} è ancora in corso: riprova da sola."
    en = "Delivery {delivery} is still under way: it tries again by itself."


class NotificationFixed(DomainError):
    """Letters about access and security cannot be turned off."""

    it = "Gli avvisi di tipo «{kind}» si ricevono sempre: riguardano l'accesso e la sicurezza."
    en = "Notices of the kind '{kind}' are always sent: they are about access and security."
