"""What verification asks of acceptances: a code is there when, and only when, the provider has accepted."""

from __future__ import annotations

from ledger.verification import Check

# What each difference means: (Italian, English).
KINDS: dict[str, tuple[str, str]] = {
    "acceptance_code": (
        "il codice c'è se e solo se il fornitore ha accettato",
        "there is a code when, and only when, the provider has accepted",
    ),
    "acceptance_missing": (
        "l'acquisto è aperto e senza codice, e nessun fornitore deve accettarlo",
        "the purchase is open and has no code, and no provider has to accept it",
    ),
}

CHECKS = (
    Check(
        "acceptances and the codes they give",
        """
        select 'acceptance_code', 'authorization ' || a.authorization_id, x.state,
               case when a.code is null then 'no code' else 'code' end
          from acceptance x join "authorization" a on a.book_id = x.book_id and a.authorization_id = x.authorization_id
         where x.book_id = %(book)s and (x.state = 'accepted') <> (a.code is not null)
         union all
        select 'acceptance_missing', 'authorization ' || a.authorization_id, 'acceptance', null
          from "authorization" a
         where a.book_id = %(book)s and a.status in ('authorized', 'partially_captured') and a.code is null
           and a.channel <> 'REIMBURSEMENT'
           and not exists (select from acceptance x
                            where x.book_id = a.book_id and x.authorization_id = a.authorization_id)
        """,
    ),
)
