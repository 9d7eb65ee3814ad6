-- Fiscal events are facts for the tax: they are appended, and reversed by another, never changed. What happened to a
-- dispute or a payment is history too.

drop trigger if exists append_only_rows on fiscal_event;
create trigger append_only_rows before update or delete on fiscal_event
    for each row execute function ledger_append_only();
drop trigger if exists append_only_table on fiscal_event;
create trigger append_only_table before truncate on fiscal_event
    for each statement execute function ledger_append_only();

drop trigger if exists append_only_rows on dispute_event;
create trigger append_only_rows before update or delete on dispute_event
    for each row execute function ledger_append_only();
drop trigger if exists append_only_table on dispute_event;
create trigger append_only_table before truncate on dispute_event
    for each statement execute function ledger_append_only();

drop trigger if exists append_only_rows on payout_event;
create trigger append_only_rows before update or delete on payout_event
    for each row execute function ledger_append_only();
drop trigger if exists append_only_table on payout_event;
create trigger append_only_table before truncate on payout_event
    for each statement execute function ledger_append_only();

-- So are the documents of reimbursements, and what happened to each.

drop trigger if exists append_only_rows on reimbursement_document;
create trigger append_only_rows before update or delete on reimbursement_document
    for each row execute function ledger_append_only();
drop trigger if exists append_only_table on reimbursement_document;
create trigger append_only_table before truncate on reimbursement_document
    for each statement execute function ledger_append_only();

drop trigger if exists append_only_rows on reimbursement_step;
create trigger append_only_rows before update or delete on reimbursement_step
    for each row execute function ledger_append_only();
drop trigger if exists append_only_table on reimbursement_step;
create trigger append_only_table before truncate on reimbursement_step
    for each statement execute function ledger_append_only();

drop trigger if exists append_only_rows on reimbursement_authorization;
create trigger append_only_rows before update or delete on reimbursement_authorization
    for each row execute function ledger_append_only();
drop trigger if exists append_only_table on reimbursement_authorization;
create trigger append_only_table before truncate on reimbursement_authorization
    for each statement execute function ledger_append_only();

-- And what was handed over in January for the year before.

drop trigger if exists append_only_rows on hand_over;
create trigger append_only_rows before update or delete on hand_over
    for each row execute function ledger_append_only();
drop trigger if exists append_only_table on hand_over;
create trigger append_only_table before truncate on hand_over
    for each statement execute function ledger_append_only();
