-- Whose a token is, found by its hash: the one thing of access that a fenced transaction may ask. The moment of use is
-- kept to the minute, so that a busy token is not a busy row.

create or replace function access_identify(p_hash bytea)
    returns table (
        token_id text, member_id text, name text, role text, book_id integer, employee_id text, provider_code text,
        scopes text[]
    )
    language plpgsql security definer set search_path = public as $$
declare
    v_token token;
begin
    select * into v_token from token t
     where t.hash = p_hash and t.revoked_at is null and t.expires_at > ledger_now();
    if not found then
        return;
    end if;
    if v_token.last_used_at is null or v_token.last_used_at < ledger_now() - interval '1 minute' then
        update token t set last_used_at = ledger_now() where t.token_id = v_token.token_id;
    end if;
    return query
        select v_token.token_id, m.member_id, m.name, a.role, a.book_id, a.employee_id, a.provider_code, v_token.scopes
          from appointment a join member m on m.member_id = a.member_id
         where a.appointment_id = v_token.appointment_id and a.ended_at is null and m.ended_at is null;
end $$;
