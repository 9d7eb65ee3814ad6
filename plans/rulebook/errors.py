"""What the rulebook refuses: rows it cannot trust, facts that make no sense, worked cases it cannot read."""

from config.errors import DomainError


class RulebookInvalid(DomainError):
    """A rule file does not say what a rule file must say; details name the file, the row and the problem."""

    code = "rulebook_invalid"
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
    it = "Caso di prova non leggibile nel file {file}, caso «{case}»: {problem}."
    en = "Unreadable worked case in file {file}, case '{case}': {problem}."
