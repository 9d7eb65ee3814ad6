"""Settlement, derived again from the journal: the checks that `wallet.verification` makes of a book besides its own."""

from __future__ import annotations

from ledger.verification import Check

# What each difference means: (Italian, English).
KINDS: dict[str, tuple[str, str]] = {
    "payout_in_progress": (
        "il conto dei pagamenti in corso non è quanto attende la conferma della banca",
        "what is in payment is not what waits for the bank",
    ),
    "payout_part": ("la parte del libro non è la somma delle sue righe", "the book's part is not the sum of its lines"),
    "payout_settled": (
        "quanto addebitato al fornitore non è la somma delle righe pagate",
        "what was taken off the provider is not the sum of the lines that were paid",
    ),
    "payout_line": (
        "la riga non è l'addebito o lo storno che cita",
        "the line is not the capture or refund that it names",
    ),
    "fees_withheld": (
        "le commissioni non sono quelle delle righe meno quelle ripartite",
        "fees are not those of the lines less those shared out",
    ),
    "clearing_cleared": (
        "le scritture di compensazione non sono quelle dei mesi chiusi",
        "clearing entries are not those of the months closed",
    ),
    "clearing_uneven": ("le posizioni del mese non tornano a zero", "the month's positions do not add up to zero"),
}
NOUNS = {"payment": "pagamento", "month": "mese"}

# What entries of some kinds, and the reversals of them, put on accounts: debits less credits.
_MOVED = """
    select a.code, coalesce(o.kind, e.kind) as kind, sum(p.signed) as moved
      from entry e
      left join entry o on o.book_id = e.book_id and o.entry_id = e.reverses
      join (select entry_id, debit_account_id as account_id, amount_minor::numeric as signed from posting
             where book_id = %(book)s
             union all
            select entry_id, credit_account_id, -amount_minor from posting where book_id = %(book)s) p
        on p.entry_id = e.entry_id
      join account a on a.book_id = e.book_id and a.account_id = p.account_id
     where e.book_id = %(book)s and coalesce(o.kind, e.kind) in ('payout', 'payout_return', 'clearing')
     group by a.code, coalesce(o.kind, e.kind)
"""

CHECKS = (
    Check(
        "payments that wait for the bank",
        """
        select 'payout_in_progress', 'account payout', x.expected::text, x.found::text
          from (select coalesce((select sum(t.amount_minor)
                                   from payout_part t join payout_payment y using (run_id, provider_code)
                                  where t.book_id = %(book)s and y.state = 'prepared'), 0) as expected,
                       coalesce((select b.credit_posted - b.debit_posted
                                   from account a join balance b using (book_id, account_id)
                                  where a.book_id = %(book)s and a.code = 'payout'), 0) as found) x
         where x.expected <> x.found
        """,
    ),
    Check(
        "payments and their lines",
        """
        select 'payout_part', 'payment ' || t.run_id || ' ' || t.provider_code,
               concat_ws(' ', l.amount, l.fee), concat_ws(' ', t.amount_minor + t.fee_minor, t.fee_minor)
          from payout_part t
          left join (select run_id, provider_code, sum(amount_minor) as amount, sum(fee_minor) as fee
                       from payout_line where book_id = %(book)s group by run_id, provider_code) l
            on l.run_id = t.run_id and l.provider_code = t.provider_code
         where t.book_id = %(book)s
           and (l.amount, l.fee) is distinct from ((t.amount_minor + t.fee_minor)::numeric, t.fee_minor::numeric)
        """,
    ),
    Check(
        "what payments took off providers",
        f"""
        select 'payout_settled', 'account ' || coalesce(l.code, m.code), coalesce(l.amount, 0)::text,
               coalesce(m.moved, 0)::text
          from (select 'provider:' || provider_code as code, sum(amount_minor) as amount
                  from payout_line where book_id = %(book)s and not returned group by provider_code) l
          full join (select code, sum(moved) as moved from ({_MOVED}) x where code like 'provider:%%' group by code) m
            on m.code = l.code
         where coalesce(l.amount, 0) <> coalesce(m.moved, 0)
        """,
    ),
    Check(
        "lines of payments and what they pay",
        """
        select 'payout_line', 'entry ' || l.entry_id, coalesce(m.amount, 0)::text, l.amount_minor::text
          from payout_line l
          left join account v on v.book_id = l.book_id and v.code = 'provider:' || l.provider_code
          left join lateral (
               select sum(case when p.credit_account_id = v.account_id then p.amount_minor::numeric
                               else -p.amount_minor end) as amount
                 from posting p
                where p.book_id = l.book_id and p.entry_id = l.entry_id
                  and v.account_id in (p.credit_account_id, p.debit_account_id)) m on true
         where l.book_id = %(book)s and l.amount_minor::numeric is distinct from m.amount
        """,
    ),
    Check(
        "fees",
        """
        select 'fees_withheld', 'account fees', x.expected::text, x.found::text
          from (select coalesce((select sum(fee_minor) from payout_line
                                  where book_id = %(book)s and not returned), 0)
                       - coalesce((select sum(f.fee_minor) from clearing_flow f join clearing_run r using (run_id)
                                    where f.book_id = %(book)s and r.state = 'closed'), 0) as expected,
                       coalesce((select b.credit_posted - b.debit_posted
                                   from account a join balance b using (book_id, account_id)
                                  where a.book_id = %(book)s and a.code = 'fees'), 0) as found) x
         where x.expected <> x.found
        """,
    ),
    Check(
        "months of clearing",
        f"""
        select 'clearing_cleared', 'account ' || coalesce(w.code, m.code), coalesce(w.moved, 0)::text,
               coalesce(m.moved, 0)::text
          from (select v.code, sum(v.moved) as moved
                  from clearing_flow f
                  join clearing_run r on r.run_id = f.run_id and r.state = 'closed'
                 cross join lateral (values
                       ('clearing:' || f.home_territory, f.gross_minor),
                       ('clearing:' || f.delivery_territory, -f.gross_minor),
                       ('fees', f.fee_minor),
                       ('fees:' || f.home_territory, -f.home_fee_minor),
                       ('fees:' || f.delivery_territory, -f.delivery_fee_minor),
                       ('fees:network', -f.network_fee_minor)) v(code, moved)
                 where f.book_id = %(book)s group by v.code) w
          full join (select code, sum(moved) as moved from ({_MOVED}) x where kind = 'clearing' group by code) m
            on m.code = w.code
         where coalesce(w.moved, 0) <> coalesce(m.moved, 0)
        """,
    ),
    Check(
        "positions of territories",
        """
        select 'clearing_uneven', 'month ' || r.starts_on, '0', sum(p.position_minor)::text
          from clearing_run r join clearing_position p using (run_id)
         where exists (select from clearing_flow f where f.run_id = r.run_id and f.book_id = %(book)s)
         group by r.run_id, r.starts_on having sum(p.position_minor) <> 0
        """,
    ),
)
