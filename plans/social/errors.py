"""What municipal social services refuse."""

from __future__ import annotations

from typing import ClassVar

from config.errors import DomainError, local
from plans.errors_files import FileRefused
from plans.social.words import Instrument, IseeType, State, Why


class Spoken(DomainError):
    """Tells its codes in words in Italian."""

    spoken: ClassVar[dict[str, type]] = {}

    def text(self, language: str = "en") -> str:
        """Return what happened and how to mend it, in the language asked for."""
        if language != "it":
            return super().text(language)
        told = {key: self._said(key, value) for key, value in self.details.items()}
        return self.it.format(**told)

    def _said(self, key: str, value: object) -> str:
        if key not in self.spoken:
            return local(value, "it")
        values = value if isinstance(value, (list, tuple)) else (value,)
        return ", ".join(str(self.spoken[key](code).label_it) for code in values)


class SocialFileInvalid(FileRefused):
    """A municipality's file of tariffs and services has something in it that cannot be meant; the row is named."""

    it = "{file}, «{row}»: {problem_it}. Correggere e ricaricare: non è stato caricato nulla."
    en = "{file}, '{row}': {problem_en}. Mend it and load it again: nothing was loaded."


class SocialFileChanged(DomainError):
    """A tariff or entrusted service came again under a code that was loaded with another content."""

    it = "«{code}» è già caricato con un contenuto diverso: dare un nuovo codice a ciò che cambia."
    en = "'{code}' was loaded before with another content: give a new code to what changes."


class NotAMunicipality(DomainError):
    """Social vouchers in a book whose funder is no municipality."""

    it = "Il finanziatore {funder} non è un Comune: i voucher sociali stanno nel libro di un Comune."
    en = "The funder {funder} is no municipality: social vouchers live in a municipality's book."


class TariffNotFound(DomainError):
    """No tariff has this code, here or among the published ones."""

    it = "La tariffa «{tariff}» non c'è: guardare l'elenco delle tariffe."
    en = "There is no tariff '{tariff}': look at the list of tariffs."


class EntrustedServiceNotFound(DomainError):
    """The municipality has entrusted no service under this code."""

    it = "Il Comune non ha affidato un servizio «{service}»: caricarlo."
    en = "The municipality has entrusted no service '{service}': load it first."


class EntrustedServiceClosed(DomainError):
    """An application for a service on a day on which it is not entrusted."""

    it = "Il servizio «{service}» è affidato dal {starts_on} al {ends_on}: il {on} non si possono presentare domande."
    en = "The service '{service}' is entrusted from {starts_on} to {ends_on}: no applications on {on}."


class ApplicationNotFound(DomainError):
    """No application has this id or protocol in this book."""

    it = "La domanda «{application}» non c'è in questo libro."
    en = "There is no application '{application}' in this book."


class ProtocolTaken(DomainError):
    """Another application bears this protocol."""

    it = "Il protocollo {protocol} è già di un'altra domanda: verificarlo."
    en = "The protocol {protocol} belongs to another application: check it."


class ProtocolInvalid(DomainError):
    """A protocol that is empty, too long or no protocol."""

    it = "«{protocol}» non è un protocollo: lettere, cifre e - / . senza spazi, al più 32, con almeno una cifra."
    en = "'{protocol}' is no protocol: letters, digits and - / . without spaces, at most 32, one digit at least."


class CaseRefInvalid(DomainError):
    """A case reference that could say something of the person."""

    it = (
        "Il riferimento al caso deve essere un codice come PAI-2026-0042: una sigla e poi solo numeri, "
        "almeno quattro cifre in tutto. Lettere ammesse: {prefixes}. Nulla del caso si scrive qui."
    )
    en = (
        "The case reference must be a code such as PAI-2026-0042: letters of a kind of file, then numbers alone, "
        "four digits at least. Letters that are taken: {prefixes}. Nothing of the case is written here."
    )


class ActInvalid(DomainError):
    """An act's number that could say something of the person."""

    it = (
        "L'atto si indica con il suo numero, come DD-45/2026: lettere maiuscole, cifre e - / . senza spazi, "
        "al più 32, con almeno una cifra. Nulla del caso si scrive qui."
    )
    en = (
        "An act is given by its number, such as DD-45/2026: capitals, digits and - / . without spaces, "
        "at most 32, one digit at least. Nothing of the case is written here."
    )


class PersonCodeInvalid(DomainError):
    """Whoever is acted for is not given by a code."""

    it = (
        "Per conto di chi si agisce si indica con un codice (lettere, cifre e . _ @ : -, al più 64), senza descrizioni."
    )
    en = "Whom one acts for is given by a code (letters, digits and . _ @ : -, at most 64), without descriptions."


class RegistryInvalid(DomainError):
    """A citizenship or a comune of residence that the register does not know, or neither."""

    it = "La cittadinanza ha tre cifre (380 per l'Italia), il comune di residenza sei (codice ISTAT, come 019036)."
    en = "A citizenship has three digits (380 for Italy), a comune of residence six (ISTAT code, such as 019036)."


class TariffNotInForce(DomainError):
    """A tariff before its first day or after its last one."""

    it = "La tariffa «{tariff}» vale {spell_it} e non il {on}: caricare il servizio con la tariffa in vigore."
    en = "The tariff '{tariff}' holds {spell_en}, not on {on}: load the service with the tariff in force."


class DsuProtocolInvalid(DomainError):
    """A DSU protocol that does not look like one."""

    it = "«{protocol}» non è un protocollo DSU: scriverlo come sull'attestazione (INPS-ISEE-2026-01234567A-00)."
    en = "'{protocol}' is no DSU protocol: write it as on the attestation (INPS-ISEE-2026-01234567A-00)."


