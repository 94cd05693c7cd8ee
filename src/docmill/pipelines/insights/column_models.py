"""What is known of one column, and the ground that all shapes of the insights pipeline stand on."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

InferredType = Literal["boolean", "integer", "numeric", "datetime", "categorical", "text", "complex"]
Cell = str | int | float | bool | None

# What a column of dates tells apart at most; hours are not told from seconds.
DateUnit = Literal["second", "day", "week", "month", "quarter", "year"]

NUMERIC_TYPES: frozenset[str] = frozenset({"integer", "numeric"})


class Shape(BaseModel):
    """A shape whose JSON names are its own names."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True, ser_json_inf_nan="null")


class CamelShape(Shape):
    """A shape whose JSON names are in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


class ValueCount(Shape):
    """How often a value occurs; ``share`` is of the cells that are not missing, 0 to 1."""

    value: Cell
    count: int
    share: float


class HistogramBin(Shape):
    """How many values lie from ``low`` on and below ``high``; the last bin of a histogram includes ``high``.

    Of dates, the borders are ISO 8601 texts.
    """

    low: float | str
    high: float | str
    count: int


class Outliers(Shape):
    """Values beyond Tukey's fences: ``fence_factor`` interquartile ranges below the first or above the third quartile.

    Attributes:
        count: How many.
        low_fence: Values below are outliers.
        high_fence: Values above are outliers.
        row_indices: The rows of the ten that lie farthest out, counted from 0.
        values: Those ten values.
        fence_factor: Always 1.5.
    """

    count: int
    low_fence: float
    high_fence: float
    row_indices: list[int] = []
    values: list[float] = []
    fence_factor: float = 1.5


class NumericStats(CamelShape):
    """Figures of a column of numbers; missing and invalid cells do not count.

    Attributes:
        count: Cells with a number.
        sum: Their sum.
        mean: Their mean.
        min: Smallest.
        max: Largest.
        std: Standard deviation of the sample (divided by n - 1).
        median: Half lie below.
        variance: Square of ``std``.
        skewness: Adjusted Fisher-Pearson skewness of the sample.
        kurtosis: Excess kurtosis of the sample, bias corrected.
        mad: Median of the absolute deviations from the median.
        cv: Coefficient of variation, ``std / mean``.
        range: ``max - min``.
        iqr: Third less first quartile.
        zeros: Cells that are 0.
        negatives: Cells below 0.
        quantiles: Values at 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, interpolated linearly, by their share as text.
        exact: Whether median, quantiles, iqr and mad are exact; otherwise they are estimated, ``mad`` by a sample.
        monotonic: How the values change from row to row.
    """

    count: int
    sum: float | None = None
    mean: float | None = None
    min: float | None = None
    max: float | None = None
    std: float | None = None
    median: float | None = None
    variance: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    mad: float | None = None
    cv: float | None = None
    range: float | None = None
    iqr: float | None = None
    zeros: int = 0
    negatives: int = 0
    quantiles: dict[str, float] = {}
    exact: bool = True
    monotonic: Literal["constant", "increasing", "decreasing", "no"] = "no"


class TextStats(Shape):
    """Lengths of the texts of a column in code points; ``words`` is their mean number, in at most 20,000 rows."""

    min_length: int
    max_length: int
    mean_length: float
    words: float


class DateStats(Shape):
    """The dates of a column, as ISO 8601 texts; times with a zone were turned to UTC.

    Attributes:
        min: Earliest.
        max: Latest.
        format: How they are written, in the letters of ``strptime``; ``iso`` for ISO 8601, ``quarter`` for 2024Q1,
            ``week`` for 2024-W07; ``day name year``, ``name short year`` and the like where a month has a name in
            some language. What is longer than a day stands for its first day.
        span_days: Days from the earliest to the latest.
        grain: The coarsest unit on whose beginnings all of them fall: midnights, Mondays, firsts of months and so on.
    """

    min: str
    max: str
    format: str = "iso"
    span_days: float = 0.0
    grain: DateUnit = "day"


class ColumnProfile(Shape):
    """What is known of a column.

    Attributes:
        name: As the header says; a missing name is ``column_3``, a repeated one gets ``_2``.
        inferred_type: By the rules of ``column_types``.
        missing_count: Cells that hold nothing, or a mark for nothing (``NA``, ``-``).
        missing_share: Of all rows, 0 to 1.
        invalid_count: Cells whose text does not fit the type (``abc`` among numbers); they count as not missing, and
            take part in no figure.
        unique_count: Different values.
        unique_exact: Whether ``unique_count`` is exact.
        unique_error: Relative standard error where it is not.
        sample_values: The first three different values, masked.
        unit: What stood beside all numbers: ``%`` or a currency.
        decimal: Decimal mark of the numbers, ``.`` or ``,``.
        constant: Whether there is one value only.
        identifier: Whether each row has a value of its own and the values only name the rows.
        numeric: Figures of numbers.
        dates: Figures of dates.
        text: Lengths of texts.
        histogram: Of numbers and dates; at most 20 bins of equal width.
        top_values: Most frequent values, masked.
        top_values_exact: Whether their counts are exact.
        outliers: Of numbers.
        personal: Kinds of personal data that were found in it (``EMAIL``), by the share of cells, 0 to 1.
    """

    name: str
    inferred_type: InferredType
    missing_count: int
    unique_count: int
    sample_values: list[Cell] = []
    missing_share: float = 0.0
    invalid_count: int = 0
    unique_exact: bool = True
    unique_error: float | None = None
    unit: str | None = None
    decimal: str | None = None
    constant: bool = False
    identifier: bool = False
    numeric: NumericStats | None = None
    dates: DateStats | None = None
    text: TextStats | None = None
    histogram: list[HistogramBin] = []
    top_values: list[ValueCount] = []
    top_values_exact: bool = True
    outliers: Outliers | None = None
    personal: dict[str, float] = {}
