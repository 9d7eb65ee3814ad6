"""
Where the words of people stand: for each kind, what there is of whom in which tax year, and how it is blanked.

Amounts, dates of entries, services and codes stay: they are what was booked, under a code that says nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wallet.retention.law import Kind

ERASED = "cancellato"
# A tax code of nobody: sixteen characters of ours, from what is chance in an id.
_NOBODY = "'X' || right({id}, 15)"

_SPENT_IN = (
    "greatest(r.expense_year, extract(year from r.chosen_on), coalesce(extract(year from r.reimbursed_on), 0))::int"
)
_WHO = "{t}.book_id = %(book)s and (%(employee)s::text is null or {t}.employee_id = %(employee)s)"


def _who(alias: str) -> str:
    return _WHO.format(t=alias)


# Each relative and the last tax year in which something was spent for them; null where nothing was.
_RELATIVES = f"""
    select f.employee_id, f.relative_id, greatest(
             (select max(extract(year from a.tax_on))::int from "authorization" a
               where a.book_id = f.book_id and a.relative_id = f.relative_id and a.status <> 'declined'),
             (select max({_SPENT_IN}) from reimbursement r
               where r.book_id = f.book_id and r.relative_id = f.relative_id)) as year
      from relative f where {_who("f")} and f.last_name <> '{ERASED}'
"""
# What has a reference or a note, and the tax year it belongs to.
_PAYMENTS = f"""
    select p.employee_id, extract(year from p.paid_on)::int as year from residual_payment p
     where {_who("p")} and p.account <> '{ERASED}'
     union all
    select t.employee_id, extract(year from t.paid_on)::int from tender t
     where {_who("t")} and t.reference <> '{ERASED}'
     union all
    select a.employee_id, extract(year from a.tax_on)::int
      from dispute_event e join dispute d on d.book_id = e.book_id and d.dispute_id = e.dispute_id
      join "authorization" a on a.book_id = d.book_id and a.authorization_id = d.authorization_id
     where {_who("a")} and e.note not in ('', '{ERASED}')
     union all
    select a.employee_id, extract(year from a.tax_on)::int
      from redemption m join "authorization" a on a.book_id = m.book_id and a.authorization_id = m.authorization_id
     where {_who("a")} and m.note not in ('', '{ERASED}')
