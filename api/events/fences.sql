-- What of the events out each fence sees, where columns alone do not say it (migrations/fences.sql lays the rest).

-- A letter may be queued by whatever is at work, and read by no fence: it may hold a link that lets somebody in.
drop policy if exists fence on mail;
drop policy if exists fence_writes on mail;
create policy fence_writes on mail for insert to borsellino_web with check (true);

-- A funder sees what happened in its book to its plans, and nothing of what happened to a person's money.
drop policy if exists fence_funder on event;
create policy fence_funder on event to borsellino_web
    using ((select fence_sight()) = 'funder' and book_id = (select fence_book()) and not personal)
    with check ((select fence_sight()) = 'funder' and book_id = (select fence_book()) and not personal);
