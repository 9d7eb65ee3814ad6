-- Everything a plan statement takes from the journal, in one statement and so in one snapshot.
--
-- Rows of several shapes, told apart by `tag`:
--   person    key = employee, the figures of their lots, their number in the rows of use  (names, cluster: text columns)
--   category  key = category, used and by how many people
--   month     key = first day, granted, used, and by how much the credit changed
--   use       key = category, then the month: the people's numbers, then what each used
--   cluster   key = cluster, then the month: granted, used, and by how much the credit changed
--   expiring  key = month of the last day: the people's numbers, then what each has left at the end of the period
--   budget    the plan's own accounts
--   proof     the ledger's balances, the entries counted, what waits for a seal
--
--
-- The postings of the plan's lots and of its own accounts are read once, each as a single row even where both sides are
-- the plan's. They are added up at once by all that tells them apart (`grouped`): the rest is taken from those sums.
--
-- `delta` is what a posting does to a lot: plus when it credits it. A reversal counts under the kind of what it
-- reverses, with its own sign, so that every figure is net of our own mistakes.
--
-- `month` is the month in which a movement of the period occurred; -infinity before the period, infinity after it, and for
-- what people used as recorded from the moment `known` on: it is later than the statement, whatever day it bears.
-- `seen` is the month in which the figures of groups count a movement: the month it occurred or, if later, the month it
-- was recorded. What is entered late falls into a month that is not told yet, and never changes one that was.
with mine as materialized (
    select account_id, employee_id, carried_from is not null as carried,
           date_trunc('month', greatest(expires_on, grace_until)::timestamp)::date as last_month,
           dense_rank() over (order by employee_id) as place
      from lot
     where book_id = :book and plan_id = :plan
       and (cast(:cluster as text) is null or employee_id in (
           select employee_id from employee where book_id = :book and coalesce(cluster, '') = :cluster))
), plan_accounts as materialized (
    select account_id, code from account
     where book_id = :book and code in (:receivable, :committed, :funded)
), watched as materialized (
    select account_id from mine union all select account_id from plan_accounts
), community as materialized (
    select account_id from account where book_id = :book and code like 'community:%'
), touched as (
    select p.entry_id, p.line, p.amount_minor, p.debit_account_id, p.credit_account_id
      from watched w join posting p on p.book_id = :book and p.debit_account_id = w.account_id
    union all
    select p.entry_id, p.line, p.amount_minor, p.debit_account_id, p.credit_account_id
      from watched w join posting p on p.book_id = :book and p.credit_account_id = w.account_id
     where p.debit_account_id not in (select account_id from watched)
), mending as (
    select e.entry_id,
           case when e.reverses is null then e.kind when r.reverses is null then r.kind else o.kind end as kind,
           coalesce(r.hold_id, o.hold_id) as hold_id
      from entry e
      join entry r on r.book_id = :book and r.entry_id =
          case when e.reverses is null then e.refunds else e.reverses end
      left join entry o on o.book_id = :book and o.entry_id =
          case when r.reverses is null then r.refunds else r.reverses end
     where e.book_id = :book and (e.reverses is not null or e.refunds is not null)
), told as (
    select case when t.debit_account_id in (select account_id from watched) then t.debit_account_id end as debit_id,
           case when t.credit_account_id in (select account_id from watched) then t.credit_account_id end as credit_id,
           t.entry_id, t.amount_minor, e.recorded_at, a.category, coalesce(m.kind, e.kind) as kind,
           coalesce(m.kind, e.kind) = 'expiry'
               and (t.credit_account_id in (select account_id from community)
                    or t.debit_account_id in (select account_id from community)) as to_community,
           case when e.recorded_at >= cast(:known as timestamptz)
                     and coalesce(m.kind, e.kind) in ('capture', 'refund', 'reimbursement') then 'infinity'
                when e.occurred_on < :starts then '-infinity'
                when e.occurred_on > :ends then 'infinity'
                else date_trunc('month', e.occurred_on::timestamp)::date end as month,
           case when e.occurred_on between :starts and least(:ends, :through) then
                greatest(e.occurred_on, (e.recorded_at at time zone 'Europe/Rome')::date) end as seen_on,
           -- An entry counts once, at the first of its postings that is the plan's.
           t.line = 1 or not exists (
               select from posting p
                where p.book_id = :book and p.entry_id = t.entry_id and p.line < t.line
                  and (p.debit_account_id in (select account_id from watched)
                       or p.credit_account_id in (select account_id from watched))) as first,
           q.entry_id is not null as waits
      from touched t
      join entry e on e.book_id = :book and e.entry_id = t.entry_id
      left join mending m on m.entry_id = t.entry_id
      left join "authorization" a on a.book_id = :book and a.hold_id =
          case when e.hold_id is null then m.hold_id else e.hold_id end
      left join seal_queue q on q.book_id = :book and q.entry_id = t.entry_id
), grouped as materialized (
    select debit_id, credit_id, kind, category, to_community, month,
           case when seen_on <= :through then date_trunc('month', seen_on::timestamp)::date end as seen,
           sum(amount_minor)::bigint as amount, count(*) filter (where first) as entries,
           count(*) filter (where first and waits) as waiting, max(entry_id) as last_entry_id,
           max(recorded_at) as last_recorded_at
      from told group by 1, 2, 3, 4, 5, 6, 7
), moves as materialized (
    select m.employee_id, m.place, m.carried, m.last_month, g.kind, g.category, g.to_community, g.month, g.seen,
           -g.amount as delta
      from grouped g join mine m on m.account_id = g.debit_id
    union all
    select m.employee_id, m.place, m.carried, m.last_month, g.kind, g.category, g.to_community, g.month, g.seen,
           g.amount
      from grouped g join mine m on m.account_id = g.credit_id
), facts as materialized (
    select employee_id, place, category, case when here then month end as month, seen,
           coalesce(sum(delta) filter (where month = '-infinity'), 0) as opening,
           coalesce(sum(delta) filter (where here and kind = 'grant'), 0) as granted,
           coalesce(-sum(delta) filter (where here and kind = 'grant_correction'), 0) as corrected,
           coalesce(-sum(delta) filter (where here and kind in ('capture', 'reimbursement')), 0) as captured,
           coalesce(sum(delta) filter (where here and kind = 'refund'), 0) as refunded,
           coalesce(-sum(delta) filter (where here and kind = 'expiry' and not to_community), 0) as to_funder,
           coalesce(-sum(delta) filter (where here and kind = 'expiry' and to_community), 0) as to_community,
           coalesce(-sum(delta) filter (where here and kind = 'carry_over' and not carried), 0) as carried_out,
           coalesce(sum(delta) filter (where here and kind = 'carry_over' and carried), 0) as carried_in,
           coalesce(sum(delta) filter (where here and kind = 'opening'), 0) as brought,
           coalesce(sum(delta) filter (where here and kind not in
               ('grant', 'grant_correction', 'opening', 'capture', 'reimbursement', 'refund', 'expiry', 'carry_over')), 0)
               as other,
           coalesce(sum(delta) filter (where month = 'infinity'), 0) as later
      from (select moves.*, isfinite(month) as here from moves) t
     group by 1, 2, 3, 4, 5
), changes as (
    select f.*, granted - corrected as net, captured - refunded as used,
           granted - corrected + brought - captured + refunded - to_funder - to_community - carried_out + carried_in
               + other
               as change
      from facts f
), held as (
    select m.employee_id, sum(l.amount_minor - l.captured_minor - l.released_minor) as held
      from mine m
      join hold_line l on l.book_id = :book and l.account_id = m.account_id
       and l.captured_minor + l.released_minor < l.amount_minor
      join hold h on h.book_id = :book and h.hold_id = l.hold_id and h.state = 'open' and h.expires_at > ledger_now()
     group by 1
), people as (
    select f.employee_id, min(place) as place, sum(opening) as opening, sum(granted) as granted, sum(corrected) as corrected,
           sum(captured) as captured, sum(refunded) as refunded, sum(to_funder) as to_funder,
           sum(to_community) as to_community, sum(carried_out) as carried_out, sum(carried_in) as carried_in,
           sum(brought) as brought, sum(other) as other,
           coalesce(sum(captured - refunded) filter (where category is distinct from 'FRINGE'), 0) as welfare,
           coalesce(sum(captured - refunded) filter (where category = 'FRINGE'), 0) as fringe
      from facts f group by 1
    -- Whose credit came after the period, or was gone before it, is nobody of this period.
    having sum(opening) <> 0 or count(month) > 0
), plan_moves as (
    select a.code, g.kind, g.month, g.amount as delta
      from plan_accounts a join grouped g on g.debit_id = a.account_id
    union all
    select a.code, g.kind, g.month, -g.amount from plan_accounts a join grouped g on g.credit_id = a.account_id
)
select 'person' as tag, e.employee_id as key, e.employee_no, e.last_name, e.first_name, e.tax_code, e.cluster,
       array[p.opening, p.granted, p.corrected, p.captured, p.refunded, p.to_funder, p.to_community, p.carried_out,
             p.carried_in, p.other, p.welfare, p.fringe, coalesce(h.held, 0), p.brought, p.place]::bigint[] as figures,
       null::timestamptz as moment
  from people p
  join employee e on e.book_id = :book and e.employee_id = p.employee_id
  left join held h on h.employee_id = p.employee_id
