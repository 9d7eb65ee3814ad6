-- The ledger's verbs that stand on the hot path: one round trip each.
--
-- A function answers with a code instead of raising, so that a batch can say what became of each entry; codes and
-- their precedence are those of docs/errors.md. A call that answers with a refusal has changed nothing; it may have
-- moved `touched_at` on, before which an account's next entry is not recorded.
-- Balances are always locked by ascending account id. The recording time is read once locks are held, and is never
-- before an account's last one, so that along one account it only goes forward.

create or replace function ledger_now() returns timestamptz language sql volatile as $$
    -- A fixed clock (demonstration, tests) is set per transaction by config/database.py.
    select coalesce(nullif(current_setting('borsellino.clock', true), '')::timestamptz, clock_timestamp())
$$;


-- Why nothing may be written in this book: (code that comes first, code that comes last); nulls when all is well.
create or replace function ledger_gate(
    p_book integer, p_currency text, p_from date, p_to date, out first_code text, out last_code text
) language plpgsql as $$
declare
    v_status text;
    v_currency text;
    v_closed boolean;
begin
    -- Closing a period takes this lock exclusively: no poster stands between this check and its commit meanwhile.
    perform pg_advisory_xact_lock_shared(20611, p_book);
    select b.status, b.currency,
           exists (select from period p
                    where p.book_id = p_book and p.state = 'closed' and p.starts_on <= p_to and p.ends_on >= p_from)
      into v_status, v_currency, v_closed
      from book b where b.book_id = p_book;
    if v_status is null then
        first_code := 'book_not_found';
    elsif v_currency <> p_currency then
        first_code := 'currency_mismatch';
    end if;
    if v_closed then
        last_code := 'period_closed';
    elsif p_to > (ledger_now() at time zone 'Europe/Rome')::date then
        last_code := 'occurred_in_future';
    elsif v_status <> 'open' then
        last_code := 'ledger_corrupt';
    end if;
end $$;


-- Lock accounts in their order and say why they take no posting, if they do not: (code, detail).
create or replace function ledger_lock(p_book integer, p_accounts bigint[], out code text, out detail jsonb)
language plpgsql as $$
declare
    v_locked record;
begin
    select count(*) as found, min(account_id) filter (where status = 'frozen') as frozen,
           min(account_id) filter (where status = 'closed') as closed
      into v_locked
      from (select b.account_id, b.status from balance b
             where b.book_id = p_book and b.account_id = any (p_accounts)
             order by b.account_id for update) b;
    if v_locked.found <> (select count(distinct a) from unnest(p_accounts) a) then
        code := 'account_not_found';
        detail := jsonb_build_object('account_id', (
            select min(a) from unnest(p_accounts) a
             where not exists (select from balance b where b.book_id = p_book and b.account_id = a)));
    elsif v_locked.frozen is not null or v_locked.closed is not null then
        code := case when v_locked.frozen is not null then 'account_frozen' else 'account_closed' end;
        detail := jsonb_build_object('account_id', coalesce(v_locked.frozen, v_locked.closed));
    end if;
end $$;


-- Whether a hold on one of these accounts has outlived its time and still reserves something.
create or replace function ledger_due(p_book integer, p_accounts bigint[]) returns boolean language sql stable as $$
    select exists (select from hold_line l join hold h on h.book_id = l.book_id and h.hold_id = l.hold_id
                    where l.book_id = p_book and l.account_id = any (p_accounts)
                      and l.captured_minor + l.released_minor < l.amount_minor
                      and h.state = 'open' and h.expires_at <= ledger_now())
$$;


-- What an account lacks, with the moment at which something held in it comes back by itself.
create or replace function ledger_shortfall(p_book integer, p_account bigint, p_available bigint, p_needed bigint)
returns jsonb language sql stable as $$
    select jsonb_build_object(
        'account_id', p_account, 'available', p_available, 'needed', p_needed,
        'earliest_expiry', (select min(h.expires_at)
                              from hold_line l join hold h using (book_id, hold_id)
                             where l.book_id = p_book and l.account_id = p_account and h.state = 'open'
                               and l.captured_minor + l.released_minor < l.amount_minor))
$$;


-- Why the first of these entries that was refunded cannot be reversed: its money would be given back twice.
create or replace function ledger_refunded(p_book integer, p_entries bigint[]) returns jsonb language sql stable as $$
    select jsonb_build_object('captured', c.captured_minor, 'refunded', c.refunded_minor, 'needed', c.captured_minor)
      from refund_counter c
     where c.book_id = p_book and c.entry_id = any (p_entries) and c.refunded_minor > 0
     order by c.entry_id limit 1
$$;


-- Post entries: atomically (all or none) or each on its own. One row per entry: (ordinal, entry_id, code, detail).
--
-- Entries are parallel arrays; postings are parallel arrays too, where p_entry names the posting's entry by ordinal.
create or replace function ledger_post(
    p_book integer, p_currency text, p_atomic boolean, p_actor text,
    p_kind text[], p_occurred_on date[], p_reference text[], p_reverses bigint[], p_refunds bigint[], p_hold bigint[],
    p_memo text[],
    p_entry integer[], p_line integer[], p_debit bigint[], p_credit bigint[], p_amount bigint[]
) returns table (ordinal integer, entry_id bigint, code text, detail jsonb) language plpgsql as $$
#variable_conflict use_column
declare
    n constant integer := cardinality(p_kind);
    v_answer record;
    v_ordinals integer[];
    v_ids bigint[];
    v_codes text[];
    v_details jsonb[];
