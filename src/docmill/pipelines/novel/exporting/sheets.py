"""Export to a new Google sheet, by the Sheets API v4."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import PurePath
from random import Random
from typing import Any
from urllib.parse import quote

from docmill.errors import BadAnswer, InvalidConfiguration, ProviderError
from docmill.pipelines.novel.exporting.interface import COLUMNS, rows
from docmill.pipelines.novel.library import StoredNovel
from docmill.resilience.clock import Clock
from docmill.resilience.http import HttpClient, raise_for_status
from docmill.resilience.retry import Backoff
from docmill.settings import GoogleSheetsSettings

_ROWS_PER_REQUEST = 2000
_ATTEMPTS = 4
_TAB = "sentences"


def _backoff() -> Backoff:
    return Backoff(initial=1.0, factor=2.0, maximum=30.0, random=Random())  # noqa: S311 - jitter


@dataclass(frozen=True)
class SheetExporter:
    """Writes a book to a new sheet of the token's owner.

    Attributes:
        settings: The token and the address of the API.
        clock: Waits between attempts.
    """

    settings: GoogleSheetsSettings
    clock: Clock = field(default_factory=Clock)

    def __call__(self, novel: StoredNovel) -> str:
        """Write the book and return the sheet's address.

        Raises:
            InvalidConfiguration: There is no token.
            ProviderError: Google refuses or fails, also after retries.
        """
        if self.settings.token is None:
            raise InvalidConfiguration("Google Sheets needs an OAuth access token in DOCMILL_GOOGLE_TOKEN.")
        return asyncio.run(self._export(novel, self.settings.token.get_secret_value()))

    async def _export(self, novel: StoredNovel, token: str) -> str:
        async with HttpClient(self.settings.url, headers={"Authorization": f"Bearer {token}"}) as client:
            sheet, address = await self._create(client, novel)
            # Cells go in as they are (RAW), so that none becomes a formula; each row has its place, so that
            # a request that is sent twice does no harm.
            table: list[list[Any]] = [list(COLUMNS), *(list(row) for row in rows(novel))]
            for first in range(0, len(table), _ROWS_PER_REQUEST):
                part = table[first : first + _ROWS_PER_REQUEST]
                place = quote(f"{_TAB}!A{first + 1}", safe="")
                path = f"/v4/spreadsheets/{quote(sheet, safe='')}/values/{place}?valueInputOption=RAW"
                await self._put(client, path, {"values": part})
        return address

    async def _create(self, client: HttpClient, novel: StoredNovel) -> tuple[str, str]:
        """Make the sheet; not tried again, since a lost answer may have made one."""
        size = {"rowCount": len(novel.sentences) + 1, "columnCount": len(COLUMNS), "frozenRowCount": 1}
        body = {
            "properties": {"title": PurePath(novel.filename).stem},
            "sheets": [{"properties": {"title": _TAB, "gridProperties": size}}],
        }
        answer = await client.send(
            "POST", "/v4/spreadsheets", json=body, deadline_seconds=self.settings.deadline_seconds
        )
        raise_for_status(answer)
        created = answer.json()
        try:
            return str(created["spreadsheetId"]), str(created["spreadsheetUrl"])
        except (KeyError, TypeError):
            raise BadAnswer(f"{client.provider} did not say where the new sheet is.") from None

    async def _put(self, client: HttpClient, path: str, body: dict[str, Any]) -> None:
        backoff = _backoff()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = await client.send("PUT", path, json=body, deadline_seconds=self.settings.deadline_seconds)
                raise_for_status(answer)
            except ProviderError as error:
                if not error.kind.retried or attempt == _ATTEMPTS:
                    raise
                await self.clock.sleep(max(error.retry_after or 0.0, backoff.delay(attempt)))
            else:
                return
