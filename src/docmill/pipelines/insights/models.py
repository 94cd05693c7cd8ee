"""The shapes of the insights pipeline: what reading and profiling a table yield.

Those of one column are in ``column_models``, those of the published result in ``result_models``.

The table itself never leaves the process that reads it, so that it may be larger than memory; what is handed on is its
profile. Two functions make it; both run in the child process of a CPU step::

    # docmill.pipelines.insights.reading
    def read_table(
        path: Path, filename: str, options: TableOptions, tables: TableSettings, documents: DocumentSettings,
        password: str | None = None,
    ) -> AbstractContextManager[OpenTable]:
        '''Open a file as a table; raises DocumentError where it is none.'''

    # docmill.pipelines.insights.profiling
    def profile_table(table: OpenTable, tables: TableSettings) -> TableProfile:
        '''Compute what is known about the columns of a table.'''

``TableSettings`` is the part ``tables`` of ``docmill.settings.Settings``. JSON names are those of the documented
``result.json``: columns and evidence in snake case, everything else in camel case. A number that cannot be computed
(the mean of no values) is null; NaN and infinity never occur. Texts of cells in these shapes are masked: personal data
that was found in them is replaced by its kind, as in ``[EMAIL]``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from docmill.pipelines.insights.column_models import CamelShape, Cell, ColumnProfile, NumericStats, Shape

FileType = Literal["csv", "xlsx", "xls", "json", "parquet", "pdf"]
Severity = Literal["high", "medium", "low"]


class TableOptions(Shape):
    """How one file is read, where the user knows better than the rules.

    Attributes:
        sheet: Name of the sheet of a workbook; None takes the first one that is visible and holds a table.
        encoding: Encoding of a text file, by any name that Python knows; None finds it.
        delimiter: What parts the cells of a text file; None finds it.
        records: Where the records of a JSON file lie, as keys joined by dots (``data.items``); None finds them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    records: str | None = None


class Issue(CamelShape):
    """Something about the file or its content that the reader of the result must know.

    Attributes:
        code: Stable name of the kind of issue, in snake case (``bad_lines``, ``non_tabular_pdf``).
        severity: How much it may mislead.
        message: What is the case and what to do, without the content of cells.
        column: The column that it is about.
        count: How many lines, rows or cells it is about.
        lines: The first 20 lines of a text file, or rows of a sheet, that it is about, counted from 1.
    """

    code: str
    severity: Severity
    message: str
    column: str | None = None
    count: int = 0
    lines: list[int] = Field(default_factory=list)


class FileInfo(CamelShape):
    """The file, and how it was read.

    Attributes:
        name: Name of the file.
        rows: Rows of the table, without its header.
        cols: Columns of the table.
        type: Format, as found from the content.
        size_bytes: Size of the file.
        encoding: Encoding of a text file.
        delimiter: What parts the cells of a text file.
        header_line: Line or row of the header, counted from 1; None where the file names no columns.
        bad_lines: Lines that were kept out because they do not fit the table.
        sheet: Sheet that was read.
        sheets: All sheets of the workbook.
        records_path: Where the records of a JSON file were found, keys joined by dots; empty for the whole file.
        page: Page of a PDF on which the table begins, counted from 1.
        tables_found: Tables of the PDF.
        table_score: Score by which the table of the PDF was chosen.
    """

    name: str
    rows: int
    cols: int
    type: FileType
    size_bytes: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    bad_lines: int = 0
    sheet: str | None = None
    sheets: list[str] = Field(default_factory=list)
    records_path: str | None = None
    page: int | None = None
    tables_found: int | None = None
    table_score: float | None = None


class Correlation(CamelShape):
    """How two columns go together.

    Attributes:
        column_a: One of them.
        column_b: The other.
        method: ``pearson`` and ``spearman`` for two columns of numbers (-1 to 1), ``cramers_v`` for two of categories,
            ``correlation_ratio`` for categories and numbers (0 to 1).
        value: The coefficient.
        rows: Rows in which both have a value.
        sampled: Whether it was computed on a sample of the rows.
    """

    column_a: str
    column_b: str
    method: Literal["pearson", "spearman", "cramers_v", "correlation_ratio"]
    value: float
    rows: int
    sampled: bool = False


class TimePoint(Shape):
    """The rows of a period of time: how many, and the sum and the mean of the values."""

    period: str
    count: int
    sum: float | None = None
    mean: float | None = None


