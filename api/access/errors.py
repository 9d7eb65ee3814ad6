"""The refusals of access."""

from __future__ import annotations

from config.errors import DomainError


class SignInRefused(DomainError):
    """Who tried to sign in is not known by these words: which of them is wrong is not said."""

    it = "Indirizzo, password o codice non corretti, o non più validi. Riprovare, o chiedere una nuova password."
    en = "The address, the password or the code is wrong, or no longer good. Try again, or ask for a new password."


class TryLater(DomainError):
    """Too many failures from the same place: the next attempt has to wait, a little longer each time."""

    it = "Troppi tentativi non riusciti da questa rete: riprovare fra {seconds:secondo|secondi}."
    en = "Too many failed attempts from this network: try again in {seconds:second|seconds}."
    retryable = True


class CrossSiteRefused(DomainError):
    """A change asked for with a session's cookie from a page of another site."""

    it = "La richiesta viene da un altro sito: una sessione del browser vale solo dalle nostre pagine."
    en = "The request comes from another site: a browser's session is good from our own pages only."


class SessionNeeded(DomainError):
    """What changes how somebody signs in is done by that person, signed in: not by a program's token."""

    it = "Serve una persona che ha eseguito l'accesso: un token di programma non basta."
    en = "A person who has signed in is needed: a program's token will not do."


class PasswordWeak(DomainError):
    """A password that is guessed too soon."""

    it = "La password va scelta meglio: almeno {shortest} caratteri, non ripetuti e senza il proprio indirizzo."
    en = "Choose a better password: at least {shortest} characters, not repeated, and without your address."


class LinkNotFound(DomainError):
    """The secret of a link that is used, replaced, too old, or never was."""

    it = "Il collegamento non è più valido: è già stato usato, è scaduto o ne è stato inviato uno nuovo."
    en = "The link is no longer good: it was used, it is too old, or a newer one was sent."


class InvitationNotFound(DomainError):
    """No invitation of one's own reach has this id."""

    it = "Invito {invitation} non trovato."
    en = "Invitation {invitation} not found."


class InvitationOpen(DomainError):
    """The same person was invited to the same role, and has not answered yet."""

    it = "Per questa persona e questo ruolo c'è già un invito aperto ({invitation}): rinviarlo o revocarlo."
    en = "This person has an open invitation to this role already ({invitation}): send it again or revoke it."


class InvitationClosed(DomainError):
    """An invitation that was accepted or revoked."""

    it = "L'invito {invitation} è già stato accettato o revocato."
    en = "Invitation {invitation} has been accepted or revoked."


class AppointmentHeld(DomainError):
    """The member holds this role already."""

    it = "La persona ha già questo ruolo."
    en = "The person holds this role already."


class WalletOwned(DomainError):
    """A funder changes the codice fiscale of somebody who has taken their wallet: it says who may sign in to it."""

    it = "Il borsellino ha già un titolare: il codice fiscale lo corregge chi gestisce la rete."
    en = "The wallet has its owner already: the codice fiscale is corrected by the network's operator."


class OwnMatter(DomainError):
    """Somebody of the network decides what concerns their own wallet: a refund, a dispute, a late redemption."""

    it = "Riguarda il proprio borsellino: se ne occupa un collega."
    en = "This concerns your own wallet: a colleague sees to it."


class RoleNotGiven(DomainError):
    """Somebody gives a role that is not theirs to give."""

    it = "Con il ruolo «{role}» non si può dare il ruolo «{given}»."
    en = "Who is '{role}' cannot give the role '{given}'."


class RoleForOneself(DomainError):
    """Somebody invites themself: a role is given by somebody else."""

    it = "Il ruolo «{given}» non si dà a sé stessi: lo dà un collega, o chi gestisce la rete."
    en = "Nobody gives the role '{given}' to themself: a colleague does, or the network's operator."


class OwnRoleInUse(DomainError):
    """Somebody ends the role with which they are here: nobody might be left to give it back."""

    it = "È il ruolo con cui sei qui: lo toglie un collega, o chi gestisce la rete."
    en = "It is the role with which you are here: a colleague ends it, or the network's operator."


class ReachUnclear(DomainError):
    """A role needs to be for something: an employer's book, a person in it, or a provider, and nothing else."""

    it = "Per il ruolo «{role}» indicare: {needs}."
    en = "For the role '{role}' give: {needs}."


class MemberNotFound(DomainError):
    """No member of one's own reach has this id."""

    it = "Iscritto {member} non trovato."
    en = "Member {member} not found."


class EmailTaken(DomainError):
    """A member has this address already."""

    it = "Un iscritto ha già questo indirizzo."
    en = "A member has this address already."


class AppointmentNotFound(DomainError):
    """No role that one holds, or may end, has this id."""

    it = "Incarico {appointment} non trovato."
    en = "Appointment {appointment} not found."


class AppointmentNeeded(DomainError):
    """A member holds several roles, or none, and the command does not say which it is for."""

    it = "Indicare l'incarico con --appointment: {appointments}."
    en = "Say which role with --appointment: {appointments}."


class TokenNotFound(DomainError):
    """No token of one's own, or of a program of one's own reach, has this id."""

    it = "Token {token} non trovato."
    en = "Token {token} not found."


class SessionNotFound(DomainError):
    """No open session of one's own has this id."""

    it = "Sessione {session} non trovata."
    en = "Session {session} not found."


class ScopesTooWide(DomainError):
    """A token was asked for with more than whoever asks may do."""

    it = "Il token non può avere più permessi di chi lo crea: {scopes}."
    en = "A token cannot carry more than whoever makes it may do: {scopes}."


class TotpNotPending(DomainError):
    """A code was given for an authenticator that nobody began to set up."""

    it = "Nessuna app di autenticazione da confermare: cominciare da capo."
    en = "No authenticator waits to be confirmed: begin again."


class TotpNotSet(DomainError):
    """No authenticator is set up."""

    it = "Nessuna app di autenticazione è attiva."
    en = "No authenticator is set up."


class ProviderNotConfigured(DomainError):
    """No identity provider is configured here."""

    code = "identity_provider_not_found"
    it = "L'accesso con SPID o CIE non è configurato."
    en = "Signing in through an identity provider is not configured."


class IdentityUnknown(DomainError):
    """The identity provider vouches for somebody whom no member is tied to."""

    it = "L'identità è confermata ma nessun iscritto vi corrisponde: accettare prima l'invito, con lo stesso indirizzo."
    en = "The identity is confirmed, and no member goes by it: accept the invitation first, with the same address."


class IdentityNotFound(DomainError):
    """No identity of one's own has this id."""

    it = "Identità {identity} non trovata."
    en = "Identity {identity} not found."


class LastWayIn(DomainError):
    """Somebody lets go of the only thing that they can sign in with."""

    it = "È l'unico modo che resta per accedere: scegliere prima una password."
    en = "This is the only way left to sign in: choose a password first."


class ProviderUnavailable(DomainError):
    """The identity provider does not answer, or not as it should."""

    code = "identity_provider_unavailable"
    it = "Il fornitore di identità non risponde come dovrebbe: riprovare fra poco o usare la password."
    en = "The identity provider does not answer as it should: try again soon, or use the password."
    retryable = True
