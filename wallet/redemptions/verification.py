"""What verification asks of redemptions: each that was charged has its capture, and no two have the same."""

from __future__ import annotations

from ledger.verification import Check

# What each difference means: (Italian, English).
KINDS: dict[str, tuple[str, str]] = {
    "redemption_capture": (
        "non è un addebito di questo acquisto, per questo importo",
        "it is no capture of this purchase, of this amount",
    ),
    "redemption_shared": ("lo stesso addebito è di più riscatti", "several redemptions have the same capture"),
    "redemption_replaced": (
        "l'acquisto che ne prende il posto è di un altro, o non fu addebitato",
        "the purchase that takes its place is another's, or was not captured",
    ),
}
NOUNS = {"redemption": "riscatto"}

CHECKS = (
    Check(
        "redemptions and their captures",
        """
        select 'redemption_capture', 'redemption ' || r.redemption_id, r.amount_minor::text, h.amount_minor::text
          from redemption r
          join "authorization" a on a.book_id = r.book_id and a.authorization_id = r.authorization_id
          left join hold_event h on h.book_id = a.book_id and h.hold_id = a.hold_id and h.entry_id = r.entry_id
                                and h.kind = 'capture'
         where r.book_id = %(book)s and r.entry_id is not null and h.amount_minor is distinct from r.amount_minor
         union all
        select 'redemption_shared', 'entry ' || entry_id, '1', count(*)::text
          from redemption where book_id = %(book)s and entry_id is not null group by entry_id having count(*) > 1
         union all
        select 'redemption_replaced', 'redemption ' || r.redemption_id, r.employee_id || ' ' || r.provider_code,
               concat_ws(' ', a.employee_id, a.provider_code, a.captured_minor)
          from redemption r join "authorization" a on a.book_id = r.book_id and a.authorization_id = r.replaced_by
         where r.book_id = %(book)s
           and ((r.employee_id, r.provider_code) is distinct from (a.employee_id, a.provider_code)
                or a.captured_minor = 0)
        """,
    ),
)
