-- Fiscal events are facts for the tax: they are appended, and reversed by another, never changed. What happened to a
-- dispute, a payment or a reimbursement is history too, and so are what was brought, paid, handed over or given back.

select ledger_let_only_grow(array[
    'fiscal_event', 'hand_over', 'opening_load',
    'dispute_event', 'payout_event', 'payout_left_line', 'residual_payment', 'residual_reversal',
    'reimbursement_document', 'reimbursement_step', 'reimbursement_authorization',
    'code_attempt', 'redemption_batch', 'social_voucher', 'social_use', 'tender', 'tender_return', 'social_claim'
]);
