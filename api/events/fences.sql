-- What of the events out each fence sees, where columns alone do not say it (migrations/fences.sql lays the rest).

-- A letter may be queued by whatever is at work, and read by no fence: it may hold a link that lets somebody in.
create policy fence_writes on mail for insert to borsellino_fenced with check (true);

-- A funder sees what happened in its book to its plans, and nothing of what happened to a person's money.
create policy fence_funder on event to borsellino_funder
    using (book_id = (select fence_book()) and not personal)
    with check (book_id = (select fence_book()) and not personal);

-- Where a funder's events go, and what is on its way there: addresses and totals, nothing of a person's.
create policy fence_funder on webhook_endpoint to borsellino_funder
    using (book_id = (select fence_book()) and sight = 'funder')
    with check (book_id = (select fence_book()) and sight = 'funder');
create policy fence_funder on webhook_delivery to borsellino_funder
    using (endpoint_id in (select endpoint_id from webhook_endpoint))
    with check (endpoint_id in (select endpoint_id from webhook_endpoint));

-- A secret is written by whoever sees its endpoint, told once, and read by no fence.
create policy fence_writes on webhook_secret for insert to borsellino_fenced
    with check (endpoint_id in (select endpoint_id from webhook_endpoint));
