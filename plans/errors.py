"""What funders, people, facts and plans refuse."""

from __future__ import annotations

from typing import ClassVar

from config.errors import DomainError
from plans.labels import InWords
from plans.rulebook.words import Kinship
from plans.words import Fact, FunderKind


class VatNumberMissing(DomainError):
    """An employer without a partita IVA."""

    it = "Manca la partita IVA di {code}: un'azienda deve averla."
    en = "The VAT number of {code} is missing: an employer must have one."


class FunderCodeTaken(DomainError):
    """Another book's funder already has this code."""

    it = "Il codice {code} è già di un altro finanziatore: sceglierne un altro."
    en = "Another funder already has the code {code}: choose another."


class FunderNotFound(DomainError):
    """No funder has this code, or this book has no funder yet."""

    it = "Il finanziatore {funder} non c'è: verificare il codice o registrarlo."
    en = "There is no funder {funder}: check the code or record it first."


class EmployeeNotFound(DomainError):
    """No such employee in this book."""

    it = "Il lavoratore {employee} non c'è in questo libro: verificare il codice o caricare l'anagrafica."
    en = "There is no employee {employee} in this book: check the code or load the people file."


class EmployeeExists(DomainError):
    """Another employee of the book has this tax code."""

    it = "Nel libro c'è già chi ha questo codice fiscale ({employee}): modificare quella scheda."
    en = "Somebody in the book has this tax code already ({employee}): edit that record."


class RelativeExists(DomainError):
    """The employee has this relative already: by tax code, or by kinship, name and date of birth."""

    it = "Il lavoratore ha già questo familiare ({relative}): modificare quella scheda."
    en = "The employee has this relative already ({relative}): edit that record."


class RelativeNotFound(DomainError):
    """No such relative of this employee (or in this book)."""

    it = "Il familiare {relative} non c'è: aggiungerlo all'elenco dei familiari del lavoratore."
    en = "There is no relative {relative}: add them to the employee's relatives."


class LeftBeforeHired(DomainError):
    """The day an employee left comes before the day they were hired."""

    it = "{employee}: la cessazione ({left_on}) precede l'assunzione ({hired_on}). Correggere una delle due date."
    en = "{employee}: left on {left_on}, before being hired on {hired_on}. Mend one of the two dates."


class DeclarationMalformed(InWords):
    """A declaration lacks what its fact needs, or says something its fact has no place for."""

    vocabularies: ClassVar = {"fact": Fact}

    it = "La dichiarazione «{fact}» richiede: {needs}. Manca: {missing}. Di troppo: {extra}."
    en = "The declaration {fact} needs: {needs}. Missing: {missing}. Out of place: {extra}."


class PeriodReversed(DomainError):
    """A period that ends before it begins."""

    it = "Il periodo finisce ({until}) prima di cominciare ({since}): scambiare o correggere le date."
    en = "The period ends ({until}) before it begins ({since}): swap or mend the dates."


class YearTooFar(DomainError):
    """A declaration for a year later than the next one, or before any rule we hold."""

    it = "L'anno {year} è fuori portata: si dichiara dal {first} al {last}."
    en = "The year {year} is out of reach: declare for {first} to {last}."


class DeclaredInFuture(DomainError):
    """A declaration dated after the day it is recorded."""

    it = "La dichiarazione porta la data {declared_on}, dopo oggi ({today}): indicare il giorno in cui è stata resa."
    en = "The declaration is dated {declared_on}, after today ({today}): use the day it was made."


class DeclaredAmountInvalid(DomainError):
    """A declared amount below zero, too large, or not in whole cents."""

    it = "L'importo dichiarato {amount} non è valido: scrivere un importo in euro e centesimi, zero compreso."
    en = "The declared amount {amount} is not valid: write euros and cents, zero included."


class DistanceInvalid(DomainError):
    """A distance below zero, or longer than any on earth."""

    it = "{distance_km} km non è una distanza: scrivere i chilometri tra la vecchia residenza e la nuova."
    en = "{distance_km} km is no distance: write the kilometres between the old residence and the new one."


class ChildCodeProvisional(DomainError):
    """A child named by eleven digits: a provisional code, or a firm's."""

    it = "{child} è un codice provvisorio o di un'impresa: per un figlio serve il codice fiscale di sedici caratteri."
    en = "{child} is a provisional code or a firm's: a child needs a tax code of sixteen characters."


class ChildIsTheWorker(DomainError):
    """A worker declared as their own dependent child."""

    it = "Il codice fiscale {child} è del lavoratore stesso: indicare quello del figlio a carico."
    en = "The tax code {child} is the worker's own: give that of the dependent child."


