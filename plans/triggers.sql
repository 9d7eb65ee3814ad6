-- What was signed, loaded, agreed, decided or attested stays: these tables refuse every change but an insert.

select ledger_let_only_grow(array[
    'rule_signoff', 'rule_signature', 'rule_signature_withdrawal', 'payroll_table', 'payroll_table_item',
    'bonus_agreement', 'payroll_load',
    'social_tariff', 'entrusted_service', 'social_step', 'social_isee'
]);

-- A declared fact is withdrawn, never changed; the tax code of a child goes when the law has it erased.
create or replace function plans_keep_facts() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a declared fact is withdrawn, not deleted' using errcode = 'integrity_constraint_violation';
    end if;
    if current_setting('borsellino.erasing', true) = 'on'
       and to_jsonb(new) - 'child_tax_code' = to_jsonb(old) - 'child_tax_code'
       and current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
        return new;
    end if;
    if old.revoked_at is not null or new.revoked_at is null
       or to_jsonb(new) - 'revoked_at' <> to_jsonb(old) - 'revoked_at' then
        raise exception 'a declared fact is append-only' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
