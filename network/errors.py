"""Why the network says no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from config.errors import DomainError, local
from network.checklist import Family
from network.states import State


class _InWords(DomainError):
    """A refusal with codes among its facts, which are said in words in Italian."""

    vocabularies: ClassVar[Mapping[str, type[Family] | type[State]]]

    def text(self, language: str = "en") -> str:
        """Return what happened and how to mend it, in the language asked for."""
        if language != "it":
            return super().text(language)
        told = {key: local(value, language) for key, value in self.details.items()}
        for key, vocabulary in self.vocabularies.items():
            codes = self.details[key]
            told[key] = ", ".join(vocabulary(code).label_it for code in ([codes] if isinstance(codes, str) else codes))
        return self.it.format(**told)


class TerritoryNotFound(DomainError):
    """No territory has this code."""

    it = "Nessun territorio ha il codice «{territory}»: scegliere uno dei territori della rete."
    en = 'No territory has the code "{territory}": choose one of the network\'s territories.'


class ComuneNotFound(DomainError):
    """No municipality has this ISTAT code."""

    it = "Nessun Comune ha il codice ISTAT «{istat_code}»: servono sei cifre, come 019036 per Cremona."
    en = 'No municipality has the ISTAT code "{istat_code}": six digits are needed, such as 019036 for Cremona.'


class ProviderNotFound(DomainError):
    """No provider has this code."""

    it = "Nessun fornitore ha il codice «{provider}»."
    en = 'No provider has the code "{provider}".'


class ContactUnclear(DomainError):
    """How a provider is reached is no telephone, no e-mail address, or a street without its municipality."""

    it = (
        "Non si capisce come raggiungere il fornitore ({field}): il telefono ha almeno sei cifre, scritto con cifre,"
        " spazi e +; l'e-mail è un indirizzo solo; la sede è una via con il suo Comune."
    )
    en = (
        "It is not clear how the provider is reached ({field}): a telephone has six digits at least, written with"
        " digits, spaces and +; the e-mail is one address; the seat is a street with its municipality."
    )


class ContactChanged(DomainError):
    """Somebody told of a provider how it is reached while somebody else was writing it."""

    it = "Intanto qualcun altro ha cambiato i recapiti: guardare quelli di adesso, e salvare di nuovo."
    en = "Somebody else has changed how to reach it meanwhile: look at what stands now, and save again."


class ServiceNotFound(DomainError):
    """No service has this code."""

    it = "Nessun servizio ha il codice «{service}»: cercarlo nel catalogo."
    en = 'No service has the code "{service}": look for it in the catalogue.'


class ServiceIsARequest(DomainError):
    """The service has no price or provider, so it is asked for and not authorized."""

    it = "«{name}» non si acquista: inviare una richiesta, a cui risponde il welfare manager."
    en = '"{name}" is not bought: send a request, which a welfare manager answers.'


class PriceNotFound(DomainError):
    """The service has no price on this day."""

    it = "Il servizio {service} non ha un prezzo per il {on}: chiedere al fornitore di pubblicarlo."
    en = "Service {service} has no price on {on}: ask the provider to publish one."


class PriceInThePast(DomainError):
    """A price may not change before today: purchases have already been made at it."""

    it = "Un prezzo non cambia nel passato: {day} è prima di oggi ({today}). Scegliere oggi o un giorno futuro."
    en = "A price does not change in the past: {day} is before today ({today}). Choose today or a later day."


class PriceAlreadyPlanned(DomainError):
    """A later price is already planned, and a new one would hide it."""

    it = "Per il servizio {service} è già previsto un prezzo dal {planned_from}: il nuovo deve iniziare dopo."
    en = "Service {service} already has a price planned from {planned_from}: the new one must begin after it."


class UnknownVatRegime(DomainError):
    """The VAT regime is not in the table of regimes."""

    it = "Regime IVA «{regime}» sconosciuto: i regimi sono {known}."
    en = 'Unknown VAT regime "{regime}": the regimes are {known}.'


class EvidenceMissing(_InWords):
    """A requirement family has no verified document in force on the day the qualification begins."""

    vocabularies: ClassVar = {"families": Family}

    it = "Il fornitore {provider} non si può qualificare dal {valid_from}: mancano documenti verificati per {families}."
    en = "Provider {provider} cannot be qualified from {valid_from}: no verified document in force for {families}."


class EvidenceNotFound(DomainError):
    """No qualification record has this id."""

    it = "Nessun documento di qualifica ha l'identificativo {record}."
    en = "No qualification record has the id {record}."


class EvidenceAlreadyFiled(DomainError):
    """The same document of the same provider is already on file."""

    it = "Il documento «{evidence}» numero {number} del fornitore {provider} è già agli atti."
    en = 'Document "{evidence}" number {number} of provider {provider} is already on file.'


class EvidenceAlreadyDecided(_InWords):
    """The document has already been verified or refused."""

    vocabularies: ClassVar = {"state": State}

    it = "Il documento {record} è già stato valutato ({state})."
    en = "Document {record} has already been decided on ({state})."


class RequirementUnknown(_InWords):
    """The checklist has no such requirement in this family."""

    vocabularies: ClassVar = {"family": Family}

    it = "La lista di controllo non ha il requisito «{requirement}» nella famiglia «{family}»."
    en = 'The checklist has no requirement "{requirement}" in family {family}.'


class PeriodBackwards(DomainError):
    """The period ends before it begins."""

    it = "Il periodo finisce il {valid_to}, prima di iniziare il {valid_from}."
    en = "The period ends on {valid_to}, before it begins on {valid_from}."


class NotExemptKind(DomainError):
    """Only public bodies and public transport are exempt from qualification."""

    it = "Il fornitore {provider} va qualificato: solo enti pubblici e trasporto pubblico sono esenti."
    en = "Provider {provider} must be qualified: only public bodies and public transport are exempt."


class DistanceNeedsOrigin(DomainError):
    """A greatest distance was asked for without saying from where."""

    it = "Per cercare entro una distanza indicare il territorio di partenza."
    en = "To search within a distance, say from which territory."


class InfoCardNotFound(DomainError):
    """No information card has this code."""

    it = "Nessuna scheda informativa ha il codice «{card}»."
    en = 'No information card has the code "{card}".'


class InfoCardExists(DomainError):
    """Another information card has this code."""

    it = "C'è già una scheda informativa con il codice «{card}»: modificarla, o scegliere un altro codice."
    en = 'There is an information card with the code "{card}" already: edit it, or choose another code.'


class InvoiceDataMissing(DomainError):
    """An invoice needs a party's data, and nobody wrote them down."""

    it = "Mancano i dati di fatturazione di {party}: aggiungerli in {file} e caricare la rete."
    en = "The invoicing data of {party} are missing: add them to {file} and load the network."


class DataFolderEmpty(DomainError):
    """The folder has none of the files that describe a network."""

    it = "La cartella {folder} non contiene nessuno dei file della rete: {expected}."
    en = "Folder {folder} has none of the network's files: {expected}."


class BadColumns(DomainError):
    """A file's columns are not the ones that its table has."""

    it = "{file}: colonne mancanti: {missing}; colonne sconosciute: {unknown}."
    en = "{file}: missing columns: {missing}; unknown columns: {unknown}."


class BadRow(DomainError):
    """A value of a file is not what its column holds."""

    it = "{file}, riga {row}, colonna {column}: «{value}» non va bene; serve {expected_it}."
    en = '{file}, row {row}, column {column}: "{value}" will not do; expected {expected_en}.'


class HistoryRewritten(DomainError):
    """A file says otherwise of a period that is already history."""

    it = "{file}, riga {row}: la storia non si riscrive; dal {valid_from} vale «{recorded}», il file dice «{value}»."
    en = '{file}, row {row}: history is not rewritten; from {valid_from} it is "{recorded}", the file says "{value}".'
