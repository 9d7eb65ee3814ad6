-- What was signed, loaded, agreed, decided or attested stays: these tables refuse every change but an insert.

select ledger_let_only_grow(array[
    'rule_signoff', 'rule_signature', 'rule_signature_withdrawal', 'payroll_table', 'payroll_table_item',
    'bonus_agreement', 'payroll_load',
    'social_tariff', 'entrusted_service', 'social_step', 'social_isee'
]);
