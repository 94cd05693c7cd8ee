"""A typed hospital report that went through a scanner: the file holds a picture and no text."""

from __future__ import annotations

import random
from io import BytesIO

import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

_DOTS_PER_INCH = 150

BLOOD_COUNT = Panel(
    "HEMATOLOGY",
    (
        Result("Hemoglobin", "718-7", "118", "g/L", "120", "160", "LO"),
        Result("Hematocrit", "4544-3", "0.36", "L/L", "0.36", "0.48"),
        Result("Leukocytes", "6690-2", "14.2", "10*9/L", "4.0", "11.0", "HI"),
        Result("Platelets", "777-3", "261", "10*9/L", "150", "400"),
        Result("Neutrophils", "751-8", "11.3", "10*9/L", "2.0", "7.5", "HI"),
    ),
    specimen="blood",
)
CHEMISTRY = Panel(
    "CHEMISTRY",
    (
        Result("Sodium", "2951-2", "133", "mmol/L", "135", "145", "LO"),
        Result("Potassium", "2823-3", "4.1", "mmol/L", "3.5", "5.0"),
        Result("Chloride", "2075-0", "101", "mmol/L", "98", "107"),
        Result("Creatinine", "14682-9", "88", "umol/L", "45", "90"),
        Result("Glucose Random", None, "7.9", "mmol/L", "3.6", "11.0"),
        Result("Albumin", "1751-7", "33", "g/L", "35", "50", "LO"),
        Result("C-Reactive Protein", "1988-5", "96.4", "mg/L", high="8.0", flag="HI"),
        Result("Lactate Dehydrogenase", "2532-0", "231", "U/L", "120", "250"),
        Result("Magnesium", "2601-3", "0.74", "mmol/L", "0.70", "1.00"),
    ),
)


def draw(report: Report) -> bytes:
    """Draw the typed page, and return a PDF with a picture of it."""
    sheet = Sheet("Typed report", font="Courier")
    sheet.text(297, 60, "COLDWATER RIVER REGIONAL HOSPITAL", 14, bold=True, align="centre")
    sheet.text(297, 76, "Laboratory Medicine    220 Birch Ave, Nelson BC V1L 5X5", 10, align="centre")
    sheet.text(297, 90, "Phone 250-555-0125    Fax 250-555-0126", 10, align="centre")
    sheet.rule(50, 545, 100, 1)
    lines = (
        "Patient: MACALLISTER, FIONA JEAN       Sex: F",
        "Birth Date: 1962-04-30                 Age: 64 years",
        "PHN: 9876 543 218                      Chart No: CR118204",
        "Address: 1411 Silver King Rd, Nelson BC V1L 1C9",
        "Phone: 250-555-0177                    Ward: 3 West, Bed 12B",
        "Ordered by: Dr. Gurpreet Sandhu        Accession: H26-55018",
        "Collected: 2026-05-07 06:10            Reported: 2026-05-07 08:47",
    )
    sheet.lines(50, 120, lines, 11, 16)
    sheet.rule(50, 545, 226, 1)
    top = 250.0
    for x, title in ((50, "TEST"), (235, "RESULT"), (310, "FLAG"), (360, "UNITS"), (445, "REFERENCE")):
        sheet.text(x, top, title, 11, bold=True)
    top += 22
    for panel in report.panels:
        sheet.text(50, top, panel.title, 11, bold=True)
        top += 18
        for result in panel.results:
            for x, words in (
                (60, result.name), (235, result.value), (310, result.flag), (360, result.unit), (445, report.range_of(result)),
            ):  # fmt: skip
                sheet.text(x, top, words, 11)
            top += 17
        top += 10
    remarks = (
        "Comment: Left shift noted. Blood cultures taken. Critical values",
        "none. Telephoned to Nurse Kowalczyk at 08:30. Mrs. Macallister is",
        "known to Dr. Sandhu. Please repeat CRP in 48 hours.",
    )
    sheet.lines(50, top + 6, remarks, 11, 16)
    sheet.text(50, 800, "Verified by: R. Thibodeau, MLT              Page 1 of 1", 10)
    return _scan(sheet.finish())


def _scan(typed: bytes) -> bytes:
    """Return a PDF with a slightly turned, noisy picture of the first page."""
    page = pypdfium2.PdfDocument(typed)[0]
    picture = page.render(scale=_DOTS_PER_INCH / 72, grayscale=True).to_pil().convert("L")
    picture = picture.rotate(0.6, resample=Image.Resampling.BICUBIC, fillcolor=255)
    grain = _grain(picture.size)
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(0.5)), grain, 0.08)
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=52)
    jpeg.seek(0)
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=0)
    canvas.setTitle("Scan")
    canvas.drawImage(ImageReader(jpeg), 0, 0, *A4)
    canvas.save()
    return buffer.getvalue()


def _grain(size: tuple[int, int]) -> Image.Image:
    """Return a picture of evenly random grey, the same at every run."""
    return Image.frombytes("L", size, random.Random(20261122).randbytes(size[0] * size[1]))


REPORT = Report(
    "scanned_hospital.pdf",
    "typed sheet as a picture of 150 dots per inch, turned by half a degree, with grain",
    "en",
    "2026-05-07",
    (
        Identifier("PERSON", "MACALLISTER, FIONA JEAN"),
        Identifier("PERSON", "Macallister"),
        Identifier("DATE_OF_BIRTH", "1962-04-30"),
        Identifier("NATIONAL_ID", "9876 543 218"),
        Identifier("MRN", "CR118204"),
        Identifier("ADDRESS", "1411 Silver King Rd, Nelson BC V1L 1C9"),
        Identifier("PHONE", "250-555-0177"),
        Identifier("PHONE", "250-555-0125"),
        Identifier("PHONE", "250-555-0126"),
        Identifier("PERSON", "Gurpreet Sandhu"),
        Identifier("PERSON", "Sandhu"),
        Identifier("ACCESSION", "H26-55018"),
        Identifier("PERSON", "Kowalczyk"),
        Identifier("PERSON", "R. Thibodeau"),
    ),
    (BLOOD_COUNT, CHEMISTRY),
    draw,
)
