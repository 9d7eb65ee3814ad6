-- What is compared with: the bare minimum of a guarded double entry, written by hand. No idempotency, no versions, no
-- states, no holds, no periods, no seals, no append-only triggers: only that no account goes below its floor.

create table account (
    account_id bigint primary key,
    balance bigint not null default 0,
    floor bigint,
    check (balance >= floor)
) with (fillfactor = 70);

create table entry (
    entry_id bigint generated always as identity primary key,
    occurred_on date not null,
    recorded_at timestamptz not null default clock_timestamp()
);

create table posting (
    posting_id bigint generated always as identity primary key,
    entry_id bigint not null,
    debit_account_id bigint not null,
    credit_account_id bigint not null,
    amount bigint not null check (amount > 0)
);


-- One transfer: two guarded updates in the order of the accounts' ids, one entry, one posting.
create function transfer(p_debit bigint, p_credit bigint, p_amount bigint) returns bigint language plpgsql as $$
declare
    v_entry bigint;
begin
    if p_debit < p_credit then
        update account set balance = balance - p_amount
         where account_id = p_debit and (floor is null or balance - p_amount >= floor);
        if not found then
            raise exception 'refused';
        end if;
        update account set balance = balance + p_amount where account_id = p_credit;
        if not found then
            raise exception 'refused';
        end if;
    else
        update account set balance = balance + p_amount where account_id = p_credit;
        if not found then
            raise exception 'refused';
        end if;
        update account set balance = balance - p_amount
         where account_id = p_debit and (floor is null or balance - p_amount >= floor);
        if not found then
            raise exception 'refused';
        end if;
    end if;
    insert into entry (occurred_on) values (current_date) returning entry_id into v_entry;
    insert into posting (entry_id, debit_account_id, credit_account_id, amount)
    values (v_entry, p_debit, p_credit, p_amount);
    return v_entry;
end $$;


-- Its set-based twin: lock in order, one folded and guarded update, one insert of entries and one of postings.
create function transfer_many(p_debit bigint[], p_credit bigint[], p_amount bigint[])
returns bigint[] language plpgsql as $$
declare
    v_accounts bigint;
    v_updated bigint;
    v_entries bigint[];
begin
    select count(*) into v_accounts
      from (select from account where account_id = any (p_debit || p_credit) order by account_id for update) a;
    update account a set balance = a.balance + s.delta
      from (select l.account_id, sum(l.delta)::bigint as delta
              from (select unnest(p_debit) as account_id, -unnest(p_amount) as delta
                     union all
                    select unnest(p_credit), unnest(p_amount)) l
             group by l.account_id) s
     where a.account_id = s.account_id and (a.floor is null or a.balance + s.delta >= a.floor);
    get diagnostics v_updated = row_count;
    if v_updated <> v_accounts then
        raise exception 'refused';
    end if;
    v_entries := array(select nextval('entry_entry_id_seq') from generate_series(1, cardinality(p_debit)));
    insert into entry (entry_id, occurred_on) overriding system value
    select e, current_date from unnest(v_entries) e;
    insert into posting (entry_id, debit_account_id, credit_account_id, amount)
    select * from unnest(v_entries, p_debit, p_credit, p_amount);
    return v_entries;
end $$;
