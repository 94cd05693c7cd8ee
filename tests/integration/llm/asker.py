"""A process that asks one question and then waits to be killed: ``python -m ... CONNINFO URL JOB CHUNK``."""

from __future__ import annotations

import asyncio
import signal
import sys
from uuid import UUID

from tests.local_model import PROMPT, TEXT, Reading, local_model

from docmill.database.connection import Database
from docmill.llm.models import CallContext


async def main(conninfo: str, url: str, job: str, chunk: str) -> None:
    with Database(conninfo, role="test") as database:
        model = local_model(database.pool, url)
        context = CallContext(job_id=UUID(job), chunk_id=int(chunk))
        answer = await model.ask(PROMPT, TEXT, Reading, context=context)
        sys.stdout.write(f"answered cached={answer.cached}\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
