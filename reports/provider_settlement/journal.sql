-- Every entry on a provider's account up to the last day asked for, in every book, with the purchase it belongs to; with
-- `owed_alone`, those alone of the purchases of which some entry is in no payment (`in_payment` says which are in one).
-- A refund belongs to the capture it gives back, a reversal to the entry it reverses: both carry its hold.
with own as (
    select book_id, account_id from account where code = :account
),
moved as (
    select o.book_id, p.entry_id, p.amount_minor
      from own o join posting p on p.book_id = o.book_id and p.credit_account_id = o.account_id
    union all
    select o.book_id, p.entry_id, -p.amount_minor
      from own o join posting p on p.book_id = o.book_id and p.debit_account_id = o.account_id
),
entries as (
    select m.book_id, m.entry_id, sum(m.amount_minor)::bigint as amount_minor
      from moved m group by m.book_id, m.entry_id
),
told as (
select s.book_id, s.entry_id, s.amount_minor, e.occurred_on, coalesce(c.occurred_on, b.occurred_on, e.occurred_on) as captured_on,
       coalesce(c.entry_id, b.entry_id, e.entry_id) as capture_id,
       coalesce(c.kind, b.kind, e.kind) as origin, e.kind,
       a.authorization_id, a.code, a.service_code, v.name as service_name, a.channel, a.vat_regime, a.home_territory,
       -- A voucher that its provider had to accept was issued when it did.
       case when a.channel = 'VOUCHER' then a.tax_on else (a.decided_at at time zone 'Europe/Rome')::date end as issued_on,
       l.entry_id is not null as in_payment
  from entries s
  join entry e on e.book_id = s.book_id and e.entry_id = s.entry_id
  left join entry b on b.book_id = e.book_id and b.entry_id =
      case when e.refunds is null then e.reverses else e.refunds end
  left join entry c on c.book_id = b.book_id and c.entry_id =
      case when b.refunds is null then b.reverses else b.refunds end
  left join "authorization" a
    on a.book_id = e.book_id and a.hold_id =
        case when e.hold_id is not null then e.hold_id when b.hold_id is not null then b.hold_id else c.hold_id end
  left join service v on v.code = a.service_code
  left join payout_line l on l.book_id = s.book_id and l.entry_id = s.entry_id and not l.returned
 where e.occurred_on <= :ends
)
select *
  from told
 where not :owed_alone
    or (book_id, authorization_id) in (select book_id, authorization_id from told where not in_payment)
 order by occurred_on, book_id, entry_id