class Trend(CamelShape):
    """The straight line through the means of the periods (least squares).

    Attributes:
        slope_per_period: Change of the mean from one period to the next.
        r_squared: Share of the variance that the line explains, 0 to 1.
        relative_change: Change along the line from the first to the last period, as a share of its first value; None
            where that is nothing, or is below nothing and the last one above.
        direction: ``flat`` where the line explains less than 0.3.
        periods: Periods with values.
    """

    slope_per_period: float
    r_squared: float
    relative_change: float | None = None
    direction: Literal["up", "down", "flat"] = "flat"
    periods: int = 0


class Seasonality(CamelShape):
    """A pattern that repeats.

    Attributes:
        cycle: ``weekday`` (days), ``month_of_year`` (months) or ``quarter_of_year`` (quarters).
        strength: Share of the variance around the trend that the places in the cycle explain, 0 to 1.
        peak: Place with the highest mean (``Saturday``, ``July``, ``Q3``).
        trough: Place with the lowest mean.
        cycles: How many cycles the data covers.
    """

    cycle: Literal["weekday", "month_of_year", "quarter_of_year"]
    strength: float
    peak: str
    trough: str
    cycles: float


class TimeSeries(CamelShape):
    """The values of a column over a date column, by period.

    Attributes:
        date_column: Dates.
        value_column: Numbers; None counts the rows.
        grain: Length of a period: that of the dates, or the next longer one with which there are at most 400.
        points: The periods with rows, in order.
        trend: None with fewer than three periods.
        seasonality: None where the data covers fewer than two cycles.
    """

    date_column: str
    value_column: str | None
    grain: Literal["hour", "day", "week", "month", "quarter", "year"]
    points: list[TimePoint]
    trend: Trend | None = None
    seasonality: Seasonality | None = None


class Drift(CamelShape):
    """How the values of a column differ between the first and the last third of the rows.

    Attributes:
        column: The column.
        order: The date column that the rows were ordered by; None for their order in the file.
        psi: Population stability index, less what chance alone yields; below 0.1 small, from 0.25 large. A bin without
            rows counts for half a row.
        first_mean: Mean of the first third, of numbers.
        last_mean: Mean of the last third.
        first_missing: Share of missing cells in the first third.
        last_missing: Share of missing cells in the last third.
    """

    column: str
    order: str | None
    psi: float
    first_mean: float | None = None
    last_mean: float | None = None
    first_missing: float = 0.0
    last_missing: float = 0.0


class Duplicates(CamelShape):
    """Rows that repeat an earlier row in all columns; ``row_indices`` are the first 20 of them, counted from 0."""

    count: int = 0
    row_indices: list[int] = Field(default_factory=list)


class Kpis(CamelShape):
    """The figures of the whole table.

    Attributes:
        row_count: Rows.
        col_count: Columns.
        missing_count: Missing cells.
        num_duplicates: Rows that repeat an earlier one.
        numeric_stats: Figures of every column of numbers, by its name.
    """

    row_count: int
    col_count: int
    missing_count: int
    num_duplicates: int
    numeric_stats: dict[str, NumericStats] = Field(default_factory=dict)


class QualityTerm(CamelShape):
    """What is taken off the quality score, and why.

    Attributes:
        name: ``missing``, ``duplicates``, ``invalid`` or ``bad_lines``.
        share: Share of the cells or rows that it is about, 0 to 1.
        points: What is taken off.
        rule: How ``points`` follow from ``share``.
    """

    name: str
    share: float
    points: int
    rule: str


class Quality(CamelShape):
    """The quality score with its terms: ``score = max(0, 100 - sum of points)``."""

    score: int
    formula: str
    terms: list[QualityTerm] = Field(default_factory=list)


class TableProfile(CamelShape):
    """Everything that is known of a table.

    Attributes:
        file_info: The file.
        columns: Its columns, in order; ``schema`` in JSON.
        kpis: Figures of the whole table.
        cleaned_preview: The first 20 rows by column: dates in ISO 8601, null for missing cells, masked.
        quality: The quality score.
        duplicates: Rows that repeat.
        correlations: Strongest first; at most 200.
        time_series: For charts; the first date column with up to six columns of numbers.
        drift: Largest first, where the table has at least 60 rows.
        issues: What the reader must know.
        text_extract: At most 5,000 characters of a PDF without a table, masked.
    """

    file_info: FileInfo
    columns: list[ColumnProfile] = Field(default_factory=list, alias="schema")
    kpis: Kpis
    cleaned_preview: list[dict[str, Cell]] = Field(default_factory=list)
    quality: Quality
    duplicates: Duplicates = Duplicates()
    correlations: list[Correlation] = Field(default_factory=list)
    time_series: list[TimeSeries] = Field(default_factory=list)
    drift: list[Drift] = Field(default_factory=list)
    issues: list[Issue] = Field(default_factory=list)
    text_extract: str | None = None
