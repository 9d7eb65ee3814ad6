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
        execute format('create policy fence_door on %I to borsellino_door using ((select fence_member()) is null or %s)'
            || ' with check (true)', v_table, v_row);
    end loop;
end $$;

-- The trail: whoever does something writes it down, nobody changes it. A funder reads what was done in its book except
-- what persons bought, declared or did for themselves; a person what was done in their wallet, and by whom.
create policy fence_writes on audit_event for insert to borsellino_fenced with check (true);
create policy fence_network on audit_event for select to borsellino_network using (true);
create policy fence_funder on audit_event for select to borsellino_funder
    using (book_id = (select fence_book()) and not personal);
create policy fence_employee on audit_event for select to borsellino_employee
    using (book_id = (select fence_book()) and employee_id = (select fence_employee()));
revoke update, delete on audit_event from borsellino_fenced;

select ledger_let_only_grow(array['audit_event']);
