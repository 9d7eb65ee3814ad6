-- What is written in the journal stays: these tables refuse every change but an insert.

--
-- Words of people may be blanked when the law has them erased, in the columns that a trigger names (ledger_let_words_go),
-- by the owner of the table, in a transaction that says so (`borsellino.erasing`). The journal itself names none.

create or replace function ledger_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and tg_nargs > 0 and current_setting('borsellino.erasing', true) = 'on'
       and to_jsonb(new) - tg_argv = to_jsonb(old) - tg_argv
       and current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
        return new;
    end if;
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

-- Let the words in some columns of a table that only grows be blanked, by an erasure alone.
create or replace function ledger_let_words_go(p_table text, p_columns text[]) returns void language plpgsql as $$
begin
    execute format('drop trigger if exists append_only_rows on %I', p_table);
    execute format('create trigger append_only_rows before update or delete on %I for each row'
                   ' execute function ledger_append_only(%s)', p_table,
                   (select string_agg(quote_literal(name), ', ') from unnest(p_columns) name));
end $$;

select ledger_let_only_grow(array['entry', 'posting', 'hold_event', 'seal', 'account']);
