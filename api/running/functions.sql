-- Taking requests from a client's window of a rate limit: the one way in for the web role, which cannot read the table.
-- The table is not logged (a crash forgets the counts, and nobody waits for the disk), and the clock is the true one.

create or replace function rate_take(p_key text, p_amount integer, p_seconds integer)
    returns table (taken integer, ends_in double precision)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    if random() < 0.001 then
        delete from rate_window where ends_at < v_now - interval '1 hour';
    end if;
    return query
        insert into rate_window as w (key, taken, ends_at)
        values (p_key, p_amount, v_now + make_interval(secs => p_seconds))
        on conflict (key) do update
            set taken = case when w.ends_at <= v_now then 0 else w.taken end + excluded.taken,
                ends_at = case when w.ends_at <= v_now then excluded.ends_at else w.ends_at end
        returning w.taken, extract(epoch from w.ends_at - v_now)::double precision;
end $$;

create or replace function rate_count(p_key text)
    returns table (taken integer, ends_in double precision)
    language sql volatile security definer set search_path = public, pg_temp as $$
    select taken, extract(epoch from ends_at - clock_timestamp())::double precision
      from rate_window where key = p_key and ends_at > clock_timestamp()
$$;

-- What /readyz tells, without a look at anybody's rows: the version of the schema, whether the role that asks would slip
-- through the fences, the jobs whose last run failed, and how long no worker has done anything.

drop function if exists running_state();
create function running_state()
    returns table (
        schema_version text, laid_version text, unfenced boolean, failed_jobs text[], worker_idle_seconds double precision
    )
    language sql stable security definer set search_path = public, pg_temp as $$
    with ended as (
        select distinct on (job) job, outcome from job_run
         where outcome in ('done', 'failed') order by job, run_id desc
    )
    select (select version_num::text from alembic_version),
           obj_description('alembic_version'::regclass),
           exists (select from pg_roles where pg_has_role(session_user, oid, 'member') and (rolsuper or rolbypassrls))
               or exists (select from pg_tables
                           where schemaname = 'public' and pg_has_role(session_user, tableowner, 'member')),
           (select array_agg(job order by job) from ended where outcome = 'failed'),
           (select extract(epoch from ledger_now() - max(coalesce(ended_at, started_at)))::double precision from job_run)
$$;

-- What waits to be done, in numbers alone, for the monitor.

create or replace function running_backlog()
    returns table (what text, waiting bigint, oldest_seconds double precision)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'tasks', count(*), extract(epoch from ledger_now() - min(asked_at))::double precision
      from task where state = 'queued'
    union all
    select 'events', count(*), extract(epoch from ledger_now() - min(occurred_at))::double precision
      from event where told_at is null
    union all
    select 'mail', count(*), extract(epoch from ledger_now() - min(queued_at))::double precision
      from mail where state = 'queued'
    union all
    select 'dead_mail', count(*), extract(epoch from ledger_now() - min(queued_at))::double precision
      from mail where state = 'dead'
    union all
    select 'deliveries', count(*), extract(epoch from ledger_now() - min(queued_at))::double precision
      from webhook_delivery where state = 'pending'
    union all
    select 'dead_deliveries', count(*), extract(epoch from ledger_now() - min(queued_at))::double precision
      from webhook_delivery where state = 'dead'
    union all
    select 'failed_jobs', count(*), null from (
        select distinct on (job) outcome from job_run
         where outcome in ('done', 'failed') order by job, run_id desc) last where outcome = 'failed'
$$;

-- How each job's last run went, and how long ago.

create or replace function running_jobs()
    returns table (job text, done boolean, seconds double precision)
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct on (r.job) r.job, r.outcome = 'done',
           extract(epoch from ledger_now() - r.ended_at)::double precision
      from job_run r where r.outcome in ('done', 'failed') order by r.job, r.run_id desc
$$;
