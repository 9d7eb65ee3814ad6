"""
What verification asks of people's own money and of agreements: each account is what was recorded of it, and no more.

It is asked in every book: one without tenders and agreements has nothing to answer.
"""

from __future__ import annotations

from ledger.verification import Check

# What each difference means: (Italian, English).
KINDS: dict[str, tuple[str, str]] = {
    "tender_account": (
        "il conto non è quanto i cittadini hanno pagato meno quanto è tornato loro o in banca",
        "the account is not what citizens paid less what went back to them or came to the bank",
    ),
    "tender_entry": (
        "la scrittura non è il pagamento del cittadino che fu registrato",
        "the entry is not the citizen's payment that was recorded",
    ),
    "tender_return_entry": (
        "la scrittura non è la restituzione che fu registrata",
        "the entry is not the return that was recorded",
    ),
    "tender_returned_twice": (
        "è tornato al cittadino più di quanto aveva pagato",
        "more went back to the citizen than they had paid",
    ),
    "tender_lot": (
        "il credito non è quanto i cittadini vi hanno pagato con ricevuta",
        "the credit is not what citizens paid into it with a receipt",
    ),
    "tender_lot_returned": (
        "dei pagamenti che vi stanno è tornato più di quanto vi è scaduto",
        "of the payments that stand in it more went back than ended in it",
    ),
    "own_money_paid": (
        "al cittadino è tornato e fu pagato più di quanto è scaduto del suo",
        "more went back and was paid out to the citizen than ended of theirs",
    ),
    "share_split": (
        "quota del Comune e quota del cittadino non sono il prezzo, o la quota non è quanto pagato",
        "the municipality's part and the citizen's are not the price, or the part is not what was paid",
    ),
    "entrusted_account": (
        "il conto non è quanto impegnato e quanto chiesto dai partner",
        "the account is not what was committed and what partners claimed",
    ),
    "claim_entry": (
        "la scrittura non è la richiesta del partner che fu registrata",
        "the entry is not the partner's claim that was recorded",
    ),
}
NOUNS = {"tender": "pagamento del cittadino", "claim": "richiesta del partner"}

# What each posting put on accounts of one kind: debits less credits, by what the entry is, or what it reverses.
_MOVED = """
    select a.code, coalesce(o.kind, e.kind) as kind, e.entry_id, e.memo, e.reverses, p.signed
      from account a
     cross join lateral (
           select d.entry_id, d.amount_minor::numeric as signed from posting d
            where d.book_id = a.book_id and d.debit_account_id = a.account_id
            union all
           select c.entry_id, -c.amount_minor from posting c
            where c.book_id = a.book_id and c.credit_account_id = a.account_id) p
      join entry e on e.book_id = a.book_id and e.entry_id = p.entry_id
      left join entry o on o.book_id = e.book_id and o.entry_id = e.reverses
     where a.book_id = %(book)s and a.code like
"""
_BALANCE = """
    select a.code, b.debit_posted - b.credit_posted as held
      from account a join balance b on b.book_id = a.book_id and b.account_id = a.account_id
     where a.book_id = %(book)s and a.code like
"""

# What ended in each lot of citizens' own money and waits in its plan's account, before anything of it went back.
_ENDED = """
    select l.lot_id, l.employee_id, n.code as plan_code, coalesce(sum(m.signed), 0) as ended
      from lot l
      join plan n on n.book_id = l.book_id and n.plan_id = l.plan_id
      left join account a on a.book_id = l.book_id and a.code = 'plan:' || n.code || ':returned'
      left join lateral (
           select p.amount_minor::numeric as signed from posting p where p.book_id = l.book_id
              and p.debit_account_id = l.account_id and p.credit_account_id = a.account_id
            union all
           select -p.amount_minor from posting p where p.book_id = l.book_id
              and p.debit_account_id = a.account_id and p.credit_account_id = l.account_id) m on true
     where l.book_id = %(book)s and l.source = 'PRIVATE'
     group by l.lot_id, l.employee_id, n.code
"""
# What went back for the payments that stand in each lot.
_BACK = """
    select t.lot_id, sum(r.amount_minor) as back
      from tender_return r join tender t on t.book_id = r.book_id and t.tender_id = r.tender_id
     where r.book_id = %(book)s group by t.lot_id
"""

