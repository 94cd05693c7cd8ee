"""The provider as a process: prints its address, then one line of JSON a request."""

from __future__ import annotations

import argparse
import json
import signal

from tests.provider.faults import FAULTS
from tests.provider.server import LoggedRequest, Provider


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on loopback; 0 takes a free one")
    parser.add_argument(
        "--script",
        default="answer",
        help=f"what happens to each request in turn; the last stays. Known: {', '.join(FAULTS)}",
    )
    parser.add_argument("--mix", default="", help="NAME=WEIGHT,... drawn by the seed, in place of a script")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--refuses", default="", help="parameters that get 400: json_schema,max_tokens,...")
    return parser.parse_args()


def show(request: LoggedRequest) -> None:
    print(json.dumps({"number": request.number, "path": request.path, "fault": request.fault}), flush=True)


def main() -> None:
    options = arguments()
    weights = dict(pair.split("=") for pair in options.mix.split(",") if pair)
    provider = Provider(
        script=options.script.split(","),
        seed=options.seed,
        weights={name: float(weight) for name, weight in weights.items()},
        refuses=[name for name in options.refuses.split(",") if name],
        on_request=show,
        port=options.port,
    )
    with provider:
        print(json.dumps({"base_url": provider.base_url}), flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
