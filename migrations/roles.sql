-- The roles of row-level security: one for each sight of config/fences.py, and the one that the web application connects
-- as, which may do nothing but take one of them for the length of a transaction. They are the server's, not one
-- database's: run before the tables' policies are laid, and before a back-up's are restored.

do $$
declare
    v_sight text;
    v_how text := '';
begin
    if to_regrole('borsellino_web') is null then
        create role borsellino_web login nosuperuser nobypassrls nocreatedb nocreaterole noinherit;
    end if;
    if current_setting('server_version_num')::integer >= 160000 then
        v_how := ' with inherit false, set true';
    elsif (select rolinherit from pg_roles where rolname = 'borsellino_web') then
        alter role borsellino_web noinherit;
    end if;
    -- What all sights have in common: they may reach every table, and see of it what a policy lets them.
    if to_regrole('borsellino_fenced') is null then
        create role borsellino_fenced nologin;
    end if;
    foreach v_sight in array array['nobody', 'door', 'employee', 'provider', 'funder', 'book', 'network'] loop
        if to_regrole('borsellino_' || v_sight) is null then
            execute format('create role %I nologin', 'borsellino_' || v_sight);
        end if;
        if not pg_has_role('borsellino_' || v_sight, 'borsellino_fenced', 'usage') then
            execute format('grant borsellino_fenced to %I', 'borsellino_' || v_sight);
        end if;
        -- Whoever made it by hand may have let it inherit: it would see with every sight without taking one.
        if not pg_has_role('borsellino_web', 'borsellino_' || v_sight, 'member')
            or pg_has_role('borsellino_web', 'borsellino_' || v_sight, 'usage') then
            execute format('grant %I to borsellino_web' || v_how, 'borsellino_' || v_sight);
        end if;
    end loop;
end $$;
