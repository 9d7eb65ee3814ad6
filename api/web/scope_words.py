"""Scopes in words: what an action is about and what it does, for people who read the trail or give a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

_ABOUT: Mapping[str, Any] = {
    "acceptances": _l("Accettazioni dei fornitori"),
    "audit": _l("Registro"),
    "authenticators": _l("Secondo fattore"),
    "authorizations": _l("Acquisti"),
    "bonus": _l("Premi di risultato"),
    "budgets": _l("Budget"),
    "catalogue": _l("Catalogo"),
    "clearing": _l("Compensazione"),
    "contacts": _l("Recapiti"),
    "data": _l("Dati delle persone"),
    "disputes": _l("Contestazioni"),
    "elsewhere": _l("Importi da altrove"),
    "employers": _l("Aziende e Comuni"),
    "funding": _l("Impegni e bonifici"),
    "identities": _l("Identità digitali"),
    "jobs": _l("Lavori"),
    "members": _l("Ruoli e inviti"),
    "notifications": _l("Avvisi"),
    "passwords": _l("Password"),
    "payouts": _l("Pagamenti ai fornitori"),
    "people": _l("Persone"),
    "plans": _l("Piani"),
    "position": _l("Posizione fiscale"),
    "qualification": _l("Qualifiche"),
    "reimbursements": _l("Rimborsi"),
    "requests": _l("Richieste"),
    "seals": _l("Sigilli"),
    "social": _l("Fondi sociali"),
    "statements": _l("Documenti"),
    "surveys": _l("Questionari"),
    "tasks": _l("Lavorazioni"),
    "tokens": _l("Chiavi dei programmi"),
    "vouchers": _l("Buoni"),
    "wallets": _l("Borsellini"),
    "webhooks": _l("Avvisi ai programmi"),
}
_DOES: Mapping[str, Any] = {
    "answer": _l("rispondere"),
    "capture": _l("addebitare"),
    "change": _l("cambiare"),
    "choose": _l("scegliere"),
    "create": _l("creare"),
    "declare": _l("dichiarare"),
    "erase": _l("cancellare"),
    "export": _l("copiare"),
    "invite": _l("invitare"),
    "link": _l("collegare"),
    "load": _l("caricare"),
    "manage": _l("gestire"),
    "open": _l("aprire"),
    "pay": _l("pagare"),
    "present": _l("mostrare"),
    "read": _l("leggere"),
    "record": _l("registrare"),
    "recovery": _l("codici di riserva"),
    "redeem": _l("riscattare"),
    "refund": _l("stornare"),
    "remove": _l("togliere"),
    "reset": _l("sceglierne un'altra"),
    "review": _l("esaminare"),
    "revoke": _l("ritirare"),
    "run": _l("avviare"),
    "set": _l("impostare"),
    "settle": _l("decidere"),
    "submit": _l("presentare"),
    "unlink": _l("scollegare"),
    "void": _l("annullare"),
    "write": _l("scrivere"),
}
# Said better in one.
_WHOLE: Mapping[str, Any] = {
    "members:accept": _l("Accettare un ruolo"),
    "members:end": _l("Togliere un ruolo"),
    "sessions:create": _l("Entrare"),
    "sessions:end": _l("Uscire"),
    "sessions:switch": _l("Cambiare ruolo"),
}


def named(scope: str) -> str:
    """Return what an action is in words; one that has no words here is told as it is."""
    if scope in _WHOLE:
        return str(_WHOLE[scope])
    about, _, does = scope.partition(":")
    if about not in _ABOUT or does not in _DOES:
        return scope
    return f"{_ABOUT[about]}: {_DOES[does]}"
