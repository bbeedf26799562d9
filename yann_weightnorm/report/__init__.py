"""Records -> tables, curves and one HTML page. Trains nothing."""

from yann_weightnorm.report.page import Report, summary_table, write_report

__all__ = ["Report", "summary_table", "write_report"]
