"""What verification asks of credit: promised, transferred, granted and brought into lots, ended and paid out."""

from __future__ import annotations

from ledger.verification import Check

# What each difference means: (Italian, English).
KINDS: dict[str, tuple[str, str]] = {
    "lot_account": ("il conto non è un debito con minimo zero", "its account is not a liability with floor zero"),
    "lot_source": ("la fonte non è quella del piano", "the source is not its plan's"),
    "lot_carried": (
        "è riportato da un credito di un'altra persona o di un altro piano",
        "it is carried from another person's or another plan's lot",
    ),
    "account_without_lot": ("il conto non ha un credito", "the account has no lot"),
    "lot_movement": ("il movimento non è di quelli ammessi per un credito", "a lot is not moved in this way"),
    "plan_receivable": (
        "il credito verso il finanziatore non è l'impegnato meno il versato",
        "the receivable is not commitments less transfers",
    ),
    "plan_committed": ("l'impegnato non torna con le scritture", "committed is not what its entries say"),
    "plan_funded": ("il finanziato non torna con le scritture", "funded is not what its entries say"),
    "budget_total": ("il totale del file non è quanto accreditato", "the file's total is not what was granted"),
    "budget_rows": ("le righe del file non sono gli accrediti", "the file's rows are not the grants"),
    "grant_without_budget": ("l'accredito cita un file mai caricato", "the grant names a file that was never loaded"),
    "opening_total": ("il totale del documento non è quanto portato", "the document's total is not what was brought"),
    "opening_rows": ("le righe del file non sono i crediti portati", "the file's rows are not the lots brought"),
    "opening_without_proof": ("il saldo cita un documento mai caricato", "the balance names a load that is not there"),
    "residual_account": (
        "il conto non è quanto è scaduto meno quanto fu restituito o pagato",
        "the account is not what ended less what was given back or paid out",
    ),
    "residual_entry": (
        "la scrittura non è il pagamento di credito scaduto che fu registrato",
        "the entry is not the payment of ended credit that was recorded",
    ),
    "residual_reversal": (
        "la scrittura non annulla il pagamento che dovrebbe",
        "the entry does not reverse the payment that it should",
    ),
}
NOUNS = {"payout": "pagamento di credito scaduto"}

# What is paid out and was not undone.
_PAID = """
    select p.*, 'plan:' || n.code || ':' || case p.payee when 'CITIZEN' then 'returned' else 'pension' end as source,
           case p.payer when 'OPERATOR' then 'bank' else 'plan:' || n.code || ':returned' end as target,
           exists (select from residual_reversal v
                    where v.book_id = p.book_id and v.payment_id = p.payment_id) as undone
      from residual_payment p join plan n on n.book_id = p.book_id and n.plan_id = p.plan_id
     where p.book_id = %(book)s
"""

