"""The bare writer: XlsxWriter with constant memory, rows from nowhere; prints seconds and peak memory in MB."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import xlsxwriter

ROWS, PATH = int(sys.argv[1]), sys.argv[2]
start = time.perf_counter()
book = xlsxwriter.Workbook(PATH, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
sheet = book.add_worksheet()
day = book.add_format({"num_format": "yyyy-mm-dd"})
for number in range(1, ROWS + 1):
    sheet.write_datetime(number, 0, date(2026, 1 + number % 12, 1), day)
    sheet.write_string(number, 1, str(1_000_000 + number % 5_000))
    sheet.write_string(number, 2, "Réservation de lots et plans complémentaires en TR")
    sheet.write_string(number, 3, f"Prénom Nom{number % 31}")
    sheet.write_string(number, 4, "Prénom Nom0")
book.close()
status = Path("/proc/self/status").read_text()
# Not `ru_maxrss`, which counts what the parent had before this program was begun.
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(time.perf_counter() - start, int(peak) / 1024)
