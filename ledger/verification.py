"""
Verification: every projection derived again from the journal, and each difference named.

Each check is one statement, so that it sees one moment of a ledger at work; sums and orderings are made by the
server. What cannot be derived, and is therefore not checked: a hold's deadline and reference, an account's status.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger import seals
from ledger.differences import Difference

# So many differences of one check are named at most: beyond that a count says nothing more.
AT_MOST = 1_000

Progress = Callable[[str], None]

_LEGS = """
    select debit_account_id as account_id, debit_version as version, debit_after as after, amount_minor as signed,
           amount_minor as debit, 0::bigint as credit, entry_id
      from posting where book_id = %(book)s
     union all
    select credit_account_id, credit_version, credit_after, -amount_minor, 0, amount_minor, entry_id
      from posting where book_id = %(book)s
"""
_ACCOUNT = "'account ' || coalesce(a.code, x.account_id::text)"


@dataclass(frozen=True, slots=True)
class Check:
    """One search for differences; its rows are (kind, subject, expected, found)."""

    name: str
    sql: str


CHECKS = (
    Check(
        "trial balance",
        """
        select 'trial_balance', 'book ' || %(book)s, sum(debit_posted)::text, sum(credit_posted)::text
          from balance where book_id = %(book)s having sum(debit_posted) <> sum(credit_posted)
        """,
    ),
    Check(
        "balances",
        f"""
        select v.kind, {_ACCOUNT}, v.expected::text, v.found::text
          from (select coalesce(b.account_id, s.account_id) as account_id,
                       coalesce(s.debit, 0) as debit, coalesce(s.credit, 0) as credit, coalesce(s.legs, 0) as legs,
                       b.debit_posted, b.credit_posted, b.version, b.account_id is null as missing
                  from (select * from balance where book_id = %(book)s) b
                  full join (select account_id, sum(debit) as debit, sum(credit) as credit, count(*) as legs
                               from ({_LEGS}) l group by account_id) s on s.account_id = b.account_id) x
          left join account a on a.book_id = %(book)s and a.account_id = x.account_id
         cross join lateral (values ('debit_posted', x.debit, x.debit_posted),
                                    ('credit_posted', x.credit, x.credit_posted),
                                    ('balance_version', x.legs, x.version)) v(kind, expected, found)
         where not x.missing and v.expected <> v.found
        """,
    ),
    Check(
        "accounts",
        f"""
        select v.kind, {_ACCOUNT}, v.expected, v.found
          from (select account_id from account where book_id = %(book)s
                 union
                select account_id from balance where book_id = %(book)s
                 union
                select debit_account_id from posting where book_id = %(book)s
                 union
                select credit_account_id from posting where book_id = %(book)s
                 union
                select account_id from hold_line where book_id = %(book)s) x
          left join account a on a.book_id = %(book)s and a.account_id = x.account_id
          left join balance b on b.book_id = %(book)s and b.account_id = x.account_id
          left join book k on k.book_id = %(book)s
         cross join lateral (values
               ('account_missing', case when a.account_id is null then 'account' end, null),
               ('balance_missing', case when b.account_id is null and a.account_id is not null then 'balance' end,
                null),
               ('account_side', case when a.kind in ('A', 'E') then '1' when a.kind is not null then '-1' end,
                b.side::text),
               ('account_currency', case when a.account_id is not null then k.currency end, a.currency))
               v(kind, expected, found)
         where v.expected is distinct from v.found
           and (v.expected is not null and (v.found is not null or v.kind in ('account_missing', 'balance_missing')))
        """,
    ),
    Check(
        "running balances",
        f"""
        select v.kind, {_ACCOUNT} || ' version ' || x.version || ', entry ' || x.entry_id,
               v.expected, v.found
          from (select l.*, b.side, e.recorded_at,
                       coalesce(lag(l.version) over along, 0) + 1 as next_version,
                       coalesce(lag(l.after) over along, 0) + b.side * l.signed as next_after,
                       lag(e.recorded_at) over along as before
                  from ({_LEGS}) l
                  left join balance b on b.book_id = %(book)s and b.account_id = l.account_id
                  left join entry e on e.book_id = %(book)s and e.entry_id = l.entry_id
                window along as (partition by l.account_id order by l.version, l.entry_id)) x
          left join account a on a.book_id = %(book)s and a.account_id = x.account_id
         cross join lateral (values
               ('version_order', x.next_version::text, x.version::text),
               ('running_balance', x.next_after::text, x.after::text),
               ('recorded_backwards', greatest(x.before, x.recorded_at)::text, x.recorded_at::text))
               v(kind, expected, found)
         where (x.version <> x.next_version or x.after <> x.next_after or x.recorded_at < x.before)
           and v.expected <> v.found
        """,
    ),
    Check(
        "floors",
        f"""
        select 'floor', {_ACCOUNT}, x.floor_minor::text,
               (x.side * (x.debit_posted - x.credit_posted) - x.held_minor)::text
          from balance x left join account a using (book_id, account_id)
         where x.book_id = %(book)s and x.side * (x.debit_posted - x.credit_posted) - x.held_minor < x.floor_minor
        """,
    ),
    Check(
        "held",
        f"""
        select 'held', {_ACCOUNT}, coalesce(h.held, 0)::text, x.held_minor::text
          from balance x
          left join account a using (book_id, account_id)
          left join (select l.account_id, sum(l.amount_minor - l.captured_minor - l.released_minor) as held
                       from hold h join hold_line l using (book_id, hold_id)
                      where h.book_id = %(book)s and h.state = 'open' group by l.account_id) h
            on h.account_id = x.account_id
         where x.book_id = %(book)s and x.held_minor <> coalesce(h.held, 0)
        """,
    ),
    Check(
        "holds and their events",
        """
        select v.kind, 'hold ' || x.hold_id, v.expected, v.found
          from (select coalesce(h.hold_id, v.hold_id) as hold_id, h.state, l.amount, l.captured, l.released,
                       v.authorized, v.charged, v.freed, v.events, v.last_seq, v.first_kind,
                       case v.last_kind when 'void' then 'voided' when 'expire' then 'expired'
                            when 'release' then 'captured'
                            else case when l.captured + l.released = l.amount then 'captured' else 'open' end
                       end as derived
                  from (select * from hold where book_id = %(book)s) h
                  full join (select hold_id, count(*) as events, max(seq) as last_seq,
                                    coalesce(sum(amount_minor) filter (where kind = 'authorize'), 0) as authorized,
                                    coalesce(sum(amount_minor) filter (where kind = 'capture'), 0) as charged,
                                    coalesce(sum(amount_minor)
                                             filter (where kind in ('void', 'expire', 'release')), 0) as freed,
                                    (array_agg(kind order by seq desc))[1] as last_kind,
                                    (array_agg(kind order by seq))[1] as first_kind
                               from hold_event where book_id = %(book)s group by hold_id) v on v.hold_id = h.hold_id
                  left join (select hold_id, sum(amount_minor) as amount, sum(captured_minor) as captured,
                                    sum(released_minor) as released
                               from hold_line where book_id = %(book)s group by hold_id) l
                    on l.hold_id = coalesce(h.hold_id, v.hold_id)) x
         cross join lateral (values
               ('hold_missing', case when x.state is null then 'hold' end, null),
               ('hold_amount', coalesce(x.authorized, 0)::text, coalesce(x.amount, 0)::text),
               ('hold_captured', coalesce(x.charged, 0)::text, coalesce(x.captured, 0)::text),
               ('hold_released', coalesce(x.freed, 0)::text, coalesce(x.released, 0)::text),
               ('hold_events', case when x.last_seq = x.events and x.first_kind = 'authorize' then '' else
                               coalesce(x.events::text || ' from authorize on', 'authorize') end,
                               case when x.last_seq = x.events and x.first_kind = 'authorize' then '' else
                               coalesce(x.last_seq::text || ' from ' || x.first_kind || ' on', 'none') end),
               ('hold_state', coalesce(x.derived, 'open'), coalesce(x.state, x.derived)),
               ('hold_closed_with_rest', '0', case when x.state = 'open' then '0' else
                                              (x.amount - x.captured - x.released)::text end),
               ('hold_open_without_rest', '', case when x.state = 'open' and x.amount = x.captured + x.released
                                              then '0' else '' end))
               v(kind, expected, found)
         where v.expected is distinct from v.found and (v.kind = 'hold_missing' or v.found is not null)
        """,
    ),
    Check(
        "captures and their postings",
        """
        select 'hold_line_captured', 'hold ' || l.hold_id || ' line ' || l.line, coalesce(p.charged, 0)::text,
               l.captured_minor::text
          from hold_line l
          left join (select e.hold_id, p.debit_account_id as account_id, sum(p.amount_minor) as charged
                       from entry e join posting p using (book_id, entry_id)
                      where e.book_id = %(book)s and e.hold_id is not null
                      group by e.hold_id, p.debit_account_id) p
            on p.hold_id = l.hold_id and p.account_id = l.account_id
         where l.book_id = %(book)s and l.captured_minor <> coalesce(p.charged, 0)
        """,
    ),
    Check(
        "captures and their events",
        """
        select 'capture_event', 'entry ' || coalesce(e.entry_id, v.entry_id), 'hold ' || e.hold_id,
               'hold ' || v.hold_id
          from (select entry_id, hold_id from entry where book_id = %(book)s and hold_id is not null) e
          full join (select entry_id, hold_id from hold_event where book_id = %(book)s and kind = 'capture') v
            on v.entry_id = e.entry_id and v.hold_id = e.hold_id
         where e.entry_id is null or v.entry_id is null
        """,
    ),
    Check(
        "refunds",
        """
        select v.kind, 'entry ' || x.entry_id, v.expected::text, v.found::text
          from (select coalesce(c.entry_id, r.entry_id) as entry_id, c.captured_minor, c.refunded_minor,
                       coalesce(r.refunded, 0) as refunded,
                       (select sum(h.amount_minor) from hold_event h
                         where h.book_id = %(book)s and h.entry_id = coalesce(c.entry_id, r.entry_id)
                           and h.hold_id = (select n.hold_id from entry n where n.book_id = %(book)s
                                               and n.entry_id = coalesce(c.entry_id, r.entry_id))) as captured
                  from (select * from refund_counter where book_id = %(book)s) c
                  full join (select e.refunds as entry_id, sum(p.amount_minor) as refunded
                               from entry e
                               join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
                               join entry n on n.book_id = e.book_id and n.entry_id = e.refunds
                               join hold_line l on l.book_id = e.book_id and l.hold_id = n.hold_id
                                               and l.account_id = p.credit_account_id
                              where e.book_id = %(book)s and e.refunds is not null
                              group by e.refunds) r on r.entry_id = c.entry_id) x
         cross join lateral (values ('refund_counter', x.refunded, coalesce(x.refunded_minor, 0)),
                                    ('refund_cap', x.captured, x.captured_minor)) v(kind, expected, found)
         where v.expected is distinct from v.found and v.found is not null
        """,
    ),
    Check(
        "entries and postings",
        """
        select 'entry_without_postings', 'entry ' || e.entry_id, null, null
          from entry e where e.book_id = %(book)s
           and not exists (select from posting p where p.book_id = e.book_id and p.entry_id = e.entry_id)
         union all
        select 'posting_without_entry', 'posting ' || p.entry_id || '/' || p.line, null, null
          from posting p where p.book_id = %(book)s
           and not exists (select from entry e where e.book_id = p.book_id and e.entry_id = p.entry_id)
         union all
        select 'posting_lines', 'entry ' || p.entry_id, '1-' || count(*), min(p.line) || '-' || max(p.line)
          from posting p where p.book_id = %(book)s
         group by p.entry_id having min(p.line) <> 1 or max(p.line) <> count(*)
        """,
    ),
    Check(
        "entries that others name",
        """
        select 'entry_named_missing', 'entry ' || e.entry_id, 'entry ' || v.named, null
          from entry e cross join lateral (values (e.reverses), (e.refunds)) v(named)
         where e.book_id = %(book)s and v.named is not null
           and not exists (select from entry n where n.book_id = e.book_id and n.entry_id = v.named)
        """,
    ),
    Check(
        "closed periods",
        """
        select 'posted_after_closing', 'entry ' || e.entry_id, p.closed_at::text, e.recorded_at::text
          from period p
          join entry e on e.book_id = p.book_id and e.occurred_on between p.starts_on and p.ends_on
         where p.book_id = %(book)s and p.state = 'closed' and e.recorded_at > p.closed_at
        """,
    ),
    Check(
        "the seals' queue",
        """
        select 'sealed_and_queued', 'entry ' || q.entry_id, null, null
          from seal_queue q join seal s using (book_id, entry_id) where q.book_id = %(book)s
        """,
    ),
)


def verify(session: Session, book_id: int, *, on_progress: Progress | None = None) -> list[Difference]:
    """
    Derive every projection of a book again from its journal and return what differs; nothing when all is well.

    Reads only, and takes no lock: posters go on meanwhile. `on_progress` hears the name of each check as it begins.
    Of each check the first thousand differences are named.
    """
    connection = session.connection()
    # Millions of postings take longer than a request may; only for the rest of this transaction.
    connection.exec_driver_sql("set local statement_timeout = 0")
    differences = []
    for check in CHECKS:
        if on_progress is not None:
            on_progress(check.name)
        rows = connection.exec_driver_sql(f"{check.sql} limit {AT_MOST}", {"book": book_id})
        differences += [Difference(*row) for row in rows]
    if on_progress is not None:
        on_progress("seals")
    return differences + seals.verify_chain(session, book_id, at_most=AT_MOST)