begin
    if n = 1 then
        if cardinality(p_amount) = 1 then
            select r.entry_id, r.code, r.detail into v_answer
              from ledger_post_pair(p_book, p_currency, p_actor, p_kind[1], p_occurred_on[1], p_reference[1],
                                    p_reverses[1], p_refunds[1], p_hold[1], p_memo[1],
                                    p_debit[1], p_credit[1], p_amount[1]) r;
        else
            select r.ids[1] as entry_id, r.code, r.detail into v_answer
              from ledger_post_set(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference, p_reverses,
                                   p_refunds, p_hold, p_memo, p_entry, p_line, p_debit, p_credit, p_amount) r;
        end if;
        -- What a hold past its time reserves is available: free it and look again.
        if v_answer.code = 'insufficient_funds' and ledger_due(p_book, p_debit || p_credit) then
            begin
                perform ledger_settle_holds(p_book, p_debit || p_credit);
                select r.entry_id, r.code, r.detail into v_answer
                  from ledger_post(p_book, p_currency, p_atomic, p_actor, p_kind, p_occurred_on, p_reference,
                                   p_reverses, p_refunds, p_hold, p_memo,
                                   p_entry, p_line, p_debit, p_credit, p_amount) r;
                if v_answer.code is not null then
                    raise exception using errcode = 'LG000';
                end if;
            exception when sqlstate 'LG000' then
                null; -- everything since `begin` is undone; the answer stays
            end;
        end if;
        return query select 1, v_answer.entry_id, v_answer.code, v_answer.detail;
        return;
    elsif not p_atomic then
        return query select * from ledger_post_some(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference,
                                                    p_reverses, p_refunds, p_hold, p_memo,
                                                    p_entry, p_line, p_debit, p_credit, p_amount);
        return;
    end if;

    select * into v_answer
      from ledger_post_set(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference, p_reverses, p_refunds,
                           p_hold, p_memo, p_entry, p_line, p_debit, p_credit, p_amount);
    if v_answer.code is null then
        return query select i::integer, v_answer.ids[i], null::text, null::jsonb from generate_series(1, n) i;
        return;
    end if;
    begin
        select array_agg(r.ordinal), array_agg(r.entry_id), array_agg(r.code), array_agg(r.detail)
          into v_ordinals, v_ids, v_codes, v_details
          from ledger_post_some(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference, p_reverses, p_refunds,
                                p_hold, p_memo, p_entry, p_line, p_debit, p_credit, p_amount) r;
        if cardinality(array_remove(v_codes, null)) > 0 then
            v_ids := array_fill(null::bigint, array[n]);
            raise exception using errcode = 'LG000';
        end if;
    exception when sqlstate 'LG000' then
        null; -- everything since `begin` is undone; the answers stay
    end;
    return query select * from unnest(v_ordinals, v_ids, v_codes, v_details);
end $$;


-- Post what is possible of several entries, in their order: together where they fit together, else half by half down
-- to the single entry, so that a few refusals among many entries cost little. One row per entry, as ledger_post.
create or replace function ledger_post_some(
    p_book integer, p_currency text, p_actor text,
    p_kind text[], p_occurred_on date[], p_reference text[], p_reverses bigint[], p_refunds bigint[], p_hold bigint[],
    p_memo text[],
    p_entry integer[], p_line integer[], p_debit bigint[], p_credit bigint[], p_amount bigint[]
) returns table (ordinal integer, entry_id bigint, code text, detail jsonb) language plpgsql as $$
#variable_conflict use_column
declare
    n constant integer := cardinality(p_kind);
    v_answer record;
    v_from integer := 1;
    v_to integer;
    v_first integer := 1;
    v_last integer;
begin
    select * into v_answer
      from ledger_post_set(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference, p_reverses, p_refunds,
                           p_hold, p_memo, p_entry, p_line, p_debit, p_credit, p_amount);
    if v_answer.code is null then
        return query select i::integer, v_answer.ids[i], null::text, null::jsonb from generate_series(1, n) i;
        return;
    end if;
    while v_from <= n loop
        v_to := case when n <= 16 then v_from when v_from = 1 then n / 2 else n end;
        -- Postings come in the order of their entries: those of a stretch of entries are a stretch too.
        v_last := v_first - 1 + (select count(*) from unnest(p_entry) e where e between v_from and v_to);
        if v_from = v_to then
            return query
                select v_from, r.entry_id, r.code, r.detail
                  from ledger_post(p_book, p_currency, true, p_actor,
                                   p_kind[v_to:v_to], p_occurred_on[v_to:v_to], p_reference[v_to:v_to],
                                   p_reverses[v_to:v_to], p_refunds[v_to:v_to], p_hold[v_to:v_to], p_memo[v_to:v_to],
                                   array_fill(1, array[v_last - v_first + 1]), p_line[v_first:v_last],
                                   p_debit[v_first:v_last], p_credit[v_first:v_last], p_amount[v_first:v_last]) r;
        else
            return query
                select v_from - 1 + r.ordinal, r.entry_id, r.code, r.detail
                  from ledger_post_some(p_book, p_currency, p_actor,
                                        p_kind[v_from:v_to], p_occurred_on[v_from:v_to], p_reference[v_from:v_to],
                                        p_reverses[v_from:v_to], p_refunds[v_from:v_to], p_hold[v_from:v_to],
                                        p_memo[v_from:v_to],
                                        array(select e - v_from + 1 from unnest(p_entry[v_first:v_last]) e),
                                        p_line[v_first:v_last], p_debit[v_first:v_last], p_credit[v_first:v_last],
                                        p_amount[v_first:v_last]) r;
        end if;
        v_from := v_to + 1;
        v_first := v_last + 1;
    end loop;
end $$;


