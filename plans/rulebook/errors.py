"""What the rulebook refuses: rows it cannot trust, facts that make no sense, worked cases it cannot read."""

from config.errors import DomainError


class RulebookInvalid(DomainError):
    """A rule file does not say what a rule file must say; details name the file, the row and the problem."""

    code = "rulebook_invalid"
    of_a_file = True
    it = "Regola non valida nel file {file}, riga «{row}»: {problem}. Correggi la riga e riavvia."
    en = "Invalid rule in file {file}, row '{row}': {problem}. Mend the row and start again."


class FactsInvalid(DomainError):
    """The facts of a purchase contradict themselves or are not whole non-negative cents."""

    code = "facts_invalid"
    it = "Dato della spesa non valido, {field}: {problem}."
    en = "Invalid fact of a purchase, {field}: {problem}."


class CaseInvalid(DomainError):
    """A worked case cannot be read; details name the file, the case and the problem."""

    code = "case_invalid"
    of_a_file = True
    it = "Caso di prova non leggibile nel file {file}, caso «{case}»: {problem}."
    en = "Unreadable worked case in file {file}, case '{case}': {problem}."


class RulebookDiffers(DomainError):
    """The version that was read is not the version of the rules that would be signed."""

    it = "Il documento letto è della versione {given}, le regole di oggi sono la {version}: leggere il documento nuovo."
    en = "The document that was read is of version {given}, today's rules are {version}: read the new document."


class RegisterNumberInvalid(DomainError):
    """A number in a professional register without a digit."""

    it = "«{register_number}» non è un'iscrizione all'albo: scriverla come «Cremona 123»."
    en = "'{register_number}' is no professional register number: write it as 'Cremona 123'."


class SignatureDayInvalid(DomainError):
    """A signature of a day that is still to come, or before a rule's act was published."""

    it = (
        "Il {signed_on} non può essere il giorno della firma: deve stare tra il {first}, quando è stata pubblicata"
        " l'ultima di queste regole, e oggi ({today})."
    )
    en = (
        "{signed_on} cannot be the day of the signature: it must lie between {first}, when the last of these rules was"
        " published, and today ({today})."
    )


class SignOffNotFound(DomainError):
    """No act of signing has this number."""

    it = "Nessuna firma ha il numero {signoff}: guardare l'elenco delle firme."
    en = "No signing has the number {signoff}: look at the list of signings."


class SignatureNotStanding(DomainError):
    """A rule whose signature is to be withdrawn was not signed in this act, or lost that signature before."""

    it = "La firma {signoff} non vale per: {rules}. Indicare regole firmate lì e non ancora ritirate."
    en = "Signing {signoff} does not stand for: {rules}. Name rules signed there and not withdrawn yet."
