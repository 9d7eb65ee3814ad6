"""
Verification: what the wallet keeps of its own, derived again from the ledger's journal, and each difference named.

The ledger's own verification comes first; what it has proven (balances, holds) is taken as given here. Each check is
one statement over a whole book. What only the rulebook could say (whether a decision was right) is not checked here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger import verification
from ledger.differences import Difference
from ledger.verification import AT_MOST, Check, Progress
from wallet import fiscal
from wallet.reimbursements import verification as reimbursements
from wallet.settlement import verification as settlement
from wallet.social import verification as social

# What each difference means: (Italian, English).
KINDS: dict[str, tuple[str, str]] = {
    "authorization_reserved": (
        "l'importo non è quello del suo vincolo",
        "the amount is not what its hold reserved",
    ),
    "authorization_hold": (
        "il vincolo manca, non la cita o scade in un altro momento",
        "its hold is missing, does not name it or ends at another time",
    ),
    "authorization_captured": ("l'addebitato non è quello del vincolo", "captured is not what the hold's events say"),
    "authorization_refunded": ("lo stornato non è la somma degli storni", "refunded is not the sum of the refunds"),
    "authorization_status": ("lo stato non è quello del suo vincolo", "the state is not what its hold says"),
    "hold_without_authorization": ("nessuna autorizzazione lo spiega", "no authorization stands behind it"),
    "fiscal_amount": (
        "gli eventi fiscali del piano non sono quanto usato",
        "the plan's fiscal events are not what was used",
    ),
    "fiscal_year": (
        "gli eventi fiscali dell'anno non sono quanto addebitato e non stornato in quell'anno",
        "the year's fiscal events are not that year's captures less their refunds",
    ),
    "fiscal_negative": (
        "gli eventi fiscali tolgono più di quanto c'era",
        "fiscal events take back more than there was",
    ),
    "fiscal_taxable": (
        "la parte tassata non è quella decisa",
        "the taxable part is not what was decided",
    ),
    "fiscal_event_elsewhere": (
        "un evento fiscale non è della sua autorizzazione",
        "a fiscal event does not agree with its authorization",
    ),
    "fringe_year_mixed": (
        "lo stesso anno di fringe benefit è in parte esente e in parte tassato",
        "one year of fringe benefits is partly exempt and partly taxable",
    ),
    "lot_account": ("il conto non è un debito con minimo zero", "its account is not a liability with floor zero"),
    "lot_source": ("la fonte non è quella del piano", "the source is not its plan's"),
    "lot_carried": (
        "è riportato da un credito di un'altra persona o di un altro piano",
        "it is carried from another person's or another plan's lot",
    ),
    "account_without_lot": ("il conto non ha un credito", "the account has no lot"),
    "lot_movement": ("il movimento non è di quelli ammessi per un credito", "a lot is not moved in this way"),
    "clearing_sum": ("la compensazione fra i territori non torna a zero", "the territories' clearing is not zero"),
    "clearing_position": (
        "la posizione non è ciò che le autorizzazioni vi hanno portato",
        "the position is not what authorizations brought",
    ),
    "provider_payable": (
        "il debito non è l'addebitato meno lo stornato",
        "what is owed is not captures less refunds",
    ),
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
    **reimbursements.KINDS,
    **settlement.KINDS,
    **social.KINDS,
}

_NOUNS = {
    "account": "conto",
    "authorization": "autorizzazione",
    "book": "libro",
    "budget": "caricamento",
    "employee": "lavoratore",
    "entry": "scrittura",
    "hold": "vincolo",
    "opening": "saldi portati",
    "lot": "credito",
    "plan": "piano",
    "provider": "fornitore",
    "territory": "territorio",
    **reimbursements.NOUNS,
    **settlement.NOUNS,
    **social.NOUNS,
}


@dataclass(frozen=True, slots=True)
class WalletDifference(Difference):
    """One thing of the wallet that is not as the journal says; `kind` is one of this module's `KINDS`."""

    def text(self, language: str = "en") -> str:
        """Return the difference as a sentence."""
        italian = language == "it"
        noun, _, name = self.subject.partition(" ")
        subject = f"{_NOUNS[noun]} {name}" if italian else self.subject
        meaning = KINDS[self.kind][0 if italian else 1]
        wanted, got, nothing = ("atteso", "trovato", "nulla") if italian else ("expected", "found", "nothing")
        return f"{subject}: {meaning} ({wanted} {self.expected or nothing}, {got} {self.found or nothing})"

    def __str__(self) -> str:
        return self.text()