"""

# Each says of whom (employee_id) in which tax year (null for none in particular) how much there is.
COUNTS: Mapping[Kind, str] = {
    Kind.CONTACT: f"select e.employee_id, null::int as year, 1 as n from employee e where {_who('e')} and email <> ''",
    Kind.RELATIVES_UNUSED: f"select employee_id, null::int as year, count(*) as n from ({_RELATIVES}) x"
    " where year is null group by employee_id",
    Kind.RELATIVES: f"select employee_id, year, count(*) as n from ({_RELATIVES}) x"
    " where year is not null group by employee_id, year",
    Kind.DECLARATIONS: "select f.employee_id, f.year::int, count(*) as n from employee_fact f"
    f" where {_who('f')} and f.child_tax_code <> {_NOBODY.format(id='f.fact_id')} group by f.employee_id, f.year",
    Kind.DOCUMENTS: f"select r.employee_id, {_SPENT_IN} as year, count(*) as n from reimbursement r"
    " join reimbursement_document d on d.book_id = r.book_id and d.reimbursement_id = r.reimbursement_id"
    f" where {_who('r')} and d.name <> '{ERASED}' group by 1, 2",
    Kind.EXPENSES: f"select r.employee_id, {_SPENT_IN} as year, count(*) as n from reimbursement r"
    f" where {_who('r')} and r.supplier <> '{ERASED}' group by 1, 2",
    Kind.PAYMENTS: f"select employee_id, year, count(*) as n from ({_PAYMENTS}) x group by 1, 2",
    Kind.CARE: "select s.employee_id, extract(year from coalesce((select max(t.occurred_on) from social_step t"
    "  where t.book_id = s.book_id and t.application_id = s.application_id), s.submitted_on))::int as year,"
    f" count(*) as n from social_application s where {_who('s')} and s.protocol <> s.application_id group by 1, 2",
    # Of one that is still open there is no year: only its person may have it erased.
    Kind.REQUESTS: "select q.employee_id, extract(year from q.closed_at at time zone 'Europe/Rome')::int as year,"
    f" count(*) as n from request q where {_who('q')} and exists (select from request_event v"
    f"  where v.book_id = q.book_id and v.request_id = q.request_id and v.note not in ('', '{ERASED}'))"
    " group by 1, 2",
    # It goes by itself with the survey's end; before, when its person asks.
    Kind.SURVEYS: "select p.employee_id, null::int as year, count(*) as n from survey_participation p"
    f" where {_who('p')} group by 1",
    # They go by themselves soon after the order's end; before, when their person asks.
    Kind.PLACES: "select a.employee_id, null::int as year, count(*) as n from delivery_place p"
    ' join "authorization" a on a.book_id = p.book_id and a.authorization_id = p.authorization_id'
    f" where {_who('a')} group by 1",
    Kind.IDENTITY: f"""
        select e.employee_id, max(y.year)::int as year, 1 as n
          from employee e
          left join (
               select f.employee_id, f.fiscal_year as year from fiscal_event f where {_who("f")}
                union all
               select l.employee_id, extract(year from n.occurred_on)
                 from lot l
                 join posting p on p.book_id = l.book_id and l.account_id in (p.debit_account_id, p.credit_account_id)
                 join entry n on n.book_id = p.book_id and n.entry_id = p.entry_id
                where {_who("l")}
                union all
               select a.employee_id, extract(year from a.tax_on) from "authorization" a
                where {_who("a")} and a.status <> 'declined'
                union all
               select r.employee_id, {_SPENT_IN} from reimbursement r where {_who("r")}
                union all
               select c.employee_id, c.year from bonus_choice c where {_who("c")}
                union all
               select o.employee_id, extract(year from o.choose_by) from bonus_offer o
                where {_who("o")} and o.withdrawn_at is null
                union all
               select d.employee_id, d.year from employee_fact d where {_who("d")}) y on y.employee_id = e.employee_id
         where {_who("e")} and e.last_name <> '{ERASED}'
         group by e.employee_id""",
}
# Whether somebody is employed, or has credit, or something under way.
ACTIVE = f"""
    select e.employee_id
      from employee e join funder u on u.book_id = e.book_id
     where {_who("e")}
       and ((u.kind = 'EMPLOYER' and (e.left_on is null or e.left_on >= %(day)s))
            or exists (select from lot l join balance b on b.book_id = l.book_id and b.account_id = l.account_id
                        where l.book_id = e.book_id and l.employee_id = e.employee_id
                          and b.debit_posted <> b.credit_posted)
            or exists (select from reimbursement r where r.book_id = e.book_id and r.employee_id = e.employee_id
                        and r.status in ('submitted', 'needs_fix', 'approved')))
"""
# What was booked of a person, and how many words in the journal, which is sealed, name them all the same.
BOOKED = """
    select (select count(distinct p.entry_id) from lot l
              join posting p on p.book_id = l.book_id and l.account_id in (p.debit_account_id, p.credit_account_id)
             where l.book_id = %(book)s and l.employee_id = %(employee)s) as entries,
           (select count(*) from entry n join employee e on e.book_id = n.book_id
             where e.book_id = %(book)s and e.employee_id = %(employee)s and e.last_name <> %(erased)s
               and (n.memo ilike '%%' || e.tax_code || '%%'
                    or (n.memo ilike '%%' || e.last_name || '%%'
                        and n.memo ilike '%%' || e.first_name || '%%'))) as named
