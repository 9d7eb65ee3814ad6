-- What was signed or loaded stays: these tables refuse every change but an insert.

do $$
declare
    v_table text;
begin
    foreach v_table in array array['rule_signoff', 'rule_signature', 'rule_signature_withdrawal', 'payroll_table',
                                   'payroll_table_item'] loop
        execute format('drop trigger if exists append_only_rows on %I', v_table);
        execute format('drop trigger if exists append_only_table on %I', v_table);
        execute format('create trigger append_only_rows before update or delete on %I '
                       'for each row execute function ledger_append_only()', v_table);
        execute format('create trigger append_only_table before truncate on %I '
                       'for each statement execute function ledger_append_only()', v_table);
    end loop;
end $$;
