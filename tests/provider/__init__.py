"""A provider of language models for tests: a real HTTP server on loopback that can fail in every known way.

``with Provider(["429:2", "answer"]) as provider:`` starts one in a thread, ``python -m tests.provider``
one as a process. Each request takes the next entry of the script; after its end the last entry stays.
"""

from tests.provider.answers import fitting_content
from tests.provider.faults import FAULTS
from tests.provider.server import LoggedRequest, Provider, closed_port_url

__all__ = ["FAULTS", "LoggedRequest", "Provider", "closed_port_url", "fitting_content"]
