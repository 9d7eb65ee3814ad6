-- What a payout run may settle: captures and refunds that are due, undisputed, and in no other run.
--
-- A refund is due with the capture it undoes. Its fee is what the fee of its capture falls by, so that the fees of a
-- capture and its refunds add up to the fee of what was kept, to the cent; a capture that was paid keeps the terms it was
-- paid under.
insert into payout_candidate
select e.book_id,
       e.entry_id,
       c.entry_id as capture_id,
       a.authorization_id,
       a.provider_code,
       a.home_territory,
       a.delivery_territory,
       m.amount_minor::bigint as amount_minor,
       case when e.refunds is null then div(m.amount_minor * f.basis_points + 5000, 10000)
            else div((x.before_minor + m.amount_minor) * f.basis_points + 5000, 10000)
                 - div(x.before_minor * f.basis_points + 5000, 10000) end::bigint as fee_minor,
       f.basis_points as fee_basis_points,
       c.occurred_on + coalesce(k.payment_days, %(payment_days)s) as due_on
  from entry e
  join book b on b.book_id = e.book_id and b.status = 'open'
  join entry c on c.book_id = e.book_id and c.entry_id =
      case when e.refunds is null then e.entry_id else e.refunds end
  join "authorization" a on a.book_id = c.book_id and a.hold_id = c.hold_id
  join account v on v.book_id = a.book_id and v.code = 'provider:' || a.provider_code
  left join provider_account k on k.provider_code = a.provider_code
 cross join lateral (
       select sum(case when p.credit_account_id = v.account_id then p.amount_minor::numeric else -p.amount_minor end)
              as amount_minor
         from posting p
        where p.book_id = e.book_id and p.entry_id = e.entry_id
          and v.account_id in (p.credit_account_id, p.debit_account_id)) m
 cross join lateral (
       select coalesce((select l.fee_basis_points
                          from payout_line l
                         where e.refunds is not null and l.book_id = c.book_id and l.entry_id = c.entry_id
                           and not l.returned),
                       (select r.basis_points
                          from unnest(%(fee_providers)s::text[], %(fee_from)s::date[], %(fee_to)s::date[],
                                      %(fee_points)s::integer[]) r(provider, valid_from, valid_to, basis_points)
                         where r.provider in (a.provider_code, '*')
                           and c.occurred_on between r.valid_from and r.valid_to
                         order by r.provider = '*' limit 1), 0) as basis_points) f
  left join lateral (
       select h.amount_minor::numeric - coalesce((
              select sum(p.amount_minor)
                from entry r
                join posting p on p.book_id = r.book_id and p.entry_id = r.entry_id
                              and p.debit_account_id = v.account_id
               where r.book_id = e.book_id and r.refunds = e.refunds and r.entry_id < e.entry_id), 0) as before_minor
         from hold_event h
        where h.book_id = c.book_id and h.hold_id = c.hold_id and h.entry_id = c.entry_id and h.kind = 'capture'
       ) x on e.refunds is not null
 where (e.hold_id is not null or e.refunds is not null)
   and c.occurred_on + coalesce(k.payment_days, %(payment_days)s) <= %(due_by)s
   and not exists (select from payout_line l
                    where l.book_id = e.book_id and l.entry_id = e.entry_id and not l.returned)
   and not exists (select from dispute d
                    where d.book_id = e.book_id and d.entry_id = c.entry_id and d.state = 'open')
   and not exists (select from entry r where r.book_id = e.book_id and r.reverses = e.entry_id)
