-- The roles of row-level security: one for each sight of config/fences.py, and the one that the web application connects
-- as, which may do nothing but take one of them for the length of a transaction. They are the server's, not one
-- database's: run before the tables' policies are laid, and before a back-up's are restored.

do $$
declare
    v_sight text;
begin
    if to_regrole('borsellino_web') is null then
        create role borsellino_web login nosuperuser nobypassrls nocreatedb nocreaterole noinherit;
    end if;
    -- What all sights have in common: they may reach every table, and see of it what a policy lets them.
    if to_regrole('borsellino_fenced') is null then
        create role borsellino_fenced nologin;
    end if;
    foreach v_sight in array array['nobody', 'door', 'employee', 'provider', 'funder', 'book', 'network'] loop
        if to_regrole('borsellino_' || v_sight) is null then
            execute format('create role %I nologin in role borsellino_fenced', 'borsellino_' || v_sight);
        end if;
        if not pg_has_role('borsellino_web', 'borsellino_' || v_sight, 'member') then
            execute format('grant %I to borsellino_web', 'borsellino_' || v_sight);
        end if;
    end loop;
end $$;
