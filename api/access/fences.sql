-- The fences of access's own tables, laid over those of migrations/fences.sql.
--
-- At the door (sight 'door') a transaction sees members, their roles and tokens, and no table with a book: while somebody
-- signs in, and while members are managed. With a member in the fence it sees that member, and who has a role in the book
-- or for the provider of the fence; without one, everybody. No other sight sees any of them.

do $$
declare
    v_seen constant jsonb := '{
        "member": "member_id = (select fence_member()) or exists (select from appointment a where a.member_id = member.member_id)",
        "appointment": "member_id = (select fence_member()) or book_id = (select fence_book()) or provider_code = (select fence_provider())",
        "token": "exists (select from appointment a where a.appointment_id = token.appointment_id)",
        "invitation": "book_id = (select fence_book()) or provider_code = (select fence_provider())",
        "proof": "member_id = (select fence_member())",
        "recovery_code": "member_id = (select fence_member())",
        "device": "member_id = (select fence_member())",
        "linked_identity": "member_id = (select fence_member())",
        "pace": "false"
    }';
    v_table text;
    v_row text;
begin
    for v_table, v_row in select * from jsonb_each_text(v_seen) loop
        execute format('drop policy if exists fence on %I', v_table);
        execute format('drop policy if exists fence_reads on %I', v_table);
        execute format('create policy fence on %I to borsellino_web using ((select fence_sight()) = ''door'' and'
            || ' ((select fence_member()) is null or %s)) with check ((select fence_sight()) = ''door'')', v_table, v_row);
        execute format('grant select, insert, update, delete on %I to borsellino_web', v_table);
    end loop;
end $$;

-- The trail: whoever does something writes it down, nobody changes it. A funder reads what was done in its book except
-- what persons bought, declared or did for themselves; a person what was done in their wallet, and by whom.
drop policy if exists fence on audit_event;
drop policy if exists fence_reads on audit_event;
drop policy if exists fence_writes on audit_event;
create policy fence_writes on audit_event for insert to borsellino_web with check (true);
create policy fence_reads on audit_event for select to borsellino_web using (
    (select fence_sight()) = 'network'
    or (book_id = (select fence_book()) and (
        ((select fence_sight()) = 'funder' and not personal)
        or ((select fence_sight()) = 'employee' and employee_id = (select fence_employee()))
    ))
);
revoke update, delete, truncate on audit_event from borsellino_web;
grant select, insert on audit_event to borsellino_web;

select ledger_let_only_grow(array['audit_event']);