union all
select 'category', coalesce(category, ''), null, null, null, null, null,
       array[sum(used), count(*) filter (where used <> 0)]::bigint[], null
  from (select employee_id, category, sum(captured - refunded) as used, sum(captured) as captured
          from facts group by 1, 2) c
 where captured <> 0 or used <> 0
 group by category
union all
select 'month', month::text, null, null, null, null, null,
       array[sum(net), sum(used), sum(change)]::bigint[], null
  from changes where month is not null group by month
union all
select 'use', coalesce(category, ''), seen::text, null, null, null, null,
       array_agg(place order by place) || array_agg(used order by place), null
  from (select place, category, seen, sum(used)::bigint as used
          from changes where seen is not null group by 1, 2, 3) u
 where used <> 0
 group by category, seen
union all
select 'cluster', coalesce(e.cluster, ''), c.seen::text, null, null, null, null,
       array[sum(c.net), sum(c.used), sum(c.change)]::bigint[], null
  from changes c join employee e on e.book_id = :book and e.employee_id = c.employee_id
 where c.seen is not null group by 2, 3
union all
select 'expiring', last_month::text, null, null, null, null, null,
       array_agg(place order by place) || array_agg(amount order by place), null
  from (select last_month, place, sum(delta)::bigint as amount
          from moves where month < 'infinity' group by 1, 2) x
 where amount <> 0
 group by last_month
