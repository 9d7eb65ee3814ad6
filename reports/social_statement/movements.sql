-- One row for each entrusted service and, of vouchers, each citizen with movement until the last day: what moved before
-- and in the period, by figure. Citizens are numbered: the number tells whether two rows are about one person.
-- A reversal counts under the figure of the entry it reverses. Vouchers are told from their lots, agreements from the
-- account of their budget; credit of source MUNICIPAL that no application stands behind has no code.
with moved as (
    select p.entry_id, p.debit_account_id as account_id, -p.amount_minor as signed
      from posting p where p.book_id = :book
    union all
    select p.entry_id, p.credit_account_id, p.amount_minor from posting p where p.book_id = :book
),
dated as (
    select m.account_id, m.signed, e.occurred_on, e.entry_id, coalesce(o.kind, e.kind) as kind, e.hold_id, e.refunds
      from moved m
      join entry e on e.book_id = :book and e.entry_id = m.entry_id
      left join entry o on o.book_id = e.book_id and o.entry_id = e.reverses
     where e.occurred_on <= :ends and e.recorded_at < cast(:known as timestamptz)
),
voucher_lots as (
    select l.account_id, l.employee_id, coalesce(a.entrusted_code, '') as code
      from lot l
      left join social_voucher v on v.book_id = l.book_id and v.lot_id = l.lot_id
      left join social_application a on a.book_id = v.book_id and a.application_id = v.application_id
     where l.book_id = :book and l.source = 'MUNICIPAL'
),
shares as (
    -- What citizens paid beside vouchers: their own lots' part of what was captured for a use, less what was refunded.
    select a.entrusted_code as code, l.employee_id, sum(-d.signed) as citizen
      from dated d
      join lot l on l.book_id = :book and l.account_id = d.account_id and l.source = 'PRIVATE'
      join entry c on c.book_id = :book and c.entry_id =
          case when d.refunds is null then d.entry_id else d.refunds end and c.hold_id is not null
      join "authorization" z on z.book_id = c.book_id and z.hold_id = c.hold_id
      join social_use u on u.book_id = z.book_id and u.authorization_id = z.authorization_id
      join social_voucher v on v.book_id = u.book_id and v.voucher_id = u.voucher_id
      join social_application a on a.book_id = v.book_id and a.application_id = v.application_id
     where d.kind in ('capture', 'refund') and d.occurred_on >= :starts
     group by a.entrusted_code, l.employee_id
),
vouchers as (
    select v.code, v.employee_id,
           coalesce(sum(d.signed) filter (where d.occurred_on < :starts), 0) as opening,
           coalesce(sum(d.signed) filter (where d.occurred_on >= :starts and d.kind in ('grant', 'grant_correction')), 0)
               as granted,
           coalesce(-sum(d.signed) filter (where d.occurred_on >= :starts and d.kind in ('capture', 'refund')), 0) as used,
           coalesce(-sum(d.signed) filter (where d.occurred_on >= :starts
               and d.kind not in ('grant', 'grant_correction', 'capture', 'refund')), 0) as ended
      from voucher_lots v join dated d on d.account_id = v.account_id
     group by v.code, v.employee_id
),
agreements as (
    select s.code,
           coalesce(sum(d.signed) filter (where d.occurred_on < :starts), 0) as opening,
           coalesce(sum(d.signed) filter (where d.occurred_on >= :starts and d.kind = 'service_budget'), 0) as granted,
           coalesce(-sum(d.signed) filter (where d.occurred_on >= :starts and d.kind in ('cost_report', 'price')), 0)
               as used,
           coalesce(-sum(d.signed) filter (where d.occurred_on >= :starts
               and d.kind not in ('service_budget', 'cost_report', 'price')), 0) as ended
      from entrusted_service s
      join account a on a.book_id = s.book_id and a.code = 'entrusted:' || s.code || '\:budget'
      join dated d on d.account_id = a.account_id
     where s.book_id = :book
     group by s.code
)
select v.code, dense_rank() over (order by v.employee_id) as person, null::bigint as assigned,
       v.opening, v.granted, v.used, v.ended, coalesce(h.citizen, 0) as citizen
  from vouchers v left join shares h on h.code = v.code and h.employee_id = v.employee_id
 union all
select g.code, null,
       (select count(distinct x.employee_id) from social_application x
         join social_step t on t.book_id = x.book_id and t.application_id = x.application_id
         where x.book_id = :book and x.entrusted_code = g.code and t.to_state = 'ASSIGNED' and t.occurred_on <= :ends),
       g.opening, g.granted, g.used, g.ended, 0
  from agreements g
 order by 1, 2