class ChildIsAnotherRelative(InWords):
    """A relative who is not a child, declared as a dependent child."""

    vocabularies: ClassVar = {"kinship": Kinship}

    it = "{child} è già tra i familiari del lavoratore e non come figlio ({kinship}): correggere il codice o l'elenco."
    en = "{child} is among the worker's relatives already, and not as a child ({kinship}): mend the code or the list."


class ChildBirthImplausible(DomainError):
    """A dependent child whose day of birth, read from the tax code, cannot be that of a child of this worker."""

    it = (
        "Il codice fiscale {child} dice una nascita il {born}: nel {year} non può essere un figlio di chi è nato il"
        " {worker_born}. Verificare il codice."
    )
    en = (
        "The tax code {child} says born on {born}: in {year} that cannot be a child of somebody born on {worker_born}."
        " Check the code."
    )


class ChildNotDependent(DomainError):
    """A dependent child of whom it is recorded that they are not dependent in that year."""

    it = "{child} risulta non a carico nel {year}: se lo è, dichiararlo prima a carico tra i familiari."
    en = "{child} is recorded as not dependent in {year}: if they are, declare that of the relative first."


class ChildDeclaredDependent(DomainError):
    """A relative said not to be dependent in a year in which they are declared as a dependent child."""

    it = "{child} è dichiarato figlio a carico per il {year}: se non lo è, ritirare prima quella dichiarazione."
    en = "{child} is declared as a dependent child for {year}: if they are not, withdraw that declaration first."


class FactNotFound(DomainError):
    """No such declaration in this book."""

    it = "La dichiarazione {fact_id} non c'è."
    en = "There is no declaration {fact_id}."


class FactWithdrawn(DomainError):
    """The declaration was already withdrawn or replaced."""

    it = "La dichiarazione {fact_id} è già stata ritirata o sostituita."
    en = "The declaration {fact_id} was already withdrawn or replaced."


class FactHasNoEnd(InWords):
    """A declaration of a whole year ended early: it is withdrawn instead."""

    vocabularies: ClassVar = {"fact": Fact}

    it = "La dichiarazione «{fact}» vale per un anno intero: per annullarla va ritirata."
    en = "The declaration {fact} holds for a whole year: withdraw it instead."


class PlanNotFound(DomainError):
    """No such plan in this book."""

    it = "Il piano {plan} non c'è in questo libro (ci sono: {known}): verificare il codice o caricare il suo file."
    en = "There is no plan {plan} in this book (there are: {known}): check the code or load its file."


class PlanIncomplete(DomainError):
    """A plan with no code, no name, no category or no channel, or with a number or a day out of its bounds."""

    it = "Piano {plan}: il valore di {key} non va bene ({value})."
    en = "Plan {plan}: the value of {key} will not do ({value})."


class PlanEndsBeforeStart(DomainError):
    """A plan whose period ends on or before the day it begins."""

    it = "Il piano {plan} finisce il {ends_on} e comincia il {starts_on}: correggere una delle due date."
    en = "The plan {plan} ends on {ends_on} and begins on {starts_on}: mend one of the two dates."


class PlanSpentBeforeStart(DomainError):
    """A plan whose credit would expire before the plan begins."""

    it = "Il credito del piano {plan} scade il {spend_by}, prima che il piano cominci ({starts_on})."
    en = "The credit of plan {plan} expires on {spend_by}, before the plan begins ({starts_on})."


class PlanSourceNotOfFunder(InWords):
    """A source that this kind of funder cannot have: an employer's, a municipality's and a citizen's never mix."""

    vocabularies: ClassVar = {"kind": FunderKind}

    it = "La fonte {source} del piano {plan} non è di questo finanziatore ({kind})."
    en = "The source {source} of plan {plan} is not this funder's ({kind})."


class PlanActMissing(DomainError):
    """An employer's plan that does not name the act it rests on."""

    it = "Il piano {plan} non dice su quale atto si fonda: compilare la sezione [act]."
    en = "The plan {plan} does not say which act it rests on: fill in the [act] section."


class PlanActUnexpected(DomainError):
    """An act behind a plan that is not an employer's."""

    it = "Il piano {plan} ({source}) non si fonda su un atto dell'azienda: togliere la sezione [act]."
    en = "The plan {plan} ({source}) rests on no act of an employer: remove the [act] section."


class PlanCreditDiverted(DomainError):
    """A municipality's plan, or one of citizens' own money, that would keep or give away what is left of its credit."""

    it = "Piano {plan} ({source}): ciò che resta torna a chi lo ha versato, alla scadenza. Togliere: {keys}."
    en = "Plan {plan} ({source}): what is left goes back to whom it came from, when it ends. Remove: {keys}."


