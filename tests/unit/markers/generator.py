"""Reports made at random: eight languages, columns in any order, many styles of ranges and flags, five layouts.

What is drawn by lot here is drawn apart from the reader: words and styles are chosen from what laboratories print, and
a report's results are known because they were made first.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.unit.markers.rows import Result

Analyte = tuple[str, str, float, float, int]


@dataclass(frozen=True)
class Language:
    """How laboratories of a language print.

    Attributes:
        heads: Headings by role.
        analytes: Name, unit, lower and upper end of the range, decimals.
        below: Words before an upper limit.
        above: Words before a lower limit.
        to: Words between the ends of a range.
        flags: Words for high and low.
        metadata: Lines above the table.
        sections: Headings of sections.
        comma: Whether decimals have a comma.
    """

    heads: dict[str, tuple[str, ...]]
    analytes: tuple[Analyte, ...]
    below: tuple[str, ...]
    above: tuple[str, ...]
    to: tuple[str, ...]
    flags: dict[str, tuple[str, ...]]
    metadata: tuple[str, ...]
    sections: tuple[str, ...]
    comma: bool = True


@dataclass(frozen=True)
class Style:
    """The choices of one report.

    Attributes:
        language: Its language.
        layout: ``table``, ``pipes``, ``tabs``, ``cards``, ``cells`` or ``lines``.
        order: The columns after the name.
        flags: How flags are printed.
        range_form: How two-sided ranges are printed.
        limits_in_words: Whether one-sided limits are printed in words.
        unit_place: ``column``, ``value`` or ``range``.
        previous: Whether there is a column of previous results.
    """

    language: str
    layout: str
    order: tuple[str, ...]
    flags: str
    range_form: str
    limits_in_words: bool
    unit_place: str
    previous: bool


@dataclass(frozen=True)
class Item:
    """One result to print; ``low`` or ``high`` is None where the range is open."""

    analyte: Analyte
    value: float
    comparator: str
    low: float | None
    high: float | None

    @property
    def state(self) -> str:
        """``H``, ``L`` or empty, from value and range."""
        if self.high is not None and self.value > self.high:
            return "H"
        return "L" if self.low is not None and self.value < self.low else ""


LANGUAGES: dict[str, Language] = {
    "en": Language(
        heads={
            "name": ("Test", "Test Name", "Analyte", "Component", "Investigation"),
            "result": ("Result", "Value", "Results", "Observed Value", "Your Value"),
            "unit": ("Units", "Unit", "UOM"),
            "range": ("Reference Range", "Reference Interval", "Normal Range", "Bio. Ref. Interval", "Ref. Range"),
            "flag": ("Flag", "Abnormal", "Status"),
            "previous": ("Previous Result", "Prior", "Last Result"),
        },
        analytes=(
            ("White Blood Cells", "10^3/uL", 4.0, 11.0, 1),
            ("Hemoglobin", "g/dL", 12.0, 16.0, 1),
            ("Platelet Count", "10^3/uL", 150, 400, 0),
            ("Glucose, Fasting", "mg/dL", 70, 99, 0),
            ("Creatinine", "mg/dL", 0.6, 1.2, 2),
            ("Sodium", "mmol/L", 135, 145, 0),
            ("TSH", "mIU/L", 0.40, 4.50, 2),
            ("Vitamin B12", "pg/mL", 200, 900, 0),
            ("Alkaline Phosphatase", "U/L", 40, 130, 0),
            ("Obscurin Ab, IgG", "AU/mL", 1.0, 9.5, 1),
        ),
        below=("up to", "below", "less than"),
        above=("above", "greater than"),
        to=("to",),
        flags={"H": ("High",), "L": ("Low",)},
        metadata=("Patient: [PERSON_1]    DOB: [DATE_OF_BIRTH_1]", "Collected: 14/02/2025 07:30", "Page 1 of 1"),
        sections=("HAEMATOLOGY", "Chemistry", "Other Tests"),
        comma=False,
    ),
    "de": Language(
        heads={
            "name": ("Untersuchung", "Analyse", "Parameter", "Bezeichnung"),
            "result": ("Ergebnis", "Wert", "Messwert"),
            "unit": ("Einheit", "Dimension"),
            "range": ("Referenzbereich", "Normbereich", "Normalwerte", "Ref.-Bereich"),
            "flag": ("Hinweis", "Bewertung"),
            "previous": ("Vorwert", "Vorbefund"),
        },
        analytes=(
            ("Leukozyten", "/nl", 4.0, 10.0, 1),
            ("Hämoglobin", "g/dl", 12.0, 16.0, 1),
            ("Thrombozyten", "/nl", 150, 400, 0),
            ("Kalium", "mmol/l", 3.5, 5.1, 1),
            ("Kreatinin", "mg/dl", 0.50, 0.90, 2),
            ("Gesamteiweiß", "g/dl", 6.4, 8.3, 1),
            ("GPT (ALT)", "U/l", 10, 35, 0),
            ("Ferritin", "µg/l", 15, 150, 0),
            ("TSH basal", "mU/l", 0.30, 4.20, 2),
            ("Xylomarker-AK", "U/ml", 0.5, 10.0, 1),
        ),
        below=("bis", "unter", "kleiner als"),
        above=("ab", "über", "größer als"),
        to=("bis",),
        flags={"H": ("erhöht",), "L": ("erniedrigt",)},
        metadata=("Patient: [PERSON_1]    geb.: [DATE_OF_BIRTH_1]", "Entnahme: 14.02.2025", "Seite 1 von 1"),
        sections=("Blutbild", "Klinische Chemie", "Sonstiges"),
    ),
    "fr": Language(
        heads={
            "name": ("Analyse", "Examen", "Paramètre"),
            "result": ("Résultat", "Valeur", "Résultats"),
            "unit": ("Unité", "Unités"),
            "range": ("Valeurs de référence", "Valeurs usuelles", "Normes", "Intervalle de référence"),
            "flag": ("Anomalie", "Interprétation"),
            "previous": ("Antériorité", "Antérieur", "Résultat antérieur"),
        },
        analytes=(
            ("Leucocytes", "G/L", 4.0, 10.0, 1),
            ("Hémoglobine", "g/dL", 12.0, 16.0, 1),
            ("Plaquettes", "G/L", 150, 400, 0),
            ("Glycémie à jeun", "g/L", 0.70, 1.10, 2),
            ("Créatinine", "µmol/L", 45, 84, 0),
            ("Cholestérol HDL", "g/L", 0.40, 0.90, 2),
            ("Protéine C réactive", "mg/L", 0.5, 5.0, 1),
            ("Ferritine", "µg/L", 15, 150, 0),
            ("TSH", "mUI/L", 0.27, 4.20, 2),
            ("Anticorps anti-zéta", "UI/mL", 1.0, 10.0, 1),
        ),
        below=("Inf. à", "inférieur à", "jusqu'à"),
        above=("Sup. à", "supérieur à"),
        to=("à",),
        flags={"H": ("élevé",), "L": ("bas",)},
        metadata=("Mme [PERSON_1]    Née le [DATE_OF_BIRTH_1]", "Prélèvement du 14/02/2025 à 08h10", "Page 1"),
        sections=("HÉMATOLOGIE", "BIOCHIMIE", "DIVERS"),
    ),
    "es": Language(
        heads={
            "name": ("Prueba", "Determinación", "Análisis", "Parámetro"),
            "result": ("Resultado", "Valor"),
            "unit": ("Unidades", "Unidad"),
            "range": ("Valores de referencia", "Intervalo de referencia", "Rango de referencia"),
            "flag": ("Alerta", "Indicador"),
            "previous": ("Resultado anterior", "Anterior"),
        },
        analytes=(
            ("Leucocitos", "10^3/µL", 4.0, 11.0, 1),
            ("Hemoglobina", "g/dL", 12.0, 16.0, 1),
            ("Plaquetas", "10^3/µL", 150, 400, 0),
            ("Glucosa", "mg/dL", 70, 100, 0),
            ("Creatinina", "mg/dL", 0.50, 0.90, 2),
            ("Colesterol total", "mg/dL", 120, 200, 0),
            ("GPT (ALT)", "U/L", 5, 35, 0),
            ("Ferritina", "ng/mL", 15, 150, 0),
            ("TSH", "µUI/mL", 0.27, 4.20, 2),
            ("Anticuerpos anti-omega", "U/mL", 1.0, 10.0, 1),
        ),
        below=("hasta", "menor de", "inferior a"),
        above=("mayor de", "superior a"),
        to=("a",),
        flags={"H": ("ALTO", "elevado"), "L": ("BAJO", "disminuido")},
        metadata=("Paciente: [PERSON_1]    Fecha de nacimiento: [DATE_OF_BIRTH_1]", "Fecha de extracción: 14/02/2025"),
        sections=("HEMATOLOGÍA", "BIOQUÍMICA", "OTROS"),
    ),
    "it": Language(
        heads={
            "name": ("Esame", "Analisi", "Descrizione esame"),
            "result": ("Risultato", "Esito", "Valore"),
            "unit": ("U.M.", "Unità di misura"),
            "range": ("Valori di riferimento", "Intervallo di riferimento", "Val. di riferimento"),
            "flag": ("Segnalazione", "Stato"),
            "previous": ("Precedente", "Esito precedente"),
        },
        analytes=(
            ("Leucociti", "10^3/µL", 4.0, 10.0, 1),
            ("Emoglobina", "g/dL", 12.0, 16.0, 1),
            ("Piastrine", "10^3/µL", 150, 400, 0),
            ("Glicemia", "mg/dL", 70, 100, 0),
            ("Creatinina", "mg/dL", 0.50, 0.90, 2),
            ("Colesterolo totale", "mg/dL", 120, 200, 0),
            ("Gamma GT", "U/L", 5, 40, 0),
            ("Sideremia", "µg/dL", 50, 170, 0),
            ("TSH", "mUI/L", 0.27, 4.20, 2),
            ("Anticorpi anti-lambda", "U/mL", 1.0, 10.0, 1),
        ),
        below=("fino a", "inferiore a"),
        above=("superiore a", "maggiore di"),
        to=("a",),
        flags={"H": ("alto", "elevato"), "L": ("basso",)},
        metadata=("Paziente: [PERSON_1]    Nata il [DATE_OF_BIRTH_1]", "Data prelievo: 14/02/2025"),
        sections=("EMOCROMO", "CHIMICA CLINICA", "ALTRI ESAMI"),
    ),
    "pl": Language(
        heads={
            "name": ("Badanie", "Nazwa badania", "Parametr"),
            "result": ("Wynik", "Wartość"),
            "unit": ("Jednostka", "Jedn."),
            "range": ("Zakres referencyjny", "Wartości referencyjne", "Norma"),
            "flag": ("Flaga", "Ocena"),
            "previous": ("Poprzedni wynik", "Poprzednio"),
        },
        analytes=(
            ("Leukocyty", "tys/µl", 4.0, 10.0, 1),
            ("Hemoglobina", "g/dl", 12.0, 16.0, 1),
            ("Płytki krwi", "tys/µl", 150, 400, 0),
            ("Glukoza", "mg/dl", 70, 99, 0),
            ("Kreatynina", "mg/dl", 0.50, 0.90, 2),
            ("Cholesterol całkowity", "mg/dl", 115, 190, 0),
            ("ALT", "U/l", 5, 35, 0),
            ("Ferrytyna", "ng/ml", 15, 150, 0),
            ("TSH", "µIU/ml", 0.27, 4.20, 2),
            ("Przeciwciała anty-sigma", "U/ml", 1.0, 10.0, 1),
        ),
        below=("do", "poniżej"),
        above=("od", "powyżej"),
        to=("do",),
        flags={"H": ("podwyższony",), "L": ("obniżony",)},
        metadata=("Pacjent: [PERSON_1]    Data urodzenia: [DATE_OF_BIRTH_1]", "Data pobrania: 2025-02-14"),
        sections=("Morfologia krwi", "Biochemia", "Inne"),
    ),
    "nl": Language(
        heads={
            "name": ("Bepaling", "Onderzoek", "Omschrijving"),
            "result": ("Uitslag", "Resultaat", "Waarde"),
            "unit": ("Eenheid",),
            "range": ("Referentiewaarden", "Normaalwaarden", "Referentiegebied"),
            "flag": ("Vlag", "Markering"),
            "previous": ("Vorige uitslag", "Vorige"),
        },
        analytes=(
            ("Leukocyten", "10^9/L", 4.0, 10.0, 1),
            ("Hemoglobine", "mmol/L", 7.5, 10.0, 1),
            ("Trombocyten", "10^9/L", 150, 400, 0),
            ("Glucose nuchter", "mmol/L", 4.0, 6.1, 1),
            ("Creatinine", "µmol/L", 50, 100, 0),
            ("Totaal eiwit", "g/L", 60, 80, 0),
            ("ALAT", "U/L", 5, 45, 0),
            ("Ferritine", "µg/L", 20, 250, 0),
            ("TSH", "mU/L", 0.40, 4.00, 2),
            ("Anti-thèta antistoffen", "U/mL", 1.0, 10.0, 1),
        ),
        below=("tot", "lager dan", "kleiner dan"),
        above=("vanaf", "hoger dan", "groter dan"),
        to=("tot",),
        flags={"H": ("verhoogd",), "L": ("verlaagd",)},
        metadata=("Naam: [PERSON_1]    Geboortedatum: [DATE_OF_BIRTH_1]", "Afnamedatum: 14-02-2025"),
        sections=("Hematologie", "Klinische chemie", "Overig"),
    ),
    "uk": Language(
        heads={
            "name": ("Показник", "Назва дослідження", "Дослідження"),
            "result": ("Результат", "Значення"),
            "unit": ("Од. вим.", "Одиниці виміру"),
            "range": ("Референтні значення", "Норма", "Референтний інтервал"),
            "flag": ("Позначка", "Оцінка"),
            "previous": ("Попередній результат",),
        },
        analytes=(
            ("Лейкоцити", "10^9/л", 4.0, 9.0, 1),
            ("Гемоглобін", "г/л", 120, 160, 0),
            ("Тромбоцити", "10^9/л", 180, 320, 0),
            ("Глюкоза", "ммоль/л", 3.9, 6.1, 1),
            ("Креатинін", "мкмоль/л", 53, 97, 0),
            ("Загальний білок", "г/л", 64, 83, 0),
            ("АЛТ", "Од/л", 5, 35, 0),
            ("Феритин", "нг/мл", 15, 150, 0),
            ("ТТГ", "мкМО/мл", 0.40, 4.00, 2),
            ("Антитіла до дзета", "Од/мл", 1.0, 10.0, 1),
        ),
        below=("до", "менше", "нижче"),
        above=("від", "більше", "понад"),
        to=("до",),
        flags={"H": ("підвищений",), "L": ("знижений",)},
        metadata=("Пацієнт: [PERSON_1]    Дата народження: [DATE_OF_BIRTH_1]", "Дата забору: 14.02.2025"),
        sections=("Загальний аналіз крові", "Біохімія", "Інше"),
    ),
}

LAYOUTS = ("table", "table", "table", "pipes", "tabs", "cards", "cells", "lines")
FLAGS = ("none", "letter", "letter column", "star", "star before", "arrow", "word", "word column", "plus minus")
RANGES = ("{} - {}", "{}-{}", "({} - {})", "[{} - {}]", "{} – {}", "({}-{})", "words")


class Report:
    """A report made at random.

    Args:
        seed: The same seed makes the same report.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.style = self._choose()
        self.language = LANGUAGES[self.style.language]
        count = self._random.randint(5, len(self.language.analytes))
        self.items = [self._item(analyte) for analyte in self._random.sample(self.language.analytes, count)]
        self.text = self._print()

    def expected(self) -> list[Result]:
        """Return what the report states."""
        return [self._expected(item) for item in self.items]

    def _choose(self) -> Style:
        choose = self._random.choice
        layout = choose(LAYOUTS)
        table = layout in ("table", "pipes", "tabs")
        flags = choose(FLAGS if table else [flag for flag in FLAGS if "column" not in flag])
        unit_place = choose(("column", "column", "value", "range")) if table else "value"
        previous = table and self._random.random() < 0.4
        order = ["result", "range"]
        order += ["unit"] * (unit_place == "column") + ["previous"] * previous + ["flag"] * ("column" in flags)
        self._random.shuffle(order)
        return Style(
            language=choose(tuple(LANGUAGES)),
            layout=layout,
            order=tuple(order),
            flags=flags,
            range_form=choose(RANGES),
            limits_in_words=self._random.random() < 0.5,
            unit_place=unit_place,
            previous=previous,
        )

    def _item(self, analyte: Analyte) -> Item:
        _, _, low, high, decimals = analyte
        position = self._random.choice((-0.3, 0.3, 0.5, 0.8, 1.4))
        value = round(max(low + (high - low) * position, 10**-decimals), decimals)
        side = self._random.random()
        comparator = "<" if side > 0.95 else ""
        return Item(analyte, value, comparator, None if side < 0.15 else low, None if 0.15 <= side < 0.3 else high)

    def _expected(self, item: Item) -> Result:
        name, unit, *_ = item.analyte
        return Result(name, f"{item.comparator}{item.value:.10g}", unit, item.low, item.high, self._flag(item))

    def _flag(self, item: Item) -> str | None:
        if not item.state or self.style.flags == "none":
            return None
        return "A" if "star" in self.style.flags else item.state

    def _number(self, value: float, decimals: int) -> str:
        printed = f"{value:.{decimals}f}"
        return printed.replace(".", ",") if self.language.comma else printed

    def _range(self, item: Item) -> str:
        decimals = item.analyte[4]
        low, high = (None if end is None else self._number(end, decimals) for end in (item.low, item.high))
        if low is not None and high is not None:
            if self.style.range_form == "words":
                return f"{low} {self._random.choice(self.language.to)} {high}"
            return self.style.range_form.format(low, high)
        words, sign = (self.language.below, "<") if low is None else (self.language.above, ">")
        limit = high if low is None else low
        return f"{self._random.choice(words)} {limit}" if self.style.limits_in_words else f"{sign} {limit}"

    def _mark(self, item: Item) -> str:
        state = item.state
        if not state:
            return ""
        signs = {
            "letter": state,
            "letter column": state,
            "star": "*",
            "star before": "*",
            "arrow": "↑" if state == "H" else "↓",
            "plus minus": "+" if state == "H" else "-",
        }
        return signs.get(self.style.flags) or self._random.choice(self.language.flags[state])

    def _value(self, item: Item, unit: bool) -> str:
        number = f"{item.comparator}{self._number(item.value, item.analyte[4])}"
        if unit:
            number = f"{number} {item.analyte[1]}"
        mark = self._mark(item) if self.style.flags not in ("none", "letter column", "word column") else ""
        if not mark:
            return number
        return f"{mark} {number}" if self.style.flags == "star before" else f"{number} {mark}"

    def _cell(self, role: str, item: Item) -> str:
        if role == "unit":
            return item.analyte[1]
        if role == "flag":
            return self._mark(item)
        if role == "previous":
            return self._number(round(item.value * 1.07, item.analyte[4]), item.analyte[4])
        if role == "range":
            suffix = f" {item.analyte[1]}" if self.style.unit_place == "range" else ""
            return self._range(item) + suffix
        return self._value(item, self.style.unit_place == "value")

    def _print(self) -> str:
        lines = [*self.language.metadata, ""]
        lines += self._records() if self.style.layout in ("cards", "cells", "lines") else self._table()
        return "\n".join(lines) + "\n"

    def _table(self) -> list[str]:
        choose = self._random.choice
        roles = ("name", *self.style.order)
        rows = [[choose(self.language.heads[role]) for role in roles]]
        rows += [[item.analyte[0], *(self._cell(role, item) for role in self.style.order)] for item in self.items]
        if self.style.layout == "tabs":
            return ["\t".join(row) for row in rows]
        if self.style.layout == "pipes":
            return [f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(roles), *rows[1:])]
        return self._fixed_width(rows)

    def _fixed_width(self, rows: list[list[str]]) -> list[str]:
        gap = self._random.randint(2, 6)
        right = self._random.random() < 0.3
        widths = [max(len(row[place]) for row in rows) + gap for place in range(len(rows[0]))]
        result = 1 + self.style.order.index("result")
        lines = [
            "".join(
                (cell.rjust(width - gap) + " " * gap if right and place == result else cell.ljust(width))
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        for position in sorted(self._random.sample(range(1, len(lines)), 2), reverse=True):
            lines.insert(position, self._random.choice(self.language.sections))
        return lines

    def _records(self) -> list[str]:
        lines: list[str] = []
        for item in self.items:
            value, limits = self._value(item, unit=True), self._range(item)
            if self.style.layout == "cards":
                result, reference = self.language.heads["result"][0], self.language.heads["range"][0]
                lines += [item.analyte[0], f"{result}: {value}", f"{reference}: {limits}", ""]
            elif self.style.layout == "cells":
                lines += [item.analyte[0], value, limits, ""]
            else:
                lines.append(f"{item.analyte[0]}: {value} ({limits.strip('()[]')})")
        return lines
