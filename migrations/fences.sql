-- Row-level security: which rows a fenced transaction sees and writes (config/fences.py).
--
-- Every table is fenced, and a new one that stands in no list below is seen by nobody but the network's own people and
-- verbs at work in its book: whoever adds a table says here who else may see it. The owner of the tables is not fenced:
-- migrations, the command line and the jobs run as it.

do $$
begin
    if not exists (select from pg_roles where rolname = 'borsellino_web') then
        create role borsellino_web login nosuperuser nobypassrls nocreatedb nocreaterole noinherit;
    end if;
end $$;

create or replace function fence_sight() returns text language sql stable parallel safe as
    $$ select coalesce(nullif(current_setting('borsellino.sight', true), ''), 'nobody') $$;
-- Of a plain truth the planner expects one row in two, of a comparison one in two hundred: with several of those in a
-- policy it took every table of a book for empty, and joined them row by row.
create or replace function fence_is(p_sight text) returns boolean language sql stable parallel safe as
    $$ select coalesce(nullif(current_setting('borsellino.sight', true), ''), 'nobody') = p_sight $$;
create or replace function fence_book() returns integer language sql stable parallel safe as
    $$ select nullif(current_setting('borsellino.book', true), '')::integer $$;
create or replace function fence_employee() returns text language sql stable parallel safe as
    $$ select nullif(current_setting('borsellino.employee', true), '') $$;
create or replace function fence_provider() returns text language sql stable parallel safe as
    $$ select nullif(current_setting('borsellino.provider', true), '') $$;
create or replace function fence_member() returns text language sql stable parallel safe as
    $$ select nullif(current_setting('borsellino.member', true), '') $$;

do $$
declare
    -- Read by everybody, also before it is known who asks; written by the network's own people.
    v_public constant text[] := array['comune', 'territory', 'provider', 'provider_state', 'service', 'service_price',
        'info_card'];
    -- Reached through functions of their owner alone.
    v_hidden constant text[] := array['alembic_version', 'member', 'appointment', 'token', 'rate_window'];
    -- What a funder sees of its book: nothing of what persons bought, declared or were paid.
    v_funder constant text[] := array['book', 'funder', 'employee', 'plan', 'plan_cluster', 'period',
        'seal', 'seal_queue', 'budget_load', 'opening_load', 'bonus_agreement', 'bonus_choice', 'payroll_load',
        'payroll_table', 'payroll_table_item', 'social_body', 'social_tariff', 'entrusted_service', 'social_application',
        'social_isee', 'social_step', 'social_voucher'];
    -- What a person sees of their book besides the rows that bear their id.
    v_persons constant text[] := array['book', 'funder', 'plan', 'plan_cluster', 'social_body', 'social_tariff',
        'entrusted_service'];
    -- Rows that belong to a person by way of another table's, which is itself fenced.
    v_persons_by constant jsonb := '{
        "account": "account_id in (select account_id from lot)",
        "balance": "account_id in (select account_id from lot)",
        "posting": "debit_account_id in (select account_id from lot) or credit_account_id in (select account_id from lot)",
        "entry": "exists (select from posting p where p.book_id = entry.book_id and p.entry_id = entry.entry_id)",
        "refund_counter": "exists (select from posting p where p.book_id = refund_counter.book_id and p.entry_id = refund_counter.entry_id)",
        "hold": "hold_id in (select hold_id from \"authorization\")",
        "hold_line": "hold_id in (select hold_id from \"authorization\")",
        "hold_event": "hold_id in (select hold_id from \"authorization\")",
        "relative_fact": "relative_id in (select relative_id from relative)",
        "hand_over": "authorization_id in (select authorization_id from \"authorization\")",
        "dispute": "authorization_id in (select authorization_id from \"authorization\")",
        "dispute_event": "dispute_id in (select dispute_id from dispute)",
        "reimbursement_document": "reimbursement_id in (select reimbursement_id from reimbursement)",
        "reimbursement_step": "reimbursement_id in (select reimbursement_id from reimbursement)",
        "reimbursement_authorization": "reimbursement_id in (select reimbursement_id from reimbursement)",
        "reimbursement_receipt": "receipt_id in (select receipt_id from reimbursement)",
        "request_event": "request_id in (select request_id from request)",
        "social_isee": "application_id in (select application_id from social_application)",
        "social_step": "application_id in (select application_id from social_application)",
        "social_voucher": "application_id in (select application_id from social_application)",
        "social_use": "authorization_id in (select authorization_id from \"authorization\")",
        "tender_return": "tender_id in (select tender_id from tender)",
        "residual_reversal": "payment_id in (select payment_id from residual_payment)"
    }';
    -- The same for a provider, besides the rows that bear its code.
    v_providers_by constant jsonb := '{
        "dispute": "authorization_id in (select authorization_id from \"authorization\")",
        "dispute_event": "dispute_id in (select dispute_id from dispute)",
        "payout_run": "run_id in (select run_id from payout_payment)"
    }';
    v_table text;
    v_columns text[];
    v_reads text;
    v_writes text;