-- Write one entry of one posting when nothing speaks against it, and return its id; else null, with nothing written:
-- ledger_post_pair says why. Whether an entry may be reversed is not looked at here.
--
-- The common case, and the shortest way through it: what costs here is starting statements, and locking a row before
-- it is changed. So each balance is changed by one statement that is also its lock and its judge.
create or replace function ledger_write_pair(
    p_book integer, p_currency text, p_actor text, p_kind text, p_occurred_on date, p_reference text,
    p_reverses bigint, p_refunds bigint, p_hold bigint, p_memo text,
    p_debit bigint, p_credit bigint, p_amount bigint
) returns bigint language plpgsql as $$
declare
    v_low constant bigint := least(p_debit, p_credit);
    v_account bigint;
    v_debited boolean;
    v_open boolean;
    v_now timestamptz;
    v_low_at timestamptz;
    v_version bigint;
    v_after bigint;
    v_debit_version bigint;
    v_debit_after bigint;
    v_credit_version bigint;
    v_credit_after bigint;
    v_entry bigint;
begin
    -- As in ledger_gate, and before the statement that looks at the periods; written as an expression, which is
    -- evaluated without starting a statement.
    if pg_advisory_xact_lock_shared(20611, p_book) is null then
        return null;
    end if;
    if p_reference is not null and exists (select from entry where book_id = p_book and reference = p_reference) then
        return null;
    end if;
    select g.status = 'open' and g.currency = p_currency
           and not exists (select from period p where p.book_id = p_book and p.state = 'closed'
                                                  and p.starts_on <= p_occurred_on and p.ends_on >= p_occurred_on)
      into v_open from book g where g.book_id = p_book;
    if v_open is not true or p_occurred_on > (ledger_now() at time zone 'Europe/Rome')::date then
        return null;
    end if;

    foreach v_account in array array[v_low, greatest(p_debit, p_credit)] loop
        v_debited := v_account = p_debit;
        update balance b
           set debit_posted = b.debit_posted + case when v_debited then p_amount else 0 end,
               credit_posted = b.credit_posted + case when v_debited then 0 else p_amount end,
               version = b.version + 1,
               -- The clock is read once the first row is locked; a row that was touched later than that decides.
               touched_at = greatest(coalesce(v_now, ledger_now()), b.touched_at)
         where b.book_id = p_book and b.account_id = v_account and b.status = 'open'
           and (b.floor_minor is null or (b.side = 1) = v_debited
                or b.side * (b.debit_posted - b.credit_posted) - p_amount - b.held_minor >= b.floor_minor)
           and p_amount + case when v_debited then b.debit_posted else b.credit_posted end <= 9007199254740991
        returning b.version, b.side * (b.debit_posted - b.credit_posted), b.touched_at
             into v_version, v_after, v_now;
        if not found then
            if v_account <> v_low then
                -- Nothing may stay written: the account that would have taken its part becomes what it was.
                update balance b
                   set debit_posted = b.debit_posted - case when v_debited then 0 else p_amount end,
                       credit_posted = b.credit_posted - case when v_debited then p_amount else 0 end,
                       version = b.version - 1
                 where b.book_id = p_book and b.account_id = v_low;
            end if;
            return null;
        end if;
        if v_debited then
            v_debit_version := v_version;
            v_debit_after := v_after;
        else
            v_credit_version := v_version;
            v_credit_after := v_after;
        end if;
        v_low_at := coalesce(v_low_at, v_now);
    end loop;
    if v_now > v_low_at then
        update balance b set touched_at = v_now where b.book_id = p_book and b.account_id = v_low;
    end if;
    insert into entry (book_id, kind, occurred_on, recorded_at, reference, reverses, refunds, hold_id, actor, memo)
    values (p_book, p_kind, p_occurred_on, v_now, p_reference, p_reverses, p_refunds, p_hold, p_actor, p_memo)
    returning entry_id into v_entry;
    insert into posting (book_id, entry_id, line, debit_account_id, credit_account_id, amount_minor,
                         debit_version, debit_after, credit_version, credit_after)
    values (p_book, v_entry, 1, p_debit, p_credit, p_amount,
            v_debit_version, v_debit_after, v_credit_version, v_credit_after);
    insert into seal_queue (book_id, entry_id) values (p_book, v_entry);
    return v_entry;
end $$;


-- One entry of one posting, or why not: (entry_id, code, detail).
create or replace function ledger_post_pair(
    p_book integer, p_currency text, p_actor text, p_kind text, p_occurred_on date, p_reference text,
    p_reverses bigint, p_refunds bigint, p_hold bigint, p_memo text,
    p_debit bigint, p_credit bigint, p_amount bigint,
    out entry_id bigint, out code text, out detail jsonb
) language plpgsql as $$
#variable_conflict use_column
declare
    v_gate record;
    v_debit balance;
    v_credit balance;
    v_debit_after bigint;
    v_credit_after bigint;
