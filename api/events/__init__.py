"""What happened, told outside: to programs by webhooks, to people by mail, as each is let to know and wants to."""