CHECKS = (
    Check(
        "lots and their accounts",
        """
        select v.kind, 'lot ' || l.lot_id, v.expected, v.found
          from lot l
          left join account a on a.book_id = l.book_id and a.account_id = l.account_id
          left join balance b on b.book_id = l.book_id and b.account_id = l.account_id
          left join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id
          left join lot c on c.book_id = l.book_id and c.lot_id = l.carried_from
         cross join lateral (values
               ('lot_account', 'lot:' || l.lot_id || ' L 0', concat_ws(' ', a.code, a.kind, b.floor_minor)),
               ('lot_source', p.source, l.source),
               ('lot_carried', case when l.carried_from is not null then l.employee_id || ' ' || l.plan_id end,
                case when l.carried_from is not null then c.employee_id || ' ' || c.plan_id end)
               ) v(kind, expected, found)
         where l.book_id = %(book)s and v.expected is distinct from v.found
         union all
        select 'account_without_lot', 'account ' || a.code, 'lot', null
          from account a
         where a.book_id = %(book)s and a.code like 'lot:%%'
           and not exists (select from lot l where l.book_id = a.book_id and l.account_id = a.account_id)
        """,
    ),
    Check(
        "movements of lots",
        """
        select 'lot_movement', 'entry ' || e.entry_id, null, e.kind || ' from ' || d.code || ' to ' || c.code
          from posting p
          join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id
          join account d on d.book_id = p.book_id and d.account_id = p.debit_account_id
          join account c on c.book_id = p.book_id and c.account_id = p.credit_account_id
          left join lot f on f.book_id = p.book_id and f.account_id = p.debit_account_id
          left join lot t on t.book_id = p.book_id and t.account_id = p.credit_account_id
          left join plan s on s.book_id = p.book_id and s.plan_id = coalesce(f.plan_id, t.plan_id)
         where p.book_id = %(book)s and (f.lot_id is not null or t.lot_id is not null)
           and e.kind <> 'reversal'
           and not case e.kind
               when 'grant' then
                   d.code in ('plan:' || s.code || ':funded', 'plan:' || s.code || ':committed') and f.lot_id is null
               when 'grant_correction' then
                   c.code in ('plan:' || s.code || ':funded', 'plan:' || s.code || ':committed') and t.lot_id is null
               when 'capture' then e.hold_id is not null and c.code ~ '^(provider|clearing):'
               when 'reimbursement' then e.hold_id is not null and c.code = 'payroll:' || f.employee_id
               when 'refund' then e.refunds is not null
                   and (d.code ~ '^(provider|clearing):' or d.code = 'payroll:' || t.employee_id)
               when 'carry_over' then (f.employee_id, f.plan_id, f.source) = (t.employee_id, t.plan_id, t.source)
                   and t.carried_from is not null and f.carried_from is null
               when 'expiry' then c.code in ('plan:' || s.code || ':returned', 'plan:' || s.code || ':pension')
                   or c.code like 'community:%%'
               when 'opening' then d.code = 'plan:' || s.code || ':opening' and f.lot_id is null
               else coalesce(e.hold_id, e.refunds) is not null
               end
        """,
    ),
    Check(
        "accounts of plans",
        """
        select v.kind, 'plan ' || x.code, v.expected::text, v.found::text
          from (select p.code, p.funding_policy = 'PREFUNDED' as prefunded,
                       coalesce(sum(s.signed) filter (where s.account = 'receivable'), 0) as receivable,
                       coalesce(-sum(s.signed) filter (where s.account = 'committed'), 0) as committed,
                       coalesce(-sum(s.signed) filter (where s.account = 'funded'), 0) as funded,
                       coalesce(sum(s.signed) filter (where s.account = 'receivable' and s.kind = 'commitment'), 0)
                           as promised,
                       coalesce(-sum(s.signed) filter (where s.account = 'receivable' and s.kind = 'funding'), 0)
                           as transferred,
                       coalesce(g.granted, 0) as granted
                  from plan p
                  left join (select split_part(a.code, ':', 2) as plan, split_part(a.code, ':', 3) as account, e.kind,
                                    t.signed
                               from account a
                               join (select debit_account_id as account_id, amount_minor as signed, entry_id
                                       from posting where book_id = %(book)s
                                      union all
                                     select credit_account_id, -amount_minor, entry_id
                                       from posting where book_id = %(book)s) t on t.account_id = a.account_id
                               join entry e on e.book_id = a.book_id and e.entry_id = t.entry_id
                              where a.book_id = %(book)s and a.code like 'plan:%%') s on s.plan = p.code
                  left join (select l.plan_id,
                                    sum(case when l.account_id = t.credit_account_id then t.amount_minor
                                             else -t.amount_minor end) as granted
                               from entry e
                               join posting t on t.book_id = e.book_id and t.entry_id = e.entry_id
                               join lot l on l.book_id = e.book_id
                                         and l.account_id in (t.credit_account_id, t.debit_account_id)
                              where e.book_id = %(book)s and e.kind in ('grant', 'grant_correction')
                              group by l.plan_id) g on g.plan_id = p.plan_id
                 where p.book_id = %(book)s
                 group by p.code, p.funding_policy, g.granted) x
         cross join lateral (values
               ('plan_receivable', x.promised - x.transferred, x.receivable),
               ('plan_committed', x.promised - case when x.prefunded then x.transferred else x.granted end,
                x.committed),
               ('plan_funded', case when x.prefunded then x.transferred - x.granted else 0 end, x.funded)
               ) v(kind, expected, found)
         where v.expected <> v.found
        """,
    ),
    Check(
        "opening balances and their entries",
        """
        select v.kind, v.subject, v.expected::text, v.found::text
          from (select coalesce(o.load_id, g.load_id) as load_id, o.load_id is null as unknown, o.total_minor, o.rows,
                       coalesce(g.total, 0) as total, coalesce(g.entries, 0) as entries
                  from (select * from opening_load where book_id = %(book)s) o
                  full join (select split_part(e.reference, ':', 1) as load_id, sum(p.amount_minor) as total,
                                    count(*) as entries
                               from entry e join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
                              where e.book_id = %(book)s and e.kind = 'opening'
                              group by 1) g on g.load_id = o.load_id) x
         cross join lateral (values
               ('opening_without_proof', 'opening ' || coalesce(x.load_id, '?'), null::bigint,
                case when x.unknown then x.total end),
               ('opening_total', 'opening ' || x.load_id, case when not x.unknown then x.total_minor end,
                case when not x.unknown then x.total end),
               ('opening_rows', 'opening ' || x.load_id, case when not x.unknown then x.rows::bigint end,
                case when not x.unknown then x.entries end)) v(kind, subject, expected, found)
         where v.expected is distinct from v.found
        """,
    ),
    Check(
        "budgets and their grants",
        """
        select v.kind, 'budget ' || x.load_id, v.expected, v.found
          from (select coalesce(b.load_id, g.load_id) as load_id, b.load_id is null as unknown, b.total_minor, b.rows,
                       coalesce(g.total, 0) as total, coalesce(g.grants, 0) as grants
                  from (select * from budget_load where book_id = %(book)s) b
                  full join (select split_part(e.reference, ':', 1) as load_id, sum(p.amount_minor) as total,
                                    count(*) as grants
                               from entry e join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
                              where e.book_id = %(book)s and e.kind = 'grant' and e.reference like 'bud\\_%%'
                              group by split_part(e.reference, ':', 1)) g on g.load_id = b.load_id) x
         cross join lateral (values
               ('grant_without_budget', null, case when x.unknown then x.total::text end),
               ('budget_total', case when not x.unknown then x.total_minor::text end,
                case when not x.unknown then x.total::text end),
               ('budget_rows', case when not x.unknown then x.rows::text end,
                case when not x.unknown then x.grants::text end)) v(kind, expected, found)
         where v.expected is distinct from v.found
        """,
    ),
    Check(
        "accounts of ended credit",
        f"""
        select 'residual_account', 'account ' || coalesce(w.code, m.code), coalesce(w.held, 0)::text,
               coalesce(m.held, 0)::text
          from (select x.code, sum(x.held) as held
                  from (select a.code, y.signed as held
                          from account a
                         cross join lateral (
                               select p.amount_minor::numeric as signed from posting p
                                 join lot l on l.book_id = p.book_id and l.account_id = p.debit_account_id
                                where p.book_id = a.book_id and p.credit_account_id = a.account_id
                                union all
                               select -p.amount_minor from posting p
                                 join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id
                                where p.book_id = a.book_id and p.debit_account_id = a.account_id) y
                         where a.book_id = %(book)s and a.code ~ '^plan:.*:(returned|pension)$'
                         union all
                        select 'plan:' || n.code || ':returned', -r.amount_minor
                          from tender_return r
                          join tender t on t.book_id = r.book_id and t.tender_id = r.tender_id
                          join plan n on n.book_id = t.book_id and n.plan_id = t.plan_id
                         where r.book_id = %(book)s
                         union all
                        select source, -amount_minor from ({_PAID}) p where not undone
                         union all
                        select target, amount_minor from ({_PAID}) p where not undone and target <> 'bank') x
                 group by x.code) w
          full join (select a.code, b.credit_posted - b.debit_posted as held
                       from account a join balance b on b.book_id = a.book_id and b.account_id = a.account_id
                      where a.book_id = %(book)s and a.code ~ '^plan:.*:(returned|pension)$') m on m.code = w.code
         where coalesce(w.held, 0) <> coalesce(m.held, 0)
        """,
    ),
    Check(
        "payments of ended credit and their entries",
        f"""
        select 'residual_entry', coalesce('payout ' || w.payment_id, 'entry ' || m.entry_id),
               concat_ws(' ', w.source, w.target, w.amount_minor), concat_ws(' ', m.source, m.target, m.amount_minor)
          from ({_PAID}) w
          full join (select e.entry_id, d.code as source, c.code as target, p.amount_minor
                       from entry e
                       join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
                       join account d on d.book_id = e.book_id and d.account_id = p.debit_account_id
                       join account c on c.book_id = e.book_id and c.account_id = p.credit_account_id
                      where e.book_id = %(book)s and e.kind = 'residual_payment') m on m.entry_id = w.entry_id
         where (w.source, w.target, w.amount_minor) is distinct from (m.source, m.target, m.amount_minor)
        """,
    ),
    Check(
        "payments of ended credit that were undone",
        """
        select 'residual_reversal', 'payout ' || coalesce(v.payment_id, p.payment_id),
               coalesce(v.entry_id, 0)::text, coalesce(r.entry_id, 0)::text
          from residual_payment p
          left join residual_reversal v on v.book_id = p.book_id and v.payment_id = p.payment_id
          left join entry r on r.book_id = p.book_id and r.reverses = p.entry_id
         where p.book_id = %(book)s and v.entry_id is distinct from r.entry_id
        """,
    ),
)