begin
    if p_reverses is null then
        entry_id := ledger_write_pair(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference,
                                      null, p_refunds, p_hold, p_memo, p_debit, p_credit, p_amount);
        if entry_id is not null then
            return;
        end if;
    end if;

    select * into v_gate from ledger_gate(p_book, p_currency, p_occurred_on, p_occurred_on);
    if v_gate.first_code is not null then
        code := v_gate.first_code;
        return;
    end if;
    if p_reference is not null then
        select jsonb_build_object('reference', p_reference, 'entry_id', e.entry_id) into detail
          from entry e where e.book_id = p_book and e.reference = p_reference;
        if found then
            code := 'duplicate_reference';
            return;
        end if;
    end if;

    if p_debit < p_credit then
        select * into v_debit from balance b where b.book_id = p_book and b.account_id = p_debit for update;
        select * into v_credit from balance b where b.book_id = p_book and b.account_id = p_credit for update;
    else
        select * into v_credit from balance b where b.book_id = p_book and b.account_id = p_credit for update;
        select * into v_debit from balance b where b.book_id = p_book and b.account_id = p_debit for update;
    end if;
    v_debit_after := v_debit.side * (v_debit.debit_posted - v_debit.credit_posted + p_amount);
    v_credit_after := v_credit.side * (v_credit.debit_posted - v_credit.credit_posted - p_amount);

    if v_debit.account_id is null or v_credit.account_id is null then
        code := 'account_not_found';
        detail := jsonb_build_object('account_id', case when v_debit.account_id is null then p_debit else p_credit end);
    elsif v_debit.status <> 'open' or v_credit.status <> 'open' then
        -- Of a frozen and a closed account the frozen one is named; 'frozen' is the greater word.
        code := 'account_' || greatest(nullif(v_debit.status, 'open'), nullif(v_credit.status, 'open'));
        detail := jsonb_build_object(
            'account_id', case when code = 'account_' || v_debit.status then p_debit else p_credit end);
    elsif greatest(v_debit.debit_posted, v_credit.credit_posted) + p_amount > 9007199254740991 then
        -- What went through an account must stay exact too, not only each amount.
        code := 'amount_too_large';
        detail := jsonb_build_object('amount', p_amount);
    elsif v_debit.side = -1 and v_debit_after - v_debit.held_minor < v_debit.floor_minor then
        code := 'insufficient_funds';
        detail := ledger_shortfall(p_book, p_debit,
                                   v_debit_after + p_amount - v_debit.held_minor - v_debit.floor_minor, p_amount);
    elsif v_credit.side = 1 and v_credit_after - v_credit.held_minor < v_credit.floor_minor then
        code := 'insufficient_funds';
        detail := ledger_shortfall(p_book, p_credit,
                                   v_credit_after + p_amount - v_credit.held_minor - v_credit.floor_minor, p_amount);
    elsif p_reverses is not null
          and exists (select from entry e where e.book_id = p_book and e.reverses = p_reverses) then
        code := 'already_reversed';
        detail := jsonb_build_object('entry_id', p_reverses);
    elsif p_reverses is not null and ledger_refunded(p_book, array[p_reverses]) is not null then
        code := 'refund_exceeds_capture';
        detail := ledger_refunded(p_book, array[p_reverses]);
    else
        code := v_gate.last_code;
    end if;
    if code is not null then
        return;
    end if;

    entry_id := ledger_write_pair(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference,
                                  p_reverses, p_refunds, p_hold, p_memo, p_debit, p_credit, p_amount);
    if entry_id is null then
        -- What stood in the way has gone meanwhile, or has just come.
        select r.entry_id, r.code, r.detail into entry_id, code, detail
          from ledger_post_pair(p_book, p_currency, p_actor, p_kind, p_occurred_on, p_reference,
                                p_reverses, p_refunds, p_hold, p_memo, p_debit, p_credit, p_amount) r;
    end if;
end $$;


-- Many postings at once, all or nothing, in a fixed number of statements.
--
-- Balances are joined to the postings by both columns of their key, never to p_book: of a book that is younger than the
-- statistics the planner expects no rows, and would go through all of its balances for each posting.
--
-- With several entries it is careful rather than exact: it refuses (with the code of what it saw first) when the
-- entries might not all be possible in their order, and ledger_post then finds out one by one.
create or replace function ledger_post_set(
    p_book integer, p_currency text, p_actor text,
    p_kind text[], p_occurred_on date[], p_reference text[], p_reverses bigint[], p_refunds bigint[], p_hold bigint[],
    p_memo text[],
    p_entry integer[], p_line integer[], p_debit bigint[], p_credit bigint[], p_amount bigint[],
    out ids bigint[], out code text, out detail jsonb
) language plpgsql
-- In a book that grows faster than its statistics a plan that reads tables whole would do so once for every posting.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    n constant integer := cardinality(p_kind);
    v_gate record;
    v_accounts bigint[];
    v_locked record;
    v_now timestamptz;
    v_constraint text;
