-- The fences of surveys, laid over those of migrations/fences.sql, and the one way in for an answer.
--
-- The network's people write surveys and read what was counted. A person sees those that are put to them, and that they
-- have answered themself. That somebody else has, nobody sees over the web, and no sight but the network's sees a count or
-- a word: an employer and whoever works in its book see nothing of surveys at all.

create policy fence_network on survey to borsellino_network using (true) with check (true);
create policy fence_network on survey_question to borsellino_network using (true) with check (true);
create policy fence_network on survey_result to borsellino_network using (true) with check (true);
create policy fence_employee on survey for select to borsellino_employee
    using (opened_on is not null
           and (of_book_id = (select fence_book())
                or territory_code = (select case when e.home_territory is null then f.home_territory else e.home_territory end
                                       from employee e join funder f on f.book_id = e.book_id
                                      where e.book_id = fence_book() and e.employee_id = fence_employee())));
create policy fence_employee on survey_question for select to borsellino_employee
    using (survey_id in (select survey_id from survey));
create policy fence_employee on survey_participation to borsellino_employee
    using (book_id = (select fence_book()) and employee_id = (select fence_employee()))
    with check (book_id = (select fence_book()) and employee_id = (select fence_employee()));

-- Count what somebody answers, once, and remember apart from it that they have; the caller has looked whether it is theirs
-- to answer, and undoes all of it unless it is told `counted`. `p_answers` is a list of {seq, choices, text}.
--
-- The words go to a place by chance in one array a question, and the counts are numbers: what was written last stands
-- nowhere. So nothing here may keep a moment, an id or a row of one answer.
create or replace function survey_answer(
    p_survey_id text, p_edition integer, p_book_id integer, p_employee_id text, p_answers jsonb
) returns text language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_one jsonb;
    v_text text;
    v_place integer;
begin
    if current_setting('role') like 'borsellino%'
       and (p_book_id, p_employee_id) is distinct from (fence_book(), fence_employee()) then
        return 'refused';
    end if;
    -- Whoever answers, changes or closes it at the same time waits here.
    update survey set answers = answers + 1
     where survey_id = p_survey_id and edition = p_edition and opened_on is not null and closed_on is null;
    if not found then
        return 'changed';
    end if;
    -- Whoever has two wallets, such as an employer's and a municipality's, is one person.
    if exists (
        select from survey_participation p
          join employee other on other.book_id = p.book_id and other.employee_id = p.employee_id
          join employee mine on mine.book_id = p_book_id and mine.employee_id = p_employee_id
         where p.survey_id = p_survey_id and p.answered and other.tax_code = mine.tax_code
           and (p.book_id, p.employee_id) <> (p_book_id, p_employee_id)
    ) then
        return 'answered';
    end if;
    insert into survey_participation as p (survey_id, book_id, employee_id, answered)
    values (p_survey_id, p_book_id, p_employee_id, true)
    on conflict (survey_id, book_id, employee_id) do update set answered = true where not p.answered;
    if not found then
        return 'answered';
    end if;
    for v_one in select * from jsonb_array_elements(p_answers) loop
        v_text := v_one ->> 'text';
        select floor(random() * (cardinality(texts) + 1)) into v_place from survey_result
         where survey_id = p_survey_id and seq = (v_one ->> 'seq')::integer;
        update survey_result set
            answers = answers + 1,
            tally = coalesce((select array_agg(n + (v_one -> 'choices' @> to_jsonb(place - 1))::integer order by place)
                                from unnest(tally) with ordinality as t (n, place)), '{}'),
            texts = case when v_text = '' then texts
                         else texts[1:v_place] || v_text || texts[v_place + 1:cardinality(texts)] end
         where survey_id = p_survey_id and seq = (v_one ->> 'seq')::integer;
    end loop;
    return 'counted';
end $$;
