"""Every way in: command line, and later HTTP, pages and the scheduler."""