begin
    select * into v_gate
      from ledger_gate(p_book, p_currency, (select min(d) from unnest(p_occurred_on) d),
                       (select max(d) from unnest(p_occurred_on) d));
    if v_gate.first_code is not null then
        code := v_gate.first_code;
        return;
    end if;
    -- Of one entry the reference is looked up here, for its place in the precedence. Of many the unique key finds it
    -- when they are written: looking all of them up would take a plan that no statistics can spoil.
    if n = 1 and p_reference[1] is not null then
        select jsonb_build_object('reference', e.reference, 'entry_id', e.entry_id) into detail
          from entry e where e.book_id = p_book and e.reference = p_reference[1];
        if found then
            code := 'duplicate_reference';
            return;
        end if;
    end if;

    v_accounts := array(select distinct a from unnest(p_debit || p_credit) a);
    select count(*) as found, max(touched_at) as touched_at, max(turnover) as turnover,
           min(account_id) filter (where status = 'frozen') as frozen,
           min(account_id) filter (where status = 'closed') as closed
      into v_locked
      from (select b.account_id, b.status, b.touched_at, greatest(b.debit_posted, b.credit_posted) as turnover
              from balance b
             where b.book_id = p_book and b.account_id = any (v_accounts)
             order by b.account_id for update) b;
    v_now := greatest(ledger_now(), v_locked.touched_at);
    if v_locked.found <> cardinality(v_accounts) then
        code := 'account_not_found';
        detail := jsonb_build_object('account_id', (
            select min(a) from unnest(v_accounts) a
             where not exists (select from balance b where b.book_id = p_book and b.account_id = a)));
        return;
    elsif v_locked.frozen is not null or v_locked.closed is not null then
        code := case when v_locked.frozen is not null then 'account_frozen' else 'account_closed' end;
        detail := jsonb_build_object('account_id', coalesce(v_locked.frozen, v_locked.closed));
        return;
    end if;

    -- What goes through an account must stay exact too. Account by account only where the whole might not fit.
    if v_locked.turnover + (select sum(a) from unnest(p_amount) a) > 9007199254740991 then
        select 'amount_too_large', jsonb_build_object('amount', greatest(sum(l.debit), sum(l.credit)))
          into code, detail
          from (select p_book as book_id, unnest(p_debit) as account_id, unnest(p_amount) as debit, 0 as credit
                 union all
                select p_book, unnest(p_credit), 0, unnest(p_amount)) l
          join balance b on b.book_id = l.book_id and b.account_id = l.account_id
         group by b.account_id, b.debit_posted, b.credit_posted
        having greatest(b.debit_posted + sum(l.debit), b.credit_posted + sum(l.credit)) > 9007199254740991
         order by b.account_id limit 1;
        if found then
            return;
        end if;
    end if;

    -- One entry counts by its net effect on each account. Of several entries only what lowers an account counts:
    -- where that fits, every order fits.
    select 'insufficient_funds', ledger_shortfall(p_book, s.account_id, s.available, s.needed::bigint) into code, detail
      from (select b.account_id,
                   b.side * (b.debit_posted - b.credit_posted) - b.held_minor - b.floor_minor as available,
                   case when n = 1 then -b.side * sum(l.amount)
                        else sum(greatest(-b.side * l.amount, 0)) end as needed
              from (select p_book as book_id, unnest(p_debit || p_credit) as account_id,
                           unnest(p_amount || array(select -a from unnest(p_amount) a)) as amount) l
              join balance b on b.book_id = l.book_id and b.account_id = l.account_id and b.floor_minor is not null
             group by b.account_id, b.side, b.debit_posted, b.credit_posted, b.held_minor, b.floor_minor) s
     where s.needed > s.available
     order by s.account_id limit 1;
    if found then
        return;
    end if;
    if cardinality(array_remove(p_reverses, null)) > 0 then
        if exists (select from entry e where e.book_id = p_book and e.reverses = any (p_reverses)) then
            code := 'already_reversed';
            detail := jsonb_build_object('entry_id', p_reverses[1]);
            return;
        elsif ledger_refunded(p_book, p_reverses) is not null then
            code := 'refund_exceeds_capture';
            detail := ledger_refunded(p_book, p_reverses);
            return;
        end if;
    end if;
    if v_gate.last_code is not null then
        code := v_gate.last_code;
        return;
    end if;

    ids := array(select nextval('entry_entry_id_seq') from generate_series(1, n));
    begin
        insert into entry (book_id, entry_id, kind, occurred_on, recorded_at, reference, reverses, refunds, hold_id,
                           actor, memo)
        overriding system value
        select p_book, e.entry_id, e.kind, e.occurred_on, v_now, e.reference, e.reverses, e.refunds, e.hold_id,
               p_actor, e.memo
          from unnest(ids, p_kind, p_occurred_on, p_reference, p_reverses, p_refunds, p_hold, p_memo)
               as e(entry_id, kind, occurred_on, reference, reverses, refunds, hold_id, memo);
    exception when unique_violation then
        get stacked diagnostics v_constraint = constraint_name;
        code := case v_constraint when 'uq_entry_reverses' then 'already_reversed' else 'duplicate_reference' end;
        detail := jsonb_build_object('reference', p_reference[1], 'entry_id', p_reverses[1]);
        ids := null;
        return;
    end;

    -- Each posting is two legs; along an account the legs in their order give versions and resulting balances. The
    -- legs of a posting are put together by grouping, which stays linear whatever the planner thinks of the sizes.
    insert into posting (book_id, entry_id, line, debit_account_id, credit_account_id, amount_minor,
                         debit_version, debit_after, credit_version, credit_after)
    select p_book, ids[p_entry[r.ord]], p_line[r.ord], p_debit[r.ord], p_credit[r.ord], p_amount[r.ord],
           max(r.version) filter (where r.is_debit), max(r.after) filter (where r.is_debit),
           max(r.version) filter (where not r.is_debit), max(r.after) filter (where not r.is_debit)
      from (select l.ord, l.is_debit,
                   b.version + row_number() over along as version,
                   b.side * (b.debit_posted - b.credit_posted + sum(l.amount) over along)::bigint as after
              from (select p_book as book_id, d.ord, true as is_debit, d.account_id, p_amount[d.ord] as amount
                      from unnest(p_debit) with ordinality d(account_id, ord)
                     union all
                    select p_book, c.ord, false, c.account_id, -p_amount[c.ord]
                      from unnest(p_credit) with ordinality c(account_id, ord)) l
              join balance b on b.book_id = l.book_id and b.account_id = l.account_id
            window along as (partition by l.account_id order by l.ord rows unbounded preceding)) r
     group by r.ord;

    update balance b
       set debit_posted = b.debit_posted + s.debit, credit_posted = b.credit_posted + s.credit,
           version = b.version + s.legs, touched_at = v_now
      from (select p_book as book_id, l.account_id, sum(l.debit)::bigint as debit, sum(l.credit)::bigint as credit,
                   count(*) as legs
              from (select unnest(p_debit) as account_id, unnest(p_amount) as debit, 0::bigint as credit
                     union all
                    select unnest(p_credit), 0, unnest(p_amount)) l
             group by l.account_id) s
     where b.book_id = s.book_id and b.account_id = s.account_id;

    insert into seal_queue (book_id, entry_id) select p_book, i from unnest(ids) i;
end $$;


-- Functions that take a few accounts in an array run with generic plans: the planner thinks an array of two worth a plan
-- of its own, and would make it anew in every call.

-- Reserve money in one or more accounts. Answers (hold_id, code, detail).
create or replace function ledger_hold(
    p_book integer, p_currency text, p_reference text, p_accounts bigint[], p_amounts bigint[],
    p_expires_at timestamptz,
    out hold_id bigint, out code text, out detail jsonb
) language plpgsql
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_gate record;
    v_now timestamptz;
    v_reserved boolean := false;