begin
    for v_table in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table %I enable row level security', v_table);
        execute format('drop policy if exists fence on %I', v_table);
        execute format('drop policy if exists fence_reads on %I', v_table);
        select array_agg(attname::text) into v_columns from pg_attribute
            where attrelid = format('%I', v_table)::regclass and attnum > 0 and not attisdropped;
        v_writes := '(select fence_is(''network''))';
        v_reads := null;
        if v_table = any (v_hidden) then
            v_writes := 'false';
        elsif v_table = any (v_public) then
            v_reads := 'true';
        elsif 'member_id' = any (v_columns) then
            v_writes := 'member_id = (select fence_member())';
        else
            if 'book_id' = any (v_columns) then
                v_writes := v_writes || ' or (book_id = (select fence_book()) and ((select fence_is(''book''))'
                    || case when v_table = any (v_funder) then ' or (select fence_is(''funder''))' else '' end
                    || case when 'employee_id' = any (v_columns) or v_table = any (v_persons) or v_persons_by ? v_table
                            then ' or ((select fence_is(''employee'')) and ('
                                || case when 'employee_id' = any (v_columns) then 'employee_id = (select fence_employee())'
                                        else coalesce(v_persons_by ->> v_table, 'true') end || '))'
                            else '' end
                    || '))';
            else
                -- Verbs at work in a book read and write what the network keeps.
                v_writes := v_writes || ' or (select fence_is(''book''))';
            end if;
            if 'provider_code' = any (v_columns) then
                v_writes := v_writes
                    || ' or ((select fence_is(''provider'')) and provider_code = (select fence_provider()))';
            elsif v_providers_by ? v_table then
                v_writes := v_writes || ' or ((select fence_is(''provider'')) and '
                    || (v_providers_by ->> v_table) || ')';
            end if;
        end if;
        execute format('create policy fence on %I to borsellino_web using (%s) with check (%s)',
            v_table, v_writes, v_writes);
        if v_reads is not null then
            execute format('create policy fence_reads on %I for select to borsellino_web using (%s)', v_table, v_reads);
        end if;
        execute format('grant select, insert, update, delete on %I to borsellino_web', v_table);
    end loop;
end $$;

-- Whose reimbursement payroll is asked to pay, found in the funder's fence, which shows none of it: one of its own book
-- that was approved at some time, and so was told to it. Runs as the owner and answers no more than this.
create or replace function fence_payable(p_reimbursement_id text) returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select r.employee_id from reimbursement r
        where r.reimbursement_id = p_reimbursement_id and r.book_id = fence_book() and fence_is('funder')
          and exists (select from reimbursement_step s
                       where s.book_id = r.book_id and s.reimbursement_id = r.reimbursement_id and s.kind = 'approve') $$;

grant usage on schema public to borsellino_web;
grant usage on all sequences in schema public to borsellino_web;
