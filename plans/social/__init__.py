"""Municipal social services: instruments, co-payment tariffs, and the applications of citizens."""