union all
select 'budget', '', null, null, null, null, null, array[
           coalesce(sum(delta) filter (where code = :receivable and kind = 'commitment' and month = '-infinity'), 0),
           coalesce(sum(delta) filter (where code = :receivable and kind = 'commitment' and isfinite(month)), 0),
           coalesce(-sum(delta) filter (where code = :receivable and kind = 'funding' and month = '-infinity'), 0),
           coalesce(-sum(delta) filter (where code = :receivable and kind = 'funding' and isfinite(month)), 0),
           -- What is committed and not granted, from the journal: the two accounts of a plan that grants draw from.
           coalesce(-sum(delta) filter (where code <> :receivable and month < 'infinity'), 0),
           coalesce(-sum(delta) filter (where code <> :receivable and month = 'infinity'), 0)]::bigint[], null
  from plan_moves
union all
select 'proof', '', null, null, null, null, null, array[
           (select coalesce(sum(b.side * (b.debit_posted - b.credit_posted)), 0)
              from mine m join balance b on b.book_id = :book and b.account_id = m.account_id),
           (select coalesce(sum(later), 0) from facts),
           (select coalesce(sum(b.side * (b.debit_posted - b.credit_posted)), 0)
              from plan_accounts a join balance b on b.book_id = :book and b.account_id = a.account_id
             where a.code <> :receivable),
           coalesce(sum(entries), 0), max(last_entry_id), coalesce(sum(waiting), 0)]::bigint[], max(last_recorded_at)
  from grouped where isfinite(month)
