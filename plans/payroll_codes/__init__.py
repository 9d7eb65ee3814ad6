"""
Which item of the payslip each benefit becomes: tables of one company, from a file or from a preset.

`reading` reads a table and refuses what nobody can have meant, `presets` are tables that come with the program,
`tables` keeps the ones a company loaded, month by month; `model` says which row a line of the export takes.
"""