class DsuMissing(DomainError):
    """An indicator without the protocol and validity of the declaration it comes from."""

    it = "Con l'ISEE servono il protocollo della DSU, il giorno di presentazione e la scadenza."
    en = "An ISEE needs the protocol of its DSU, the day it was presented and its last day."


class DsuDatesInvalid(DomainError):
    """An attestation that is presented in the future, is over, or outlives the calendar year it was presented in."""

    it = (
        "DSU presentata il {presented_on} e valida fino al {valid_until}: deve valere il {on}, e al più fino al 31 "
        "dicembre dell'anno in cui è stata presentata. Verificare le date."
    )
    en = (
        "DSU presented on {presented_on} and valid until {valid_until}: it must hold on {on}, and until 31 December of "
        "the year it was presented in at most. Check the dates."
    )


class IseeAmountInvalid(DomainError):
    """An indicator below zero or beyond any household; the amount is not repeated."""

    it = "L'importo ISEE non è plausibile: ricontrollarlo sull'attestazione."
    en = "The ISEE amount is not plausible: check it on the attestation."


class IseeTypeNotAccepted(Spoken):
    """A kind of indicator that the tariff does not admit."""

    spoken: ClassVar = {"given": IseeType, "accepted": IseeType}
    it = "La tariffa {tariff} chiede un ISEE di tipo: {accepted}; è stato dato {given}."
    en = "Tariff {tariff} asks for an ISEE of type: {accepted}; {given} was given."


class IseeMissing(DomainError):
    """A service with a threshold cannot be admitted to without an attestation."""

    it = "Per il servizio «{service}» serve un ISEE valido: registrarlo."
    en = "The service '{service}' needs a valid ISEE: record one."


class ThresholdExceeded(DomainError):
    """The indicator lies above the service's threshold."""

    it = "L'ISEE supera la soglia di {threshold} del servizio «{service}»: la domanda può solo essere non ammessa."
    en = "The ISEE exceeds the threshold of {threshold} of service '{service}': the application can only be refused."


class IseeExpired(DomainError):
    """The attestation's last day is over: nobody is admitted or assigned a voucher with it, and nothing is bought."""

    it = "L'ISEE della domanda {application} è scaduto il {valid_until}: registrare il nuovo e riprovare."
    en = "The ISEE of application {application} ended on {valid_until}: record the new one and try again."


class AboveThreshold(DomainError):
    """A voucher of somebody whose indicator has risen above the service's threshold."""

    it = (
        "L'ISEE in vigore della domanda {application} supera la soglia di {threshold}: il voucher non si usa più. "
        "Sospendere o revocare la domanda, o registrare un nuovo ISEE."
    )
    en = (
        "The ISEE in force of application {application} exceeds the threshold of {threshold}: the voucher can be used "
        "no more. Suspend or revoke the application, or record a new ISEE."
    )


class TransitionNotAllowed(Spoken):
    """The application cannot go from the state it is in to the one asked for."""

    spoken: ClassVar = {"state": State, "to": State, "possible": State}
    it = "La domanda {application} è nello stato «{state}» e non può passare a «{to}». Può passare a: {possible}."
    en = "Application {application} is in state {state} and cannot go to {to}. It can go to: {possible}."


class ReasonNotAllowed(Spoken):
    """A reason that does not go with the transition."""

    spoken: ClassVar = {"why": Why, "possible": Why}
    it = "Il motivo «{why}» non va con questo passaggio. Motivi possibili: {possible}."
    en = "The reason {why} does not go with this step. Possible reasons: {possible}."


class SelectionMismatch(DomainError):
    """A ranking step for a service served at the counter, or the other way round."""

    it = "Il servizio «{service}» non segue questo percorso: è {selection}."
    en = "The service '{service}' does not go this way: its selection is {selection}."


class MovedByAssigning(Spoken):
    """A state that is reached by assigning a voucher, not by being declared."""

    spoken: ClassVar = {"to": State}
    it = "Lo stato «{to}» comporta denaro: vi si arriva assegnando il voucher."
    en = "State {to} moves money: it is reached by assigning the voucher."


class StepInFuture(DomainError):
    """A step dated after today, or before the one it follows."""

    it = "Il passaggio porta la data {on}: deve stare tra il {first} e oggi ({today})."
    en = "The step is dated {on}: it must lie between {first} and today ({today})."


class ServiceNotEntrusted(DomainError):
    """A service that is not among those the municipality has entrusted under this code."""

    it = "Il servizio {asked} non è tra quelli affidati con «{service}»: {entrusted}."
    en = "Service {asked} is not among those entrusted under '{service}': {entrusted}."


class InstrumentPaysNoPrice(Spoken):
    """A purchase, or a claim, that does not go with the instrument by which a service is entrusted."""

    spoken: ClassVar = {"instrument": Instrument}
    it = (
        "Il servizio «{service}» è affidato con {instrument}: non nasce un debito di questo tipo. "
        "Il voucher paga un prezzo, la coprogettazione un rendiconto dei costi, l'appalto un corrispettivo."
    )
    en = (
        "The service '{service}' is entrusted by {instrument}: it owes nothing of this kind. "
        "A voucher pays a price, co-design a report of costs, a tender a contract price."
    )


class QuotaNotInForce(DomainError):
    """A use before the first day on which what the citizen pays is settled."""

    it = "Per la domanda {application} la quota del cittadino vale dal {since}: il voucher si usa da quel giorno."
    en = "For application {application} the citizen's share holds from {since}: the voucher can be used from that day."
