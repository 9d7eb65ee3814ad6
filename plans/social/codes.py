"""The codes that stand for acts, files, people and places: shapes in which nobody's story fits."""

from __future__ import annotations

import re

from plans.social.errors import ActInvalid, CaseRefInvalid, PersonCodeInvalid, ProtocolInvalid, RegistryInvalid

# Kinds of files and projects that social services number; letters that are free could spell a diagnosis.
CASE_PREFIXES = ("CS", "PAI", "PAIS", "PAP", "PEI", "PRI", "PROG", "PTI", "PUA", "UVM", "UVMD")
LONGEST = 32
_PROTOCOL = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9./-]{0,31}", re.ASCII)
_CASE_REF = re.compile(rf"(?=(?:\D*\d){{4}})(?:{'|'.join(CASE_PREFIXES)})(?:[-/]\d{{1,8}}){{1,3}}", re.ASCII)
_PERSON = re.compile(r"[A-Za-z0-9._@:-]{1,64}", re.ASCII)
_CITIZENSHIP, _COMUNE = re.compile(r"\d{3}", re.ASCII), re.compile(r"\d{6}", re.ASCII)


def check_protocol(protocol: str) -> None:
    """
    Refuse a protocol that is none.

    Errors: ProtocolInvalid.
    """
    if not _PROTOCOL.fullmatch(protocol):
        raise ProtocolInvalid(protocol=protocol[:40])


def check_case_ref(case_ref: str | None) -> None:
    """
    Refuse a case reference that could say something of the person.

    Errors: CaseRefInvalid.
    """
    if case_ref is not None and not (len(case_ref) <= LONGEST and _CASE_REF.fullmatch(case_ref)):
        raise CaseRefInvalid(prefixes=CASE_PREFIXES)


def check_act(act_ref: str | None) -> None:
    """
    Refuse an act that is given by more than its number.

    Errors: ActInvalid.
    """
    if act_ref is not None and not _PROTOCOL.fullmatch(act_ref):
        raise ActInvalid()


def check_person(code: str | None) -> None:
    """
    Refuse a description in the place of whom one acts for.

    Errors: PersonCodeInvalid.
    """
    if code is not None and not _PERSON.fullmatch(code):
        raise PersonCodeInvalid()


def check_registry(citizenship: str | None, residence_istat: str | None) -> None:
    """
    Refuse what the national register would not take for a citizenship or a comune.

    Errors: RegistryInvalid.
    """
    for told, shape in ((citizenship, _CITIZENSHIP), (residence_istat, _COMUNE)):
        if told is not None and not shape.fullmatch(told):
            raise RegistryInvalid()
