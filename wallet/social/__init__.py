"""Money of municipal social services: vouchers, their use with the citizen's share, and partners' claims."""