# Of each hold: what was captured, and what was given back to lots by the refunds of its captures.
_MOVED = """
    select h.hold_id, h.state, h.expires_at, h.reference,
           coalesce(v.reserved, 0) as reserved, coalesce(v.captured, 0) as captured, coalesce(r.refunded, 0) as refunded
      from hold h
      left join (select hold_id, sum(amount_minor) filter (where kind = 'authorize') as reserved,
                        sum(amount_minor) filter (where kind = 'capture') as captured
                   from hold_event where book_id = %(book)s group by hold_id) v on v.hold_id = h.hold_id
      left join (select c.hold_id, sum(p.amount_minor) as refunded
                   from entry e
                   join entry c on c.book_id = e.book_id and c.entry_id = e.refunds
                   join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
                   join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id
                  where e.book_id = %(book)s and e.refunds is not null group by c.hold_id) r on r.hold_id = h.hold_id
     where h.book_id = %(book)s
"""
# The same plan by plan, from the lots that paid.
_MOVED_BY_PLAN = """
    select x.hold_id, x.plan_id, sum(x.reserved) as reserved, sum(x.captured) as captured, sum(x.refunded) as refunded
      from (select h.hold_id, l.plan_id, h.amount_minor as reserved, h.captured_minor as captured, 0 as refunded
              from hold_line h join lot l on l.book_id = h.book_id and l.account_id = h.account_id
             where h.book_id = %(book)s
             union all
            select c.hold_id, l.plan_id, 0, 0, p.amount_minor
              from entry e
              join entry c on c.book_id = e.book_id and c.entry_id = e.refunds
              join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
              join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id
             where e.book_id = %(book)s and e.refunds is not null) x
     group by x.hold_id, x.plan_id
"""
# What direct purchases paid in each year of delivery; a refund counts in the year of the capture it takes back.
_DELIVERED = """
    select a.authorization_id, y.year,
           sum(case when e.refunds is null then p.amount_minor else -p.amount_minor end) as net
      from entry e
      join entry c on c.book_id = e.book_id and c.entry_id = coalesce(e.refunds, e.entry_id)
      join "authorization" a on a.book_id = c.book_id and a.hold_id = c.hold_id
      join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
      join lot l on l.book_id = p.book_id
                and l.account_id = case when e.refunds is null then p.debit_account_id else p.credit_account_id end
      -- A reimbursement belongs to the year in which it was asked for, whenever it is approved; what takes the place of
      -- a bonus to the year in which it was chosen.
     cross join lateral (select extract(year from case when a.channel = 'REIMBURSEMENT' then a.tax_on
                                                       when l.source = 'PDR'
                                                       then (a.decided_at at time zone 'Europe/Rome')::date
                                                       else c.occurred_on end) as year) y
     where e.book_id = %(book)s and (e.hold_id is not null or e.refunds is not null) and a.channel <> 'VOUCHER'
     group by a.authorization_id, y.year
"""
_OPEN = "('authorized', 'partially_captured')"
# Who the wallet's own entries moved money to or from: those that take from a hold or give back what was taken.
_PAID = """
    select a.code, sum(p.signed) as paid
      from entry e
      join (select book_id, entry_id, credit_account_id as account_id, amount_minor as signed from posting
             where book_id = %(book)s
             union all
            select book_id, entry_id, debit_account_id, -amount_minor from posting where book_id = %(book)s) p
        on p.book_id = e.book_id and p.entry_id = e.entry_id
      join account a on a.book_id = e.book_id and a.account_id = p.account_id
     where e.book_id = %(book)s and (e.hold_id is not null or e.refunds is not null)
     group by a.code
"""