begin
    -- A hold has no business date: no period is closed to it.
    select * into v_gate from ledger_gate(p_book, p_currency, '-infinity', '-infinity');
    if v_gate.first_code is not null then
        code := v_gate.first_code;
        return;
    end if;
    if p_reference is not null then
        select jsonb_build_object('reference', p_reference, 'hold_id', h.hold_id) into detail
          from hold h where h.book_id = p_book and h.reference = p_reference;
        if found then
            code := 'duplicate_reference';
            return;
        end if;
    end if;
    -- What a hold past its time reserves is available: free it first, unless that was in vain.
    if ledger_due(p_book, p_accounts) then
        begin
            perform ledger_settle_holds(p_book, p_accounts);
            select r.hold_id, r.code, r.detail into hold_id, code, detail
              from ledger_hold(p_book, p_currency, p_reference, p_accounts, p_amounts, p_expires_at) r;
            if code is not null then
                raise exception using errcode = 'LG000';
            end if;
        exception when sqlstate 'LG000' then
            null; -- everything since `begin` is undone; the answer stays
        end;
        return;
    end if;

    v_now := ledger_now();
    if cardinality(p_accounts) = 1 and p_expires_at > v_now and v_gate.last_code is null then
        -- The common case: one statement locks, judges and reserves. The long way says what stands against it.
        update balance b set held_minor = b.held_minor + p_amounts[1]
         where b.book_id = p_book and b.account_id = p_accounts[1] and b.status = 'open'
           and (b.floor_minor is null
                or b.side * (b.debit_posted - b.credit_posted) - b.held_minor - b.floor_minor >= p_amounts[1]);
        v_reserved := found;
    end if;
    if not v_reserved then
        select r.code, r.detail into code, detail from ledger_lock(p_book, p_accounts) r;
        if code is not null then
            return;
        end if;
        v_now := ledger_now();
        select 'insufficient_funds', ledger_shortfall(p_book, s.account_id, s.available, s.amount) into code, detail
          from (select b.account_id, l.amount,
                       b.side * (b.debit_posted - b.credit_posted) - b.held_minor - b.floor_minor as available
                  from unnest(p_accounts, p_amounts) l(account_id, amount)
                  join balance b on b.book_id = p_book and b.account_id = l.account_id) s
         where s.available < s.amount
         order by s.account_id limit 1;
        if found then
            return;
        elsif p_expires_at <= v_now then
            code := 'hold_expired';
            detail := jsonb_build_object('expired_at', p_expires_at);
            return;
        elsif v_gate.last_code is not null then
            code := v_gate.last_code;
            return;
        end if;

        update balance b set held_minor = b.held_minor + l.amount
          from unnest(p_accounts, p_amounts) l(account_id, amount)
         where b.book_id = p_book and b.account_id = l.account_id;
    end if;
    insert into hold (book_id, expires_at, reference) values (p_book, p_expires_at, p_reference)
    returning hold.hold_id into hold_id;
    insert into hold_line (book_id, hold_id, line, account_id, amount_minor)
    select p_book, hold_id, l.ord, l.account_id, l.amount
      from unnest(p_accounts, p_amounts) with ordinality l(account_id, amount, ord);
    insert into hold_event (book_id, hold_id, seq, kind, amount_minor, recorded_at)
    values (p_book, hold_id, 1, 'authorize', (select sum(a) from unnest(p_amounts) a), v_now);
end $$;


-- Give back what a locked, open hold still reserves, and write down why.
create or replace function ledger_release(
    p_book integer, p_hold bigint, p_state text, p_kind text, p_now timestamptz
) returns bigint language plpgsql as $$
declare
    v_released bigint;
begin
    perform from balance b join hold_line l on l.book_id = b.book_id and l.account_id = b.account_id
      where l.book_id = p_book and l.hold_id = p_hold
      order by b.account_id for update of b;
    update balance b set held_minor = b.held_minor - (l.amount_minor - l.captured_minor - l.released_minor)
      from hold_line l
     where l.book_id = p_book and l.hold_id = p_hold
       and b.book_id = p_book and b.account_id = l.account_id
       and l.captured_minor + l.released_minor < l.amount_minor;
    select coalesce(sum(l.amount_minor - l.captured_minor - l.released_minor), 0) into v_released
      from hold_line l where l.book_id = p_book and l.hold_id = p_hold;
    update hold_line l set released_minor = l.amount_minor - l.captured_minor
     where l.book_id = p_book and l.hold_id = p_hold and l.captured_minor + l.released_minor < l.amount_minor;
    update hold h set state = p_state where h.book_id = p_book and h.hold_id = p_hold;
    if v_released > 0 or p_kind <> 'release' then
        insert into hold_event (book_id, hold_id, seq, kind, amount_minor, recorded_at)
        select p_book, p_hold, max(e.seq) + 1, p_kind, v_released, p_now
          from hold_event e where e.book_id = p_book and e.hold_id = p_hold;
    end if;
    return v_released;
end $$;


-- Expire the holds on these accounts (all accounts when null) whose time has come; answers how many.
create or replace function ledger_settle_holds(p_book integer, p_accounts bigint[] default null)
returns integer language plpgsql as $$
declare
    v_now timestamptz := ledger_now();
    v_holds bigint[];
    v_hold bigint;
begin
    v_holds := array(
        select h.hold_id from hold h
         where h.book_id = p_book and h.state = 'open' and h.expires_at <= v_now
           and (p_accounts is null
                or exists (select from hold_line l
                            where l.book_id = p_book and l.hold_id = h.hold_id and l.account_id = any (p_accounts)))
         order by h.hold_id for update);
    -- The accounts of all of them, and those that the caller goes on with, in one order.
    perform ledger_lock(p_book, p_accounts || array(
        select l.account_id from hold_line l where l.book_id = p_book and l.hold_id = any (v_holds)));
    foreach v_hold in array v_holds loop
        perform ledger_release(p_book, v_hold, 'expired', 'expire', v_now);
    end loop;
    return cardinality(v_holds);
end $$;


