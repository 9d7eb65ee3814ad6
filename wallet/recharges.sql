-- What was delivered of each purchase touched in a month, before the month and in it. A refund belongs to the capture it
-- gives back, a reversal to the entry it reverses; the provider's account says how much, whatever lots it came from.
with touched as (
    select distinct coalesce(e.hold_id, b.hold_id, c.hold_id) as hold_id
      from entry e
      left join entry b on b.book_id = e.book_id and b.entry_id =
          case when e.refunds is null then e.reverses else e.refunds end
      left join entry c on c.book_id = b.book_id and c.entry_id = b.refunds
     where e.book_id = :book and e.occurred_on between :starts and :ends
       and 'capture' in (e.kind, b.kind, c.kind)
),
captures as (
    select h.hold_id, h.entry_id
      from touched t join hold_event h on h.book_id = :book and h.hold_id = t.hold_id and h.kind = 'capture'
),
given_back as (
    select c.hold_id, r.entry_id from captures c join entry r on r.book_id = :book and r.refunds = c.entry_id
),
entries as (
    select hold_id, entry_id from captures
    union all
    select hold_id, entry_id from given_back
    union all
    select o.hold_id, r.entry_id
      from (select * from captures union all select * from given_back) o
      join entry r on r.book_id = :book and r.reverses = o.entry_id
),
moved as (
    select n.hold_id, e.occurred_on >= :starts as inside,
           sum(case when k.code like 'provider:%' then p.amount_minor else 0 end
               - case when d.code like 'provider:%' then p.amount_minor else 0 end) as amount_minor
      from entries n
      join entry e on e.book_id = :book and e.entry_id = n.entry_id and e.occurred_on <= :ends
      join posting p on p.book_id = :book and p.entry_id = n.entry_id
      join account d on d.book_id = :book and d.account_id = p.debit_account_id
      join account k on k.book_id = :book and k.account_id = p.credit_account_id
     group by n.hold_id, inside
)
select a.authorization_id, a.channel, a.vat_regime,
       coalesce(sum(m.amount_minor) filter (where not m.inside), 0)::bigint as before_minor,
       coalesce(sum(m.amount_minor) filter (where m.inside), 0)::bigint as amount_minor
  from moved m
  join "authorization" a on a.book_id = :book and a.hold_id = m.hold_id
 group by a.authorization_id, a.channel, a.vat_regime
 order by a.authorization_id
