"""
Performance bonuses (premio di risultato, PDR): what a worker may take as welfare instead of cash, and what it is worth.

`rules` says what holds on a day, `simulation` compares cash and welfare to the cent, `agreements` keeps the agreement
and its deposit, `offers` what workers may choose about by themselves and until when, `outlook` what each share would
be, `choices` the workers' dated choices, `proof` lists what the employer must keep. The credit that follows a choice is
granted by `wallet.conversions`.
"""