CHECKS = (
    Check(
        "authorizations and their holds",
        f"""
        select v.kind, 'authorization ' || x.authorization_id, v.expected, v.found
          from (select a.*, m.hold_id as held_by, m.state, m.expires_at as hold_ends_at, m.reference, m.reserved,
                       m.captured, m.refunded,
                       case when m.state = 'open'
                              or (m.state = 'expired' and a.status in {_OPEN} and m.expires_at <= ledger_now())
                            then case when m.captured > 0 then 'partially_captured' else 'authorized' end
                            when m.captured = 0 then m.state
                            when m.refunded = 0 then 'captured'
                            when m.refunded = m.captured then 'refunded'
                            else 'partially_refunded' end as derived
                  from "authorization" a left join ({_MOVED}) m on m.hold_id = a.hold_id
                 where a.book_id = %(book)s and a.status <> 'declined') x
         cross join lateral (values
               ('authorization_hold', x.authorization_id || ' ' || x.expires_at,
                                      coalesce(x.reference || ' ' || x.hold_ends_at, 'none')),
               ('authorization_reserved', x.amount_minor::text, coalesce(x.reserved, 0)::text),
               ('authorization_captured', coalesce(x.captured, 0)::text, x.captured_minor::text),
               ('authorization_refunded', coalesce(x.refunded, 0)::text, x.refunded_minor::text),
               ('authorization_status', coalesce(x.derived, x.status), x.status)) v(kind, expected, found)
         where v.expected <> v.found
        """,
    ),
    Check(
        "holds without an authorization",
        """
        select 'hold_without_authorization', 'hold ' || h.hold_id, 'authorization', h.reference
          from hold h
         where h.book_id = %(book)s
           and not exists (select from "authorization" a where a.book_id = h.book_id and a.hold_id = h.hold_id)
        """,
    ),
    Check(
        "fiscal events and what was used",
        f"""
        select 'fiscal_amount', 'authorization ' || x.authorization_id || ' plan ' || x.plan_id,
               x.expected::text, x.found::text
          from (select coalesce(w.authorization_id, f.authorization_id) as authorization_id,
                       coalesce(w.plan_id, f.plan_id) as plan_id,
                       coalesce(w.expected, 0) as expected, coalesce(f.net, 0) as found
                  from (select a.authorization_id, m.plan_id,
                               case when a.channel <> 'VOUCHER' then m.captured - m.refunded
                                    when a.status in ('voided', 'expired') then 0
                                    else m.reserved - m.refunded end as expected
                          from "authorization" a join ({_MOVED_BY_PLAN}) m on m.hold_id = a.hold_id
                         where a.book_id = %(book)s) w
                  full join (select authorization_id, plan_id,
                                    sum(case kind when 'use' then amount_minor else -amount_minor end) as net
                               from fiscal_event where book_id = %(book)s group by authorization_id, plan_id) f
                    on f.authorization_id = w.authorization_id and f.plan_id = w.plan_id) x
         where x.expected <> x.found
        """,
    ),
    Check(
        "fiscal events and the years of delivery",
        f"""
        select 'fiscal_year', 'authorization ' || authorization_id || ' year ' || year,
               coalesce(w.net, 0)::text, coalesce(f.net, 0)::text
          from ({_DELIVERED}) w
          full join (select f.authorization_id, f.fiscal_year::numeric as year,
                            sum(case f.kind when 'use' then f.amount_minor else -f.amount_minor end) as net
                       from fiscal_event f where f.book_id = %(book)s and f.channel <> 'VOUCHER'
                      group by f.authorization_id, f.fiscal_year) f using (authorization_id, year)
         where coalesce(w.net, 0) <> coalesce(f.net, 0)
        """,
    ),
    Check(
        "fiscal events that take back too much",
        """
        select 'fiscal_negative', 'authorization ' || x.authorization_id || ' plan ' || x.plan_id || ' year ' || x.year,
               'exempt >= 0, taxable >= 0', 'exempt ' || x.exempt || ', taxable ' || x.taxable
          from (select authorization_id, plan_id, fiscal_year as year,
                       sum(case kind when 'use' then exempt_minor else -exempt_minor end) as exempt,
                       sum(case kind when 'use' then taxable_minor else -taxable_minor end) as taxable
                  from fiscal_event where book_id = %(book)s group by authorization_id, plan_id, fiscal_year) x
         where x.exempt < 0 or x.taxable < 0
        """,
    ),
    Check(
        "taxable parts and the decisions",
        # A yearly limit settles the year's total, a delivery in another year is decided again, and refunds are taken in
        # proportion: none of them is here.
        f"""
        select 'fiscal_taxable', 'authorization ' || x.authorization_id, x.expected::text, x.found::text
          from (select a.authorization_id,
                       case when a.channel = 'VOUCHER'
                            then case when a.status in {_OPEN} or a.status = 'captured' then a.taxable_minor else 0 end
                            when a.channel = 'REIMBURSEMENT' then greatest(0, a.captured_minor - a.exempt_minor)
                            else a.taxable_minor * a.captured_minor / a.amount_minor end as expected,
                       coalesce(sum(case f.kind when 'use' then f.taxable_minor else -f.taxable_minor end), 0) as found
                  from "authorization" a
                  left join fiscal_event f on f.book_id = a.book_id and f.authorization_id = a.authorization_id
                 where a.book_id = %(book)s and a.status <> 'declined' and a.refunded_minor = 0
                   and not (a.category = any(%(limited)s::text[]) and a.in_limit)
                   and not exists (select from fiscal_event o
                                    where o.book_id = a.book_id and o.authorization_id = a.authorization_id
                                      and o.fiscal_year <> extract(year from a.tax_on))
                 group by a.book_id, a.authorization_id) x
         where x.expected <> x.found
        """,
    ),
    Check(
        "fiscal events and their authorizations",
        """
        select 'fiscal_event_elsewhere', 'authorization ' || f.authorization_id,
               concat_ws(' ', a.employee_id, a.category, a.channel, a.in_limit, p.source),
               concat_ws(' ', f.employee_id, f.category, f.channel, f.in_limit, f.source)
          from fiscal_event f
          join "authorization" a on a.book_id = f.book_id and a.authorization_id = f.authorization_id
          left join plan p on p.book_id = f.book_id and p.plan_id = f.plan_id
         where f.book_id = %(book)s
           and ((f.employee_id, f.category, f.channel, f.source)
                is distinct from (a.employee_id, a.category, a.channel, p.source)
                or (f.in_limit <> a.in_limit and f.fiscal_year = extract(year from a.tax_on)))
        """,
    ),
    Check(
        "years of fringe benefits",
        """
        select 'fringe_year_mixed', 'employee ' || x.employee_id || ' year ' || x.fiscal_year,
               'exempt or taxable', 'exempt ' || x.exempt || ', taxable ' || x.taxable
          from (select employee_id, fiscal_year,
                       sum(case kind when 'use' then exempt_minor else -exempt_minor end) as exempt,
                       sum(case kind when 'use' then taxable_minor else -taxable_minor end) as taxable
                  from fiscal_event where book_id = %(book)s and category = 'FRINGE' and in_limit
                 group by employee_id, fiscal_year) x
         where x.exempt > 0 and x.taxable > 0
        """,
    ),
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
        "clearing between territories",
        """
        select 'clearing_sum', 'book ' || %(book)s, '0', sum(b.debit_posted - b.credit_posted)::text
          from account a join balance b on b.book_id = a.book_id and b.account_id = a.account_id
         where a.book_id = %(book)s and a.code like 'clearing:%%'
        having sum(b.debit_posted - b.credit_posted) <> 0
        """,
    ),
    Check(
        "what is owed to providers and territories",
        f"""
        select case when x.code like 'provider:%%' then 'provider_payable' else 'clearing_position' end,
               case when x.code like 'provider:%%' then 'provider ' else 'territory ' end || split_part(x.code, ':', 2),
               x.expected::text, x.found::text
          from (select coalesce(w.code, m.code) as code, coalesce(w.owed, 0) as expected, coalesce(m.paid, 0) as found
                  from (select v.code, sum(v.owed) as owed
                          from "authorization" a
                         cross join lateral (values
                               ('provider:' || a.provider_code, a.captured_minor - a.refunded_minor),
                               ('clearing:' || a.home_territory, a.captured_minor - a.refunded_minor),
                               ('clearing:' || a.delivery_territory, a.refunded_minor - a.captured_minor)) v(code, owed)
                         where a.book_id = %(book)s and a.captured_minor > 0
                           and (v.code like 'provider:%%' or a.home_territory <> a.delivery_territory)
                         group by v.code) w
                  full join (select * from ({_PAID}) p where p.code ~ '^(provider|clearing):') m
                    on m.code = w.code) x
         where x.expected <> x.found
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
    *reimbursements.CHECKS,
    *settlement.CHECKS,
    *social.CHECKS,
)


def verify(session: Session, book_id: int, *, on_progress: Progress | None = None) -> list[Difference]:
    """
    Derive a book's ledger and everything the wallet keeps beside it again; return what differs, nothing if all is well.

    Reads only, and takes no lock. `on_progress` hears the name of each check as it begins. Of each check the first
    thousand differences are named.
    """
    differences = verification.verify(session, book_id, on_progress=on_progress)
    connection = session.connection()
    asked = {"book": book_id, "limited": list(map(str, fiscal.limited()))}
    for check in CHECKS:
        if on_progress is not None:
            on_progress(check.name)
        rows = connection.exec_driver_sql(f"{check.sql} limit {AT_MOST}", asked)
        differences += [WalletDifference(*row) for row in rows]
    return differences
