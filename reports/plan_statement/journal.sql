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
-- `delta` is what a posting does to a lot: plus when it credits it. A reversal counts under the kind of what it
-- reverses, with its own sign, so that every figure is net of our own mistakes.
--
-- `seen` is the month in which the figures of groups count a movement: the month it occurred or, if later, the month it
-- was recorded. What is entered late falls into a month that is not told yet, and never changes one that was.
with mine as materialized (
    select account_id, employee_id, carried_from is not null as carried,
           date_trunc('month', greatest(expires_on, grace_until))::date as last_month,
           dense_rank() over (order by employee_id) as place
      from lot
     where book_id = :book and plan_id = :plan
       and (cast(:cluster as text) is null or employee_id in (
           select employee_id from employee where book_id = :book and coalesce(cluster, '') = :cluster))
), moves as (
    select m.employee_id, m.place, m.carried, m.last_month, p.entry_id, -p.amount_minor as delta,
           p.credit_account_id as other_id
      from mine m join posting p on p.book_id = :book and p.debit_account_id = m.account_id
    union all
    select m.employee_id, m.place, m.carried, m.last_month, p.entry_id, p.amount_minor, p.debit_account_id
      from mine m join posting p on p.book_id = :book and p.credit_account_id = m.account_id
), told as materialized (
    select m.employee_id, m.place, m.carried, m.last_month, m.entry_id, m.delta, m.other_id,
           e.occurred_on, e.recorded_at,
           case when e.reverses is null then e.kind when r.reverses is null then r.kind else o.kind end as kind,
           coalesce(e.hold_id, r.hold_id, o.hold_id) as hold_id
      from moves m
      join entry e on e.book_id = :book and e.entry_id = m.entry_id
      left join entry r on r.book_id = :book and r.entry_id = coalesce(e.reverses, e.refunds)
      left join entry o on o.book_id = :book and o.entry_id = coalesce(r.reverses, r.refunds)
), community as materialized (
    select account_id from account where book_id = :book and code like 'community:%'
), facts as materialized (
    select t.employee_id, t.place, a.category,
           case when t.here then date_trunc('month', t.occurred_on)::date end as month,
           case when t.here and t.seen_on <= :through then date_trunc('month', t.seen_on)::date end as seen,
           coalesce(sum(t.delta) filter (where t.occurred_on < :starts), 0) as opening,
           coalesce(sum(t.delta) filter (where t.here and t.kind = 'grant'), 0) as granted,
           coalesce(-sum(t.delta) filter (where t.here and t.kind = 'grant_correction'), 0) as corrected,
           coalesce(-sum(t.delta) filter (where t.here and t.kind in ('capture', 'reimbursement')), 0) as captured,
           coalesce(sum(t.delta) filter (where t.here and t.kind = 'refund'), 0) as refunded,
           coalesce(-sum(t.delta) filter (where t.here and t.kind = 'expiry' and not t.to_community), 0) as to_funder,
           coalesce(-sum(t.delta) filter (where t.here and t.kind = 'expiry' and t.to_community), 0) as to_community,
           coalesce(-sum(t.delta) filter (where t.here and t.kind = 'carry_over' and not t.carried), 0) as carried_out,
           coalesce(sum(t.delta) filter (where t.here and t.kind = 'carry_over' and t.carried), 0) as carried_in,
           coalesce(sum(t.delta) filter (where t.here and t.kind not in
               ('grant', 'grant_correction', 'capture', 'reimbursement', 'refund', 'expiry', 'carry_over')), 0)
               as other,
           coalesce(sum(t.delta) filter (where t.occurred_on > :ends), 0) as later
      from (select told.*, occurred_on between :starts and :ends as here,
                   greatest(occurred_on, (recorded_at at time zone 'Europe/Rome')::date) as seen_on,
                   other_id in (select account_id from community) as to_community
              from told) t
      left join "authorization" a on a.book_id = :book and a.hold_id = t.hold_id
     group by 1, 2, 3, 4, 5
), changes as (
    select f.*, granted - corrected as net, captured - refunded as used,
           granted - corrected - captured + refunded - to_funder - to_community - carried_out + carried_in + other
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
           sum(other) as other,
           coalesce(sum(captured - refunded) filter (where category is distinct from 'FRINGE'), 0) as welfare,
           coalesce(sum(captured - refunded) filter (where category = 'FRINGE'), 0) as fringe
      from facts f group by 1
), plan_accounts as materialized (
    select account_id, code from account
     where book_id = :book and code in (:receivable, :committed, :funded)
), plan_moves as (
    select a.code, p.entry_id, p.amount_minor as delta
      from plan_accounts a join posting p on p.book_id = :book and p.debit_account_id = a.account_id
    union all
    select a.code, p.entry_id, -p.amount_minor
      from plan_accounts a join posting p on p.book_id = :book and p.credit_account_id = a.account_id
), plan_told as materialized (
    select m.code, m.entry_id, m.delta, e.occurred_on, e.recorded_at,
           case when e.reverses is null then e.kind when r.reverses is null then r.kind else o.kind end as kind
      from plan_moves m
      join entry e on e.book_id = :book and e.entry_id = m.entry_id
      left join entry r on r.book_id = :book and r.entry_id = e.reverses
      left join entry o on o.book_id = :book and o.entry_id = r.reverses
), counted as materialized (
    select distinct entry_id, recorded_at from (
        select entry_id, recorded_at from told where occurred_on between :starts and :ends
        union all
        select entry_id, recorded_at from plan_told where occurred_on between :starts and :ends) c
)
select 'person' as tag, e.employee_id as key, e.employee_no, e.last_name, e.first_name, e.tax_code, e.cluster,
       array[p.opening, p.granted, p.corrected, p.captured, p.refunded, p.to_funder, p.to_community, p.carried_out,
             p.carried_in, p.other, p.welfare, p.fringe, coalesce(h.held, 0), p.place]::bigint[] as figures,
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
          from told where occurred_on <= :ends group by 1, 2) x
 where amount <> 0
 group by last_month
union all
select 'budget', '', null, null, null, null, null, array[
           coalesce(sum(delta) filter (where code = :receivable and kind = 'commitment' and occurred_on < :starts), 0),
           coalesce(sum(delta) filter (where code = :receivable and kind = 'commitment'
               and occurred_on between :starts and :ends), 0),
           coalesce(-sum(delta) filter (where code = :receivable and kind = 'funding' and occurred_on < :starts), 0),
           coalesce(-sum(delta) filter (where code = :receivable and kind = 'funding'
               and occurred_on between :starts and :ends), 0),
           -- What is committed and not granted, from the journal: the two accounts of a plan that grants draw from.
           coalesce(-sum(delta) filter (where code <> :receivable and occurred_on <= :ends), 0),
           coalesce(-sum(delta) filter (where code <> :receivable and occurred_on > :ends), 0)]::bigint[], null
  from plan_told
union all
select 'proof', '', null, null, null, null, null, array[
           (select coalesce(sum(b.side * (b.debit_posted - b.credit_posted)), 0)
              from mine m join balance b on b.book_id = :book and b.account_id = m.account_id),
           (select coalesce(sum(later), 0) from facts),
           (select coalesce(sum(b.side * (b.debit_posted - b.credit_posted)), 0)
              from plan_accounts a join balance b on b.book_id = :book and b.account_id = a.account_id
             where a.code <> :receivable),
           count(*), max(c.entry_id),
           -- From the queue's side: it is short but after a great load, and then it is read once.
           (select count(*) from seal_queue q
             where q.book_id = :book and q.entry_id in (select entry_id from counted))]::bigint[], max(c.recorded_at)
  from counted c
