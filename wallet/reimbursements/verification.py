"""What verification asks of reimbursements: their holds, what payroll owes, and what was asked of each receipt."""

from __future__ import annotations

from ledger.verification import Check

KINDS: dict[str, tuple[str, str]] = {
    "reimbursement_authorization": (
        "la sua autorizzazione è di altro, o per un altro importo",
        "its authorization is about something else, or another amount",
    ),
    "reimbursement_status": (
        "lo stato non è quello della sua autorizzazione",
        "the state is not what its authorization says",
    ),
    "reimbursement_history": (
        "l'ultimo passo della storia non è il suo stato",
        "the last step of its history is not its state",
    ),
    "authorization_without_reimbursement": (
        "è di un rimborso e nessun rimborso la cita",
        "it is a reimbursement's and no reimbursement names it",
    ),
    "payroll_payable": (
        "il debito in busta paga non è l'approvato e non pagato",
        "what payroll owes is not what was approved and not paid",
    ),
    "payroll_paid": (
        "il pagato in busta paga non è la somma dei rimborsi pagati meno quanto regolato con il finanziatore",
        "what payroll paid is not the reimbursements paid less what was settled with the funder",
    ),
    "receipt_counter": (
        "quanto se ne è chiesto non è la somma dei rimborsi",
        "what was asked of it is not the sum of its reimbursements",
    ),
    "reimbursement_document": ("non ha un documento di spesa", "it has no expense document"),
}

NOUNS = {"receipt": "documento di spesa", "reimbursement": "rimborso"}

_OWED = """
    select 'payroll:' || r.employee_id as code, sum(r.approved_minor) as owed
      from reimbursement r where r.book_id = %(book)s and r.status = 'approved' group by r.employee_id
    union all
    select 'payroll:paid',
           coalesce((select sum(r.approved_minor) from reimbursement r
                      where r.book_id = %(book)s and r.status = 'paid'), 0)
           - coalesce((select sum(case p.debit_account_id when a.account_id then 1 else -1 end * p.amount_minor)
                         from account a
                         join posting p on p.book_id = a.book_id
                                       and a.account_id in (p.debit_account_id, p.credit_account_id)
                         join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id
                         left join entry o on o.book_id = e.book_id and o.entry_id = e.reverses
                        where a.book_id = %(book)s and a.code = 'payroll:paid'
                          and coalesce(o.kind, e.kind) in ('funding', 'payroll_repayment')), 0)
"""

CHECKS = (
    Check(
        "reimbursements and their authorizations",
        """
        select v.kind, 'reimbursement ' || r.reimbursement_id, v.expected, v.found
          from reimbursement r
          left join "authorization" a on a.book_id = r.book_id and a.authorization_id = r.authorization_id
         cross join lateral (values
               ('reimbursement_authorization',
                concat_ws(' ', 'REIMBURSEMENT', r.employee_id, r.relative_id, r.expense, r.category, r.amount_minor),
                concat_ws(' ', a.channel, a.employee_id, a.relative_id, a.service_code, a.category, a.amount_minor)),
               ('reimbursement_status',
                case when r.status in ('approved', 'paid') then 'captured ' || r.approved_minor
                     when r.status in ('rejected', 'withdrawn') then 'voided 0'
                     when r.status = 'expired' then case a.status when 'voided' then 'voided 0' else 'expired 0' end
                     when a.expires_at <= ledger_now() and a.status = 'expired' then 'expired 0'
                     else 'authorized 0' end,
                a.status || ' ' || a.captured_minor)) v(kind, expected, found)
         where r.book_id = %(book)s and v.expected is distinct from v.found
         union all
        select 'authorization_without_reimbursement', 'authorization ' || a.authorization_id, 'reimbursement', null
          from "authorization" a
         where a.book_id = %(book)s and a.channel = 'REIMBURSEMENT' and a.status <> 'declined'
           and not exists (select from reimbursement_authorization k
                             join reimbursement r on r.book_id = k.book_id and r.reimbursement_id = k.reimbursement_id
                            where k.book_id = a.book_id and k.authorization_id = a.authorization_id
                              -- One that is not the last was given back whole.
                              and (r.authorization_id = a.authorization_id or a.status = 'refunded'))
        """,
    ),
    Check(
        "reimbursements, their documents and their history",
        """
        select 'reimbursement_history', 'reimbursement ' || r.reimbursement_id, r.status, s.status
          from reimbursement r
          left join lateral (select t.status from reimbursement_step t
                              where t.book_id = r.book_id and t.reimbursement_id = r.reimbursement_id
                              order by t.step_id desc limit 1) s on true
         where r.book_id = %(book)s and r.status is distinct from s.status
         union all
        select 'reimbursement_document', 'reimbursement ' || r.reimbursement_id, 'EXPENSE', null
          from reimbursement r
         where r.book_id = %(book)s
           and not exists (select from reimbursement_document d
                            where d.book_id = r.book_id and d.reimbursement_id = r.reimbursement_id
                              and d.purpose = 'EXPENSE')
        """,
    ),
    Check(
        "what payroll owes and paid",
        f"""
        select case x.code when 'payroll:paid' then 'payroll_paid' else 'payroll_payable' end,
               case x.code when 'payroll:paid' then 'account payroll:paid'
                    else 'employee ' || split_part(x.code, ':', 2) end,
               x.expected::text, x.found::text
          from (select coalesce(w.code, b.code) as code, coalesce(w.owed, 0) as expected,
                       coalesce(b.posted, 0) as found
                  from ({_OWED}) w
                  full join (select a.code, b.credit_posted - b.debit_posted as posted
                               from account a join balance b on b.book_id = a.book_id and b.account_id = a.account_id
                              where a.book_id = %(book)s and (a.code = 'payroll:paid' or a.code like 'payroll:emp%%')) b
                    on b.code = w.code) x
         where x.expected <> x.found
        """,
    ),
    Check(
        "receipts and what was asked of them",
        """
        select 'receipt_counter', 'receipt ' || c.receipt_id, coalesce(r.asked_minor, 0)::text, c.asked_minor::text
          from reimbursement_receipt c
          left join (select receipt_id,
                            sum(case when status in ('submitted', 'needs_fix') then amount_minor
                                     else approved_minor end) as asked_minor
                       from reimbursement where book_id = %(book)s group by receipt_id) r on r.receipt_id = c.receipt_id
         where c.book_id = %(book)s and coalesce(r.asked_minor, 0) <> c.asked_minor
        """,
    ),
)
