-- Fiscal events are facts for the tax: they are appended, and reversed by another, never changed. What happened to a
-- dispute, a payment or a reimbursement is history too, and so are what was brought, paid, handed over or given back.

select ledger_let_only_grow(array[
    'fiscal_event', 'hand_over', 'opening_load',
    'dispute_event', 'payout_event', 'payout_left_line', 'residual_payment', 'residual_reversal',
    'reimbursement_document', 'reimbursement_step', 'reimbursement_authorization',
    'code_attempt', 'social_voucher', 'social_use', 'tender', 'tender_return', 'social_claim',
    'erasure', 'request_event'
]);

-- What people wrote or were called by goes when the law has it erased (wallet/retention); what was booked stays.
select ledger_let_words_go('reimbursement_document', array['name']);
select ledger_let_words_go('reimbursement_step', array['note', 'changes', 'on_behalf_of']);
select ledger_let_words_go('dispute_event', array['note', 'on_behalf_of']);
select ledger_let_words_go('residual_payment', array['account', 'reference']);
select ledger_let_words_go('tender', array['reference']);
select ledger_let_words_go('social_step', array['on_behalf_of']);
select ledger_let_words_go('request_event', array['note', 'on_behalf_of']);
select ledger_let_words_go('social_isee', array['dsu_protocol']);