class PlanAgreementMissing(DomainError):
    """A plan of converted bonuses that does not rest on a company or territorial agreement."""

    it = "Il piano {plan} converte premi di risultato: deve fondarsi su un accordo aziendale o territoriale, non {act}."
    en = "The plan {plan} converts performance bonuses: it must rest on a company or territorial agreement, not {act}."


class ClustersMissing(DomainError):
    """A plan for clusters that names none."""

    it = "Il piano {plan} è per categorie omogenee ma non ne elenca: aggiungere [[clusters]]."
    en = "The plan {plan} is for clusters but lists none: add [[clusters]]."


class ClustersUnexpected(DomainError):
    """Clusters in a plan that is for everybody or for chosen persons."""

    it = "Il piano {plan} ({entitlement}) non è per categorie omogenee: togliere [[clusters]] o cambiare entitlement."
    en = "The plan {plan} ({entitlement}) is not for clusters: remove [[clusters]] or change the entitlement."


class ClusterRepeated(DomainError):
    """The same cluster twice in one plan."""

    it = "Il piano {plan} elenca due volte: {clusters}."
    en = "The plan {plan} lists twice: {clusters}."


class AdPersonamExcluded(DomainError):
    """Categories that the law does not let an employer grant to one chosen person."""

    it = (
        "Il piano {plan} sceglie le persone, ma {categories} si possono dare solo alla generalità o a categorie"
        " omogenee: togliere queste categorie o cambiare entitlement."
    )
    en = (
        "The plan {plan} chooses persons, but {categories} may be granted only to everybody or to clusters:"
        " remove these categories or change the entitlement."
    )


class PlanChanged(DomainError):
    """The same code with other content, and nobody said that it is a revision."""

    it = "Il piano {plan} esiste già ed è diverso in: {keys}. Usare un altro codice, o dire che è una revisione."
    en = "The plan {plan} exists and differs in: {keys}. Use another code, or say that it is a revision."


class PlanFileUnreadable(DomainError):
    """A plan file that is missing, larger than 1 MB, not text, or not TOML."""

    it = "{file}: il file del piano non si legge, {problem_it}."
    en = "{file}: the plan file cannot be read, {problem_en}."


class PlanFileInvalid(DomainError):
    """A plan file with keys that are unknown, missing or of the wrong kind; `problems` names each."""

    it = "{file}: il piano non è stato caricato. {problems}"
    en = "{file}: the plan was not loaded. {problems}"

    def text(self, language: str = "en") -> str:
        """Return every problem, one after the other, in the language asked for."""
        told = (f"{p.key}: {p.it if language == 'it' else p.en}" for p in self.details["problems"])
        template = self.it if language == "it" else self.en
        return template.format(file=self.details["file"], problems="; ".join(told))


class PeopleFileRefused(DomainError):
    """A file of people with something wrong in it, so nothing of it was loaded; `problems` names every row."""

    it = "{file}: niente è stato caricato, ci sono {count} problemi. Il primo: {first}"
    en = "{file}: nothing was loaded, there are {count} problems. The first: {first}"
    _only: ClassVar = {
        "it": "{file}: niente è stato caricato, c'è un problema: {first}",
        "en": "{file}: nothing was loaded, there is one problem: {first}",
    }

    def text(self, language: str = "en") -> str:
        """Return the count and the first problem, in the language asked for."""
        problems = self.details["problems"]
        template = self.it if language == "it" else self.en
        if len(problems) == 1:
            template = self._only[language]
        return template.format(file=self.details["file"], count=len(problems), first=problems[0].text(language))


class PersonRepeated(DomainError):
    """The same person in two rows of one file."""

    it = "la stessa persona è già alla riga {first_row}. Togliere una delle due righe."
    en = "the same person already stands in row {first_row}. Remove one of the two rows."


class BirthDateContradicts(DomainError):
    """A date of birth other than the one in the tax code."""

    it = "il codice fiscale {tax_code} porta un'altra data di nascita. Verificare quale delle due è giusta."
    en = "the tax code {tax_code} carries another date of birth. Check which of the two is right."


class KinshipUnknown(DomainError):
    """A word for a kinship that we do not know."""

    it = "parentela sconosciuta. Scrivere una di: {known}."
    en = "unknown kinship. Write one of: {known}."


class RelativeOfThemselves(DomainError):
    """An employee listed as their own relative."""

    it = "il familiare ha il codice fiscale del lavoratore stesso. Correggere uno dei due codici."
    en = "the relative has the employee's own tax code. Mend one of the two codes."


class RelativeAmbiguous(DomainError):
    """Several relatives of the employee have this kinship and name."""

    it = "Più familiari si chiamano {relative}: indicare il codice fiscale o la data di nascita."
    en = "Several relatives are called {relative}: give the tax code or the date of birth."
