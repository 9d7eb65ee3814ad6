-- Row-level security: which rows a fenced transaction sees and writes (config/fences.py).
--
-- Each sight is a role (roles.sql), and each table has a policy for each sight that sees some of it: the planner reads
-- that one alone, and of a table without one nothing is seen. A new table that stands in no list below is seen by nobody
-- but the network's own people and verbs at work in its book: whoever adds a table says here who else may see it. The
-- owner of the tables is not fenced: migrations, the command line and the jobs run as it.

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
        'info_card', 'provider_contact'];
    -- Of those, what a provider writes of itself.
    v_providers_own constant text[] := array['provider_contact'];
    -- Reached through functions of their owner alone, or fenced beside what they belong to (api/access,
    -- api/events, wallet/surveys).
    v_apart constant text[] := array['alembic_version', 'member', 'appointment', 'token', 'rate_window', 'invitation',
        'proof', 'recovery_code', 'device', 'linked_identity', 'pace', 'audit_event', 'mail', 'webhook_secret',
        'survey', 'survey_question', 'survey_result', 'survey_participation'];
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
        "delivery_place": "authorization_id in (select authorization_id from \"authorization\")",
        "hand_over": "authorization_id in (select authorization_id from \"authorization\")",
        "dispute": "authorization_id in (select authorization_id from \"authorization\")",
        "dispute_event": "dispute_id in (select dispute_id from dispute)",
        "reimbursement_document": "reimbursement_id in (select reimbursement_id from reimbursement)",
        "reimbursement_step": "reimbursement_id in (select reimbursement_id from reimbursement)",
        "reimbursement_authorization": "reimbursement_id in (select reimbursement_id from reimbursement)",
        "request_event": "request_id in (select request_id from request)",
        "social_isee": "application_id in (select application_id from social_application)",
        "social_step": "application_id in (select application_id from social_application)",
        "social_voucher": "application_id in (select application_id from social_application)",
        "social_use": "authorization_id in (select authorization_id from \"authorization\")",
        "tender_return": "tender_id in (select tender_id from tender)",
        "residual_reversal": "payment_id in (select payment_id from residual_payment)"
    }';
    -- The same for a provider, besides the rows that bear its code. Where it is to come it reads as long as the purchase
    -- can be redeemed, and neither before it has accepted nor afterwards.
    v_providers_by constant jsonb := '{
        "delivery_place": "authorization_id in (select authorization_id from \"authorization\" where code is not null and status in (''authorized'', ''partially_captured'') and expires_at > ledger_now())",
        "dispute": "authorization_id in (select authorization_id from \"authorization\")",
        "dispute_event": "dispute_id in (select dispute_id from dispute)",
        "payout_run": "run_id in (select run_id from payout_payment)"
    }';
    -- Of these a provider writes nothing.
    v_providers_read constant text[] := array['delivery_place'];
    v_table text;
    v_policy text;
    v_columns text[];
    v_book text;
    v_shown jsonb;
    v_sight text;
    v_rows text;
begin
    for v_table in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table %I enable row level security', v_table);
        execute format('grant select, insert, update, delete on %I to borsellino_fenced', v_table);
        for v_policy in select policyname from pg_policies
            where schemaname = 'public' and tablename = v_table and policyname like 'fence%' loop
            execute format('drop policy %I on %I', v_policy, v_table);
        end loop;
        continue when v_table = any (v_apart);
        select array_agg(attname::text) into v_columns from pg_attribute
            where attrelid = format('%I', v_table)::regclass and attnum > 0 and not attisdropped;
        if 'member_id' = any (v_columns) then
            v_shown := jsonb_build_object('fenced', 'member_id = (select fence_member())');
        elsif v_table = any (v_public) then
            v_shown := '{"network": "true"}';
            if v_table = any (v_providers_own) then
                v_shown := v_shown || jsonb_build_object('provider', 'provider_code = (select fence_provider())');
            end if;
        else
            -- Verbs at work in a book read and write what the network keeps, too.
            v_book := case when 'book_id' = any (v_columns) then 'book_id = (select fence_book())' else 'true' end;
            v_shown := jsonb_build_object('network', 'true', 'book', v_book);
            if 'book_id' = any (v_columns) then
                if v_table = any (v_funder) then
                    v_shown := v_shown || jsonb_build_object('funder', v_book);
                end if;
                if 'employee_id' = any (v_columns) then
                    v_rows := v_book || ' and employee_id = (select fence_employee())';
                elsif v_persons_by ? v_table then
                    v_rows := v_book || ' and (' || (v_persons_by ->> v_table) || ')';
                elsif v_table = any (v_persons) then
                    v_rows := v_book;
                else
                    v_rows := 'false';
                end if;
                v_shown := v_shown || jsonb_build_object('employee', v_rows);
            end if;
            if 'provider_code' = any (v_columns) then
                v_shown := v_shown || jsonb_build_object('provider', 'provider_code = (select fence_provider())');
            elsif v_providers_by ? v_table then
                v_shown := v_shown || jsonb_build_object('provider', v_providers_by ->> v_table);
            end if;
        end if;
        for v_sight, v_rows in select * from jsonb_each_text(v_shown) loop
            if v_sight = 'provider' and v_table = any (v_providers_read) then
                execute format('create policy fence_provider on %I for select to borsellino_provider using (%s)',
                    v_table, v_rows);
                continue;
            end if;
            execute format('create policy %I on %I to %I using (%s) with check (%s)',
                'fence_' || v_sight, v_table, 'borsellino_' || v_sight, v_rows, v_rows);
        end loop;
        if v_table = any (v_public) then
            execute format('create policy fence_reads on %I for select to borsellino_fenced using (true)', v_table);
        end if;
    end loop;
end $$;

-- Whose reimbursement payroll is asked to pay, found in the funder's fence, which shows none of it: one of its own book
-- that was approved at some time, and so was told to it. Runs as the owner and answers no more than this.
create or replace function fence_payable(p_reimbursement_id text) returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select r.employee_id from reimbursement r
        where r.reimbursement_id = p_reimbursement_id and r.book_id = fence_book() and current_setting('role') = 'borsellino_funder'
          and exists (select from reimbursement_step s
                       where s.book_id = r.book_id and s.reimbursement_id = r.reimbursement_id and s.kind = 'approve') $$;

drop function if exists fence_is(text), fence_sight();
revoke all on all tables in schema public from borsellino_web;
revoke all on all sequences in schema public from borsellino_web;
grant usage on schema public to borsellino_web, borsellino_fenced;
grant usage on all sequences in schema public to borsellino_fenced;
