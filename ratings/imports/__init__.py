"""Lists that come back: read → check → preview → apply, all or nothing (issue „Excel both ways“, point 3).

`table` finds the sheet, its headings and rows, `data` and `reports` check what was changed in it, `report_workbook` writes the list
that a unit takes along, `applying` writes what was checked.
"""