CHECKS = (
    Check(
        "accounts of own money",
        f"""
        select 'tender_account', 'account ' || coalesce(w.code, m.code), coalesce(w.held, 0)::text,
               coalesce(m.held, 0)::text
          from (select 'tender:' || lower(x.kind) as code, sum(x.amount) as held
                  from (select kind, amount_minor as amount from tender where book_id = %(book)s
                         union all
                        select t.kind, -r.amount_minor
                          from tender_return r join tender t on t.book_id = r.book_id and t.tender_id = r.tender_id
                         where r.book_id = %(book)s
                         union all
                        select upper(split_part(code, ':', 2)), signed
                          from ({_MOVED} 'tender:%%') m where kind = 'tender_transfer') x
                 group by x.kind) w
          full join (select * from ({_BALANCE} 'tender:%%') b) m on m.code = w.code
         where coalesce(w.held, 0) <> coalesce(m.held, 0)
        """,
    ),
    Check(
        "payments of citizens and their entries",
        f"""
        select 'tender_entry', coalesce('tender ' || t.tender_id, 'entry ' || m.entry_id),
               t.amount_minor::text, m.signed::text
          from (select * from tender where book_id = %(book)s) t
          full join (select * from ({_MOVED} 'tender:%%') x where kind = 'funding' and reverses is null) m
            on m.code = 'tender:' || lower(t.kind) and m.memo = t.reference
         where t.amount_minor::numeric is distinct from m.signed
        """,
    ),
    Check(
        "what went back to citizens and its entries",
        f"""
        select 'tender_return_entry', coalesce('tender ' || r.tender_id, 'entry ' || m.entry_id),
               concat_ws(' ', r.code, r.amount_minor), concat_ws(' ', m.code, -m.signed)
          from (select r.*, 'tender:' || lower(t.kind) as code
                  from tender_return r left join tender t on t.book_id = r.book_id and t.tender_id = r.tender_id
                 where r.book_id = %(book)s) r
          full join (select * from ({_MOVED} 'tender:%%') x where kind = 'tender_return' and reverses is null) m
            on m.entry_id = r.entry_id
         where (r.code, r.amount_minor::numeric) is distinct from (m.code, -m.signed)
        """,
    ),
    Check(
        "what went back to citizens and what they had paid",
        """
        select 'tender_returned_twice', 'tender ' || t.tender_id, t.amount_minor::text, sum(r.amount_minor)::text
          from tender t join tender_return r on r.book_id = t.book_id and r.tender_id = t.tender_id
         where t.book_id = %(book)s
         group by t.book_id, t.tender_id having sum(r.amount_minor) > t.amount_minor
        """,
    ),
    Check(
        "own money in lots and the payments it came from",
        """
        select 'tender_lot', 'lot ' || coalesce(t.lot_id, m.lot_id), coalesce(t.paid, 0)::text,
               coalesce(m.put, 0)::text
          from (select lot_id, sum(amount_minor) as paid from tender where book_id = %(book)s group by lot_id) t
          full join (select l.lot_id, sum(p.signed) as put
                       from lot l
                      cross join lateral (
                            select c.entry_id, c.amount_minor::numeric as signed from posting c
                             where c.book_id = l.book_id and c.credit_account_id = l.account_id
                             union all
                            select d.entry_id, -d.amount_minor from posting d
                             where d.book_id = l.book_id and d.debit_account_id = l.account_id) p
                       join entry e on e.book_id = l.book_id and e.entry_id = p.entry_id
                       left join entry o on o.book_id = e.book_id and o.entry_id = e.reverses
                      where l.book_id = %(book)s and l.source = 'PRIVATE'
                        and coalesce(o.kind, e.kind) in ('grant', 'grant_correction', 'opening', 'carry_over')
                      group by l.lot_id) m on m.lot_id = t.lot_id
         where coalesce(t.paid, 0) <> coalesce(m.put, 0)
        """,
    ),
    Check(
        "own money that ended and what went back of it, lot by lot",
        f"""
        select 'tender_lot_returned', 'lot ' || coalesce(e.lot_id, b.lot_id), coalesce(e.ended, 0)::text, b.back::text
          from ({_BACK}) b left join ({_ENDED}) e on e.lot_id = b.lot_id
         where b.back > coalesce(e.ended, 0)
        """,
    ),
    Check(
        "own money that ended and what was paid of it, citizen by citizen",
        f"""
        select 'own_money_paid', 'employee ' || x.employee_id || ' plan ' || x.plan_code, x.ended::text, x.gone::text
          from (select e.employee_id, e.plan_code, sum(e.ended) as ended,
                       coalesce(sum(b.back), 0) + coalesce(max(q.paid), 0) as gone
                  from ({_ENDED}) e
                  left join ({_BACK}) b on b.lot_id = e.lot_id
                  left join (select p.employee_id, n.code as plan_code, sum(p.amount_minor) as paid
                               from residual_payment p
                               join plan n on n.book_id = p.book_id and n.plan_id = p.plan_id
                              where p.book_id = %(book)s and p.payee = 'CITIZEN'
                                and not exists (select from residual_reversal v
                                                 where v.book_id = p.book_id and v.payment_id = p.payment_id)
                              group by p.employee_id, n.code) q
                    on q.employee_id = e.employee_id and q.plan_code = e.plan_code
                 group by e.employee_id, e.plan_code) x
         where x.gone > x.ended
        """,
    ),
    Check(
        "shares of purchases with a municipal voucher",
        """
        select 'share_split', 'authorization ' || u.authorization_id,
               concat_ws(' ', a.amount_minor, coalesce(t.amount_minor, 0)),
               concat_ws(' ', u.municipal_minor + u.citizen_minor, u.citizen_minor)
          from social_use u
          left join "authorization" a on a.book_id = u.book_id and a.authorization_id = u.authorization_id
          left join tender t on t.book_id = u.book_id and t.authorization_id = u.authorization_id
         where u.book_id = %(book)s
           and (a.amount_minor, coalesce(t.amount_minor, 0))
               is distinct from (u.municipal_minor + u.citizen_minor, u.citizen_minor)
        """,
    ),
    Check(
        "accounts of agreements and tenders",
        f"""
        select 'entrusted_account', 'account ' || coalesce(w.code, m.code), coalesce(w.held, 0)::text,
               coalesce(m.held, 0)::text
          from (select x.code, sum(x.held) as held
                  from (select code, signed as held from ({_MOVED} 'entrusted:%%') b where kind = 'service_budget'
                         union all
                        select 'entrusted:' || entrusted_code || ':budget', amount_minor from social_claim
                         where book_id = %(book)s
                         union all
                        select 'entrusted:' || entrusted_code || ':claims:' || partner, -amount_minor
                          from social_claim where book_id = %(book)s) x
                 group by x.code) w
          full join (select * from ({_BALANCE} 'entrusted:%%') b) m on m.code = w.code
         where coalesce(w.held, 0) <> coalesce(m.held, 0)
        """,
    ),
    Check(
        "claims of partners and their entries",
        f"""
        select 'claim_entry', coalesce('claim ' || c.claim_id, 'entry ' || m.entry_id),
               concat_ws(' ', lower(c.kind), c.code, c.amount_minor), concat_ws(' ', m.kind, m.code, -m.signed)
          from (select *, 'entrusted:' || entrusted_code || ':claims:' || partner as code
                  from social_claim where book_id = %(book)s) c
          full join (select * from ({_MOVED} 'entrusted:%%:claims:%%') x where reverses is null) m
            on m.entry_id = c.entry_id
         where (lower(c.kind), c.code, c.amount_minor::numeric) is distinct from (m.kind, m.code, -m.signed)
        """,
    ),
)
