-- What each entry up to a day brought to a pair of territories, where no run in force has cleared it yet: captures and
-- refunds between two territories, and the fees that payments withheld or gave back, at home too.
insert into clearing_line (book_id, entry_id, home_territory, delivery_territory, run_id, gross_minor, fee_minor)
select x.book_id, x.entry_id, x.home_territory, x.delivery_territory, %(run)s, sum(x.gross_minor), sum(x.fee_minor)
  from (select e.book_id, e.entry_id, a.home_territory, a.delivery_territory,
               case when e.refunds is null then p.amount_minor else -p.amount_minor end as gross_minor,
               0::bigint as fee_minor
          from entry e
          join entry c on c.book_id = e.book_id and c.entry_id =
              case when e.refunds is null then e.entry_id else e.refunds end
          join "authorization" a on a.book_id = c.book_id and a.hold_id = c.hold_id
          join account v on v.book_id = a.book_id and v.code = 'provider:' || a.provider_code
          join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
                        and v.account_id in (p.debit_account_id, p.credit_account_id)
         where (e.hold_id is not null or e.refunds is not null)
           and e.occurred_on <= %(ends_on)s and a.home_territory <> a.delivery_territory
           and not exists (select from entry r where r.book_id = e.book_id and r.reverses = e.entry_id)
         union all
        select t.book_id, w.entry_id, l.home_territory, l.delivery_territory, 0, w.sign * l.fee_minor
          from payout_part t
          join payout_line l on l.book_id = t.book_id and l.run_id = t.run_id and l.provider_code = t.provider_code
         cross join lateral (values (t.entry_id, 1), (t.returned_entry_id, -1)) w(entry_id, sign)
          join entry e on e.book_id = t.book_id and e.entry_id = w.entry_id and e.occurred_on <= %(ends_on)s
         where l.fee_minor <> 0) x
 where not exists (select from clearing_line k
                    where k.book_id = x.book_id and k.entry_id = x.entry_id and not k.released
                      and k.home_territory = x.home_territory and k.delivery_territory = x.delivery_territory)
 group by x.book_id, x.entry_id, x.home_territory, x.delivery_territory
having sum(x.gross_minor) <> 0 or sum(x.fee_minor) <> 0
