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
from wallet import credit_verification as credit
from wallet import year_totals
from wallet.acceptances import verification as acceptances
from wallet.redemptions import verification as redemptions
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
    "clearing_sum": ("la compensazione fra i territori non torna a zero", "the territories' clearing is not zero"),
    "clearing_position": (
        "la posizione non è ciò che le autorizzazioni vi hanno portato",
        "the position is not what authorizations brought",
    ),
    "provider_payable": (
        "il debito non è l'addebitato meno lo stornato",
        "what is owed is not captures less refunds",
    ),
    **credit.KINDS,
    **acceptances.KINDS,
    **redemptions.KINDS,
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
    **credit.NOUNS,
    **redemptions.NOUNS,
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
                                    when a.status in ('voided', 'expired') or a.code is null then 0
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
                            then case when (a.status in {_OPEN} or a.status = 'captured') and a.code is not null
                                      then a.taxable_minor else 0 end
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
    *credit.CHECKS,
    *acceptances.CHECKS,
    *redemptions.CHECKS,
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
    asked = {"book": book_id, "limited": list(map(str, year_totals.limited()))}
    for check in CHECKS:
        if on_progress is not None:
            on_progress(check.name)
        rows = connection.exec_driver_sql(f"{check.sql} limit {AT_MOST}", asked)
        differences += [WalletDifference(*row) for row in rows]
    return differences
