-- Counting a search that found nothing: the one way in for who searches, of whom nothing is kept and who reads none of it.
-- A day has one row for each combination, and so many rows at most: who tries every combination fills no table.

create or replace function unmet_search_count(
    p_day date, p_territory_code text, p_need text, p_beneficiary text, p_delivery text
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update unmet_search set searches = searches + 1
     where (day, territory_code, need, beneficiary, delivery)
         = (p_day, p_territory_code, p_need, p_beneficiary, p_delivery);
    if not found and (select count(*) from unmet_search where day = p_day) < 500 then
        insert into unmet_search as u (day, territory_code, need, beneficiary, delivery, searches)
        values (p_day, p_territory_code, p_need, p_beneficiary, p_delivery, 1)
        on conflict (day, territory_code, need, beneficiary, delivery) do update set searches = u.searches + 1;
    end if;
end $$;