"""

_YEARS = "any(%(years)s::int[])"
_BLANK_RELATIVES = (
    "with gone as (select relative_id from ({relatives}) x where {years}), known as ("
    " update \"authorization\" a set facts = facts #- '{{relative,birth_date}}' from gone"
    "  where a.book_id = %(book)s and a.relative_id = gone.relative_id)"
    " update relative f set first_name = %(erased)s, last_name = %(erased)s, tax_code = null, birth_date = null,"
    "   comune = null from gone where f.book_id = %(book)s and f.relative_id = gone.relative_id"
)
_OF_REIMBURSEMENT = (
    f"r.book_id = %(book)s and r.employee_id = %(employee)s and {_SPENT_IN} = {_YEARS}"
    " and x.book_id = r.book_id and x.reimbursement_id = r.reimbursement_id"
)
_OF_AUTHORIZATION = (
    f"a.book_id = %(book)s and a.employee_id = %(employee)s and extract(year from a.tax_on)::int = {_YEARS}"
    " and x.book_id = a.book_id and x.authorization_id = a.authorization_id"
)
_OF_REQUEST = (
    "q.book_id = %(book)s and q.employee_id = %(employee)s and array_position(%(years)s::int[],"
    " extract(year from q.closed_at at time zone 'Europe/Rome')::int) is not null"
)

BLANKS: Mapping[Kind, Sequence[str]] = {
    Kind.CONTACT: ("update employee set email = null where book_id = %(book)s and employee_id = %(employee)s",),
    Kind.RELATIVES_UNUSED: (_BLANK_RELATIVES.format(relatives=_RELATIVES, years="year is null"),),
    Kind.RELATIVES: (_BLANK_RELATIVES.format(relatives=_RELATIVES, years=f"year = {_YEARS}"),),
    Kind.DECLARATIONS: (
        f"update employee_fact set child_tax_code = {_NOBODY.format(id='fact_id')} where book_id = %(book)s"
        f" and employee_id = %(employee)s and child_tax_code is not null and year = {_YEARS}",
    ),
    Kind.DOCUMENTS: (
        f"update reimbursement_document x set name = %(erased)s from reimbursement r where {_OF_REIMBURSEMENT}",
    ),
    Kind.EXPENSES: (
        "update reimbursement_step x set note = '', changes = '{}',"
        " on_behalf_of = case when on_behalf_of is null then null else r.employee_id end"
        f" from reimbursement r where {_OF_REIMBURSEMENT}",
        "update reimbursement x set supplier = %(erased)s, supplier_tax_code = null, document_no = x.reimbursement_id"
        f" from reimbursement r where {_OF_REIMBURSEMENT}",
        # A document that somebody else's expense stands on too keeps its number until that is erased.
        "update reimbursement_receipt x set supplier_key = x.receipt_id, document_no_key = x.receipt_id"
        " where x.book_id = %(book)s"
        "   and exists (select from reimbursement r where r.book_id = x.book_id and r.receipt_id = x.receipt_id"
        "                and r.employee_id = %(employee)s)"
        "   and not exists (select from reimbursement r where r.book_id = x.book_id and r.receipt_id = x.receipt_id"
        "                    and r.supplier <> %(erased)s)",
    ),
    Kind.PAYMENTS: (
        "update residual_payment set account = %(erased)s, reference = %(erased)s where book_id = %(book)s"
        f" and employee_id = %(employee)s and extract(year from paid_on)::int = {_YEARS}",
        "update tender set reference = %(erased)s where book_id = %(book)s and employee_id = %(employee)s"
        f" and extract(year from paid_on)::int = {_YEARS}",
        "update dispute_event e set note = %(erased)s,"
        " on_behalf_of = case when on_behalf_of is null then null else a.employee_id end"
        f' from dispute x, "authorization" a where {_OF_AUTHORIZATION}'
        " and e.book_id = x.book_id and e.dispute_id = x.dispute_id",
        'update redemption x set note = %(erased)s from "authorization" a'
        f" where {_OF_AUTHORIZATION} and x.note <> ''",
    ),
    Kind.CARE: (
        "update social_step x set on_behalf_of = case when on_behalf_of is null then null else s.employee_id end"
        " from social_application s where s.book_id = %(book)s and s.employee_id = %(employee)s"
        " and x.book_id = s.book_id and x.application_id = s.application_id",
        "update social_isee x set dsu_protocol = null from social_application s where s.book_id = %(book)s"
        " and s.employee_id = %(employee)s and x.book_id = s.book_id and x.application_id = s.application_id",
        "update social_application s set protocol = application_id, case_ref = null, citizenship = null,"
        " residence_istat = null where book_id = %(book)s and employee_id = %(employee)s"
        " and extract(year from coalesce((select max(t.occurred_on) from social_step t"
        f"  where t.book_id = s.book_id and t.application_id = s.application_id), s.submitted_on))::int = {_YEARS}",
    ),
    Kind.REQUESTS: (
        "update request_event v set note = %(erased)s,"
        " on_behalf_of = case when on_behalf_of is null then null else q.employee_id end"
        f" from request q where {_OF_REQUEST} and v.book_id = q.book_id and v.request_id = q.request_id"
        " and v.note <> ''",
        "update request q set state = 'closed', outcome = coalesce(outcome, 'withdrawn'),"
        f" closed_at = coalesce(closed_at, ledger_now()) where {_OF_REQUEST}",
    ),
    Kind.SURVEYS: ("delete from survey_participation where book_id = %(book)s and employee_id = %(employee)s",),
    Kind.PLACES: (
        'delete from delivery_place p using "authorization" a where a.book_id = %(book)s'
        " and a.employee_id = %(employee)s and p.book_id = a.book_id and p.authorization_id = a.authorization_id",
    ),
    Kind.IDENTITY: (
        f"update employee set tax_code = {_NOBODY.format(id='employee_id')}, first_name = %(erased)s,"
        " last_name = %(erased)s, birth_date = null, email = null, employee_no = null, work_place = null"
        " where book_id = %(book)s and employee_id = %(employee)s",
    ),
}