-- Turn part or all of a hold into an entry: each held account is debited towards p_credit, in the hold's order; the
-- extra postings (pairs of p_extra_debit and p_extra_credit) carry the whole amount. Answers (entry_id, code, detail).
create or replace function ledger_capture(
    p_book integer, p_currency text, p_hold bigint, p_amount bigint, p_final boolean, p_credit bigint,
    p_extra_debit bigint[], p_extra_credit bigint[], p_kind text, p_occurred_on date, p_reference text,
    p_actor text, p_memo text,
    out entry_id bigint, out code text, out detail jsonb
) language plpgsql
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_hold record;
    v_reserved bigint;
    v_left bigint;
    v_now timestamptz;
    v_lots bigint[];
    v_shares bigint[];
    v_extra integer := cardinality(p_extra_debit);
    v_n integer;
begin
    select g.first_code into code from ledger_gate(p_book, p_currency, p_occurred_on, p_occurred_on) g;
    if code is not null then
        return;
    end if;
    if p_reference is not null then
        select jsonb_build_object('reference', p_reference, 'entry_id', e.entry_id) into detail
          from entry e where e.book_id = p_book and e.reference = p_reference;
        if found then
            code := 'duplicate_reference';
            return;
        end if;
    end if;
    select h.state, h.expires_at into v_hold
      from hold h where h.book_id = p_book and h.hold_id = p_hold for update;
    if not found then
        select r.code, r.detail into code, detail
          from ledger_lock(p_book, p_credit || p_extra_debit || p_extra_credit) r where r.code = 'account_not_found';
        code := coalesce(code, 'hold_not_found');
        return;
    end if;
    v_now := ledger_now();
    select array_agg(s.account_id order by s.line) filter (where s.share > 0),
           array_agg(s.share order by s.line) filter (where s.share > 0), sum(s.reserved), sum(s.reserved) - p_amount
      into v_lots, v_shares, v_reserved, v_left
      from (select l.line, l.account_id, l.amount_minor - l.captured_minor - l.released_minor as reserved,
                   least(l.amount_minor - l.captured_minor - l.released_minor,
                         p_amount - coalesce(sum(l.amount_minor - l.captured_minor - l.released_minor)
                             over (order by l.line rows between unbounded preceding and 1 preceding), 0)) as share
              from hold_line l where l.book_id = p_book and l.hold_id = p_hold) s;
    select r.code, r.detail into code, detail
      from ledger_lock(p_book, v_lots || p_credit || p_extra_debit || p_extra_credit) r;
    if code is not null then
        return;
    elsif v_hold.state = 'expired' or (v_hold.state = 'open' and v_hold.expires_at <= v_now) then
        code := 'hold_expired';
        detail := jsonb_build_object('expired_at', v_hold.expires_at);
        return;
    elsif v_hold.state <> 'open' then
        code := 'hold_already_' || v_hold.state;
        return;
    elsif coalesce(v_reserved, 0) < p_amount then
        code := 'capture_exceeds_hold';
        detail := jsonb_build_object('reserved', coalesce(v_reserved, 0), 'needed', p_amount);
        return;
    end if;
    v_n := cardinality(v_lots);

    begin
        -- The reservation makes room for the posting.
        update balance b set held_minor = b.held_minor - s.share
          from unnest(v_lots, v_shares) s(account_id, share)
         where b.book_id = p_book and b.account_id = s.account_id;
        update hold_line l set captured_minor = l.captured_minor + s.share
          from unnest(v_lots, v_shares) s(account_id, share)
         where l.book_id = p_book and l.hold_id = p_hold and l.account_id = s.account_id;
        select r.entry_id, r.code, r.detail into entry_id, code, detail
          from ledger_post(
            p_book, p_currency, true, p_actor, array[p_kind], array[p_occurred_on], array[p_reference],
            array[null::bigint], array[null::bigint], array[p_hold], array[p_memo],
            array_fill(1, array[v_n + v_extra]), array(select i from generate_series(1, v_n + v_extra) i),
            v_lots || p_extra_debit, array_fill(p_credit, array[v_n]) || p_extra_credit,
            v_shares || case when v_extra > 0 then array_fill(p_amount, array[v_extra]) else array[]::bigint[] end) r;
        if code is not null then
            raise exception using errcode = 'LG000';
        end if;
    exception when sqlstate 'LG000' then
        return;
    end;

    insert into hold_event (book_id, hold_id, seq, kind, amount_minor, entry_id, recorded_at)
    select p_book, p_hold, max(e.seq) + 1, 'capture', p_amount, ledger_capture.entry_id, v_now
      from hold_event e where e.book_id = p_book and e.hold_id = p_hold;
    if v_left = 0 then
        update hold h set state = 'captured' where h.book_id = p_book and h.hold_id = p_hold;
    elsif p_final then
        perform ledger_release(p_book, p_hold, 'captured', 'release', v_now);
    end if;
end $$;


-- End a hold without spending what is left of it. Answers (released, code, detail).
create or replace function ledger_void(
    p_book integer, p_hold bigint, out released bigint, out code text, out detail jsonb
) language plpgsql
set plan_cache_mode = force_generic_plan as $$
declare
    v_status text;
    v_hold record;
    v_now timestamptz;
begin
    perform pg_advisory_xact_lock_shared(20611, p_book);
    select b.status into v_status from book b where b.book_id = p_book;
    select h.state, h.expires_at into v_hold
      from hold h where h.book_id = p_book and h.hold_id = p_hold for update;
    v_now := ledger_now();
    if v_hold.state is null then
        code := 'hold_not_found';
    elsif v_hold.state = 'expired' or (v_hold.state = 'open' and v_hold.expires_at <= v_now) then
        code := 'hold_expired';
        detail := jsonb_build_object('expired_at', v_hold.expires_at);
    elsif v_hold.state <> 'open' then
        code := 'hold_already_' || v_hold.state;
    elsif v_status <> 'open' then
        -- A suspect book is left as it is, by what only gives back too.
        code := 'ledger_corrupt';
    else
        released := ledger_release(p_book, p_hold, 'voided', 'void', v_now);
    end if;
