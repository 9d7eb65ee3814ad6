"""The offices' room: the accountant's proof of the books, and what payroll pays, declares and hands over."""
