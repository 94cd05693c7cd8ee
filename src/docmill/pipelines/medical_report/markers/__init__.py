"""Laboratory results out of the text of a report, by rules."""

from docmill.pipelines.medical_report.markers.reader import read_markers
from docmill.pipelines.medical_report.markers.text_pages import pages_from_text

__all__ = ["pages_from_text", "read_markers"]