end $$;


-- Give back part or all of a captured entry to the accounts it came from, the last one charged first. Postings that
-- debit an account of the hold share the amount; the others carry the whole of it. Answers (entry_id, code, detail).
create or replace function ledger_refund(
    p_book integer, p_currency text, p_captured bigint, p_amount bigint, p_kind text, p_occurred_on date,
    p_reference text, p_actor text, p_memo text,
    out entry_id bigint, out code text, out detail jsonb
) language plpgsql
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_hold bigint;
    v_captured bigint;
    v_refunded bigint;
    v_debit bigint[];
    v_credit bigint[];
    v_amounts bigint[];
    v_n integer;
begin
    select g.first_code into code from ledger_gate(p_book, p_currency, p_occurred_on, p_occurred_on) g;
    if code is not null then
        return;
    end if;
    if p_reference is not null then
        select jsonb_build_object('reference', p_reference, 'entry_id', e.entry_id) into detail
          from entry e where e.book_id = p_book and e.reference = p_reference;
        if found then
            code := 'duplicate_reference';
            return;
        end if;
    end if;
    select e.hold_id, e.amount_minor into v_hold, v_captured
      from hold_event e where e.book_id = p_book and e.entry_id = p_captured and e.kind = 'capture'
       and e.hold_id = (select n.hold_id from entry n where n.book_id = p_book and n.entry_id = p_captured);
    if not found then
        code := 'capture_not_found';
        detail := jsonb_build_object('entry_id', p_captured);
        return;
    end if;
    begin
        insert into refund_counter (book_id, entry_id, captured_minor, refunded_minor)
        values (p_book, p_captured, v_captured, 0) on conflict do nothing;
        select c.refunded_minor into v_refunded
          from refund_counter c where c.book_id = p_book and c.entry_id = p_captured for update;
        -- What was given back before covers [0, refunded) of the shares counted from the last one; this refund
        -- covers the next stretch.
        select array_agg(s.credit_account_id order by s.whole desc, s.line desc),
               array_agg(s.debit_account_id order by s.whole desc, s.line desc),
               array_agg(s.share order by s.whole desc, s.line desc)
          into v_debit, v_credit, v_amounts
          from (select p.line, p.debit_account_id, p.credit_account_id, p.whole,
                       case when p.whole then p_amount
                            else least(p.upto, v_refunded + p_amount) - greatest(p.upto - p.amount_minor, v_refunded)
                       end as share
                  from (select q.line, q.debit_account_id, q.credit_account_id, q.amount_minor, q.whole,
                               sum(q.amount_minor) over (partition by q.whole order by q.line desc) as upto
                          from (select p.*, not exists (select from hold_line l
                                                         where l.book_id = p_book and l.hold_id = v_hold
                                                           and l.account_id = p.debit_account_id) as whole
                                  from posting p where p.book_id = p_book and p.entry_id = p_captured) q) p) s
         where s.share > 0;
        v_n := cardinality(v_amounts);
        -- The accounts are what a reversal locks too: from here on there is none, or it shows.
        select r.code, r.detail into code, detail from ledger_lock(p_book, v_debit || v_credit) r;
        if code is null and exists (select from entry e where e.book_id = p_book and e.reverses = p_captured) then
            code := 'already_reversed';
            detail := jsonb_build_object('entry_id', p_captured);
        elsif code is null and v_refunded + p_amount > v_captured then
            code := 'refund_exceeds_capture';
            detail := jsonb_build_object('captured', v_captured, 'refunded', v_refunded, 'needed', p_amount);
        end if;
        if code is not null then
            raise exception using errcode = 'LG000';
        end if;
        update refund_counter c set refunded_minor = c.refunded_minor + p_amount
         where c.book_id = p_book and c.entry_id = p_captured;
        select r.entry_id, r.code, r.detail into entry_id, code, detail
          from ledger_post(
            p_book, p_currency, true, p_actor, array[p_kind], array[p_occurred_on], array[p_reference],
            array[null::bigint], array[p_captured], array[null::bigint], array[p_memo],
            array_fill(1, array[v_n]), array(select i from generate_series(1, v_n) i), v_debit, v_credit, v_amounts) r;
        if code is not null then
            raise exception using errcode = 'LG000';
        end if;
    exception when sqlstate 'LG000' then
        null;
    end;
end $$;


-- The balance of an account, signed by its side, as it was recorded at a moment: the posting with the highest version
-- recorded by then, found by bisection because along an account versions and recording times rise together.
create or replace function ledger_posted_at(p_book integer, p_account bigint, p_at timestamptz)
returns bigint language plpgsql stable as $$
declare
    v_low bigint := 0;
    v_high bigint;
    v_middle bigint;
    v_after bigint := 0;
    v_row record;
begin
    select b.version into v_high from balance b where b.book_id = p_book and b.account_id = p_account;
    if not found then
        return null;
    end if;
    while v_low < v_high loop
        v_middle := (v_low + v_high + 1) / 2;
        select s.after, e.recorded_at into v_row
          from (select p.entry_id, p.debit_after as after from posting p
                 where p.book_id = p_book and p.debit_account_id = p_account and p.debit_version = v_middle
                 union all
                select p.entry_id, p.credit_after from posting p
                 where p.book_id = p_book and p.credit_account_id = p_account and p.credit_version = v_middle) s
          join entry e on e.book_id = p_book and e.entry_id = s.entry_id;
        if v_row.recorded_at <= p_at then
            v_low := v_middle;
            v_after := v_row.after;
        else
            v_high := v_middle - 1;
        end if;
    end loop;
    return v_after;
end $$;
