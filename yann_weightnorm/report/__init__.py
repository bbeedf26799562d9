"""Records -> tables, curves and one HTML page. Trains nothing."""

from yann_weightnorm.report.folders import compare_folders
from yann_weightnorm.report.page import Report, summary_table, write_report
from yann_weightnorm.report.study_page import write_page
from yann_weightnorm.report.summary import write_summary

__all__ = ["Report", "compare_folders", "summary_table", "write_page", "write_report",
           "write_summary"]
