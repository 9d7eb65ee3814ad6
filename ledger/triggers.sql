-- What is written in the journal stays: these tables refuse every change but an insert.

create or replace function ledger_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append only: % is refused', tg_table_name, tg_op using errcode = 'LG001';
end $$;

-- Let tables only grow; laid again whenever the schema is brought up to date.
create or replace function ledger_let_only_grow(p_tables text[]) returns void language plpgsql as $$
declare
    v_table text;
begin
    foreach v_table in array p_tables loop
        execute format('drop trigger if exists append_only_rows on %I', v_table);
        execute format('drop trigger if exists append_only_table on %I', v_table);
        execute format('create trigger append_only_rows before update or delete on %I '
                       'for each row execute function ledger_append_only()', v_table);
        execute format('create trigger append_only_table before truncate on %I '
                       'for each statement execute function ledger_append_only()', v_table);
    end loop;
end $$;

select ledger_let_only_grow(array['entry', 'posting', 'hold_event', 'seal', 'account']);
