-- What a fenced transaction may ask of access: each runs as the owner of the tables and answers one narrow question.

-- Whose a token is, found by its hash, now or at the moment that a clock is stopped at. A session ends when it is not used
-- for its idle time. The moment of use is kept to the minute, so that a busy token is not a busy row.
drop function if exists access_identify(bytea);
drop function if exists access_identify(bytea, timestamptz);
create function access_identify(p_hash bytea, p_stopped_at timestamptz)
    returns table (
        token_id text, member_id text, name text, role text, book_id integer, employee_id text, provider_code text,
        scopes text[], kind text, appointment_id text, session boolean, expires_at timestamptz
    )
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_now constant timestamptz := coalesce(p_stopped_at, now());
    v_token token;
begin
    select * into v_token from token t
     where t.hash = p_hash and t.revoked_at is null and t.expires_at > v_now
       and (t.idle_seconds is null
            or coalesce(t.last_used_at, t.created_at) > v_now - make_interval(secs => t.idle_seconds));
    if not found then
        return;
    end if;
    if v_token.last_used_at is null or v_token.last_used_at < v_now - interval '1 minute' then
        update token t set last_used_at = v_now where t.token_id = v_token.token_id;
    end if;
    return query
        select v_token.token_id, m.member_id, m.name, a.role, a.book_id, a.employee_id, a.provider_code, v_token.scopes,
               v_token.kind, v_token.appointment_id, v_token.idle_seconds is not null, v_token.expires_at
          from appointment a join member m on m.member_id = a.member_id
         where a.appointment_id = v_token.appointment_id and a.ended_at is null and m.ended_at is null;
end $$;

-- What a member is called: for the audit trail, which keeps ids alone.
create or replace function access_member_name(p_member_id text) returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select name from member where member_id = p_member_id $$;

-- Which employer a role is for, told to whoever holds it and may see no book yet.
create or replace function access_employer(p_book_id integer) returns table (code text, name text)
    language sql stable security definer set search_path = public, pg_temp as
    $$ select code, name from funder where book_id = p_book_id $$;

-- Which members have the wallet of the person with this codice fiscale: for somebody whom an identity provider names by it.
create or replace function access_members_of_tax_code(p_tax_code text) returns setof text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select distinct a.member_id from employee e
         join appointment a on a.book_id = e.book_id and a.employee_id = e.employee_id and a.ended_at is null
         join member m on m.member_id = a.member_id and m.ended_at is null
        where e.tax_code = p_tax_code $$;
