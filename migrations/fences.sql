-- Row-level security: which rows a fenced transaction sees and writes (config/fences.py).
--
-- Every table is fenced by the columns it has, so that a new one is fenced before anybody thinks of it; what differs is
-- in the lists below. The owner of the tables is not fenced: migrations, the command line and the jobs run as it.

do $$
begin
    if not exists (select from pg_roles where rolname = 'borsellino_web') then
        create role borsellino_web login nosuperuser nobypassrls nocreatedb nocreaterole noinherit;
    end if;
end $$;

create or replace function fence_sight() returns text language sql stable parallel safe as
    $$ select coalesce(nullif(current_setting('borsellino.sight', true), ''), 'nobody') $$;
create or replace function fence_book() returns integer language sql stable parallel safe as
    $$ select nullif(current_setting('borsellino.book', true), '')::integer $$;
create or replace function fence_employee() returns text language sql stable parallel safe as
    $$ select nullif(current_setting('borsellino.employee', true), '') $$;
create or replace function fence_provider() returns text language sql stable parallel safe as
    $$ select nullif(current_setting('borsellino.provider', true), '') $$;

do $$
declare
    -- What persons bought and declared: hidden from their funder except while a verb or a statement works for it.
    v_personal constant text[] := array['authorization', 'fiscal_event', 'lot', 'wallet', 'relative', 'relative_fact',
        'reimbursement', 'reimbursement_document', 'reimbursement_receipt', 'reimbursement_step', 'dispute',
        'dispute_event', 'social_use', 'social_claim', 'hold', 'hold_line', 'hold_event',
        'reimbursement_authorization', 'hand_over', 'tender', 'tender_return', 'residual_payment', 'clearing_flow',
        -- What the ledger and the payouts say of single lots and providers is what somebody bought.
        'account', 'balance', 'entry', 'posting', 'refund_counter', 'payout_line', 'payout_part', 'payout_left_line'];
    -- Nobody reads these through a fence.
    v_hidden constant text[] := array['alembic_version', 'member', 'appointment', 'token'];
    v_table text;
    v_columns text[];
    v_sees text;
begin
    for v_table in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table %I enable row level security', v_table);
        execute format('drop policy if exists fence on %I', v_table);
        select array_agg(attname::text) into v_columns from pg_attribute
            where attrelid = format('%I', v_table)::regclass and attnum > 0 and not attisdropped;
        if v_table = any (v_hidden) then
            v_sees := 'false';
        elsif not 'book_id' = any (v_columns) then
            v_sees := 'true';
        else
            v_sees := '(select fence_sight()) = ''network'' or (book_id = (select fence_book()) and ('
                || '(select fence_sight()) = ''book'''
                || case when v_table = any (v_personal) then '' else ' or (select fence_sight()) = ''funder''' end
                || case when 'employee_id' = any (v_columns)
                        then ' or ((select fence_sight()) = ''employee'' and employee_id = (select fence_employee()))'
                        else ' or (select fence_sight()) = ''employee''' end
                || '))'
                || case when 'provider_code' = any (v_columns)
                        then ' or ((select fence_sight()) = ''provider'' and provider_code = (select fence_provider()))'
                        else '' end;
        end if;
        execute format('create policy fence on %I to borsellino_web using (%s) with check (%s)', v_table, v_sees, v_sees);
        execute format('grant select, insert, update, delete on %I to borsellino_web', v_table);
    end loop;
end $$;
grant usage on schema public to borsellino_web;
grant usage on all sequences in schema public to borsellino_web;
