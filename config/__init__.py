"""What a process needs before it can run: settings, database, clock, identity, money, errors."""
