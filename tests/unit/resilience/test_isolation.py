"""Child processes: a death, a broken limit or a cancel costs one call."""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from docmill.errors import (
    EncryptedDocument,
    ErrorKind,
    IsolationError,
    MemoryLimitExceeded,
    OutputLimitExceeded,
    StepError,
    TimeLimitExceeded,
)
from docmill.resilience.isolation import ChildCaller, ChildPool, Limits

MEGABYTE = 2**20
LIMITS = Limits(memory_bytes=512 * MEGABYTE, wall_seconds=20, output_bytes=MEGABYTE, file_bytes=MEGABYTE)

WARMED: list[str] = []


@pytest.fixture(scope="module")
def pool() -> Iterator[ChildPool]:
    with ChildPool(1, LIMITS) as pool:
        yield pool


def process_id() -> int:
    return os.getpid()


def spin() -> None:
    while True:
        pass


def spin_after(path: str) -> None:
    Path(path).touch()
    spin()


def die(signal_number: int) -> None:
    os.kill(os.getpid(), signal_number)


def abort_when_full() -> None:
    blocks = []
    try:
        while True:
            blocks.append(bytearray(8 * MEGABYTE))
    except MemoryError:
        spin_until_sampled()
        os.abort()


def spin_until_sampled() -> None:
    for _ in range(4_000_000):
        pass


def allocate(size: int) -> int:
    return len(bytearray(size))


HOARD: list[bytearray] = []


def hoard(size: int) -> int:
    HOARD.append(bytearray(size))
    return os.getpid()


def note_and_meet_a_limit(path: Path) -> None:
    with path.open("a") as file:
        file.write("x")
    raise MemoryLimitExceeded("page 3")


def allocate_or_abort(size: int) -> int:
    try:
        return allocate(size)
    except MemoryError:
        spin_until_sampled()
        os.abort()


def allocate_in_own_child(size: int) -> int:
    with ChildCaller(Limits(memory_bytes=4096 * MEGABYTE, wall_seconds=20), start="fork") as caller:
        return caller.call(allocate, size)


def answer(size: int) -> bytes:
    return bytes(size)


def raise_known() -> None:
    raise EncryptedDocument("sealed.pdf needs a password", page=3)


class Unportable(Exception):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def raise_unportable() -> None:
    raise Unportable("secret", "text")


def warm_up() -> None:
    WARMED.append("yes")


def warmed() -> list[str]:
    return WARMED


def fail_to_warm_up() -> None:
    raise RuntimeError("no model")


def write_file(path: str, size: int) -> None:
    Path(path).write_bytes(bytes(size))


def open_many(count: int) -> int:
    return len([open(os.devnull) for _ in range(count)])


def read_limits() -> dict[str, tuple[int, int]]:
    names = ("RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NOFILE")
    return {name: resource.getrlimit(getattr(resource, name)) for name in names}


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=5)


def connect_by_program(port: int) -> int:
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode


def network() -> str:
    return os.readlink("/proc/self/ns/net")


def kernel_gives_network_namespaces() -> bool:
    code = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x50000000) != 0)"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def standard_input() -> str:
    return sys.stdin.read()


def start_sleeper() -> int:
    return subprocess.Popen(["sleep", "600"]).pid


def test_a_call_returns_what_the_function_returns(pool: ChildPool) -> None:
    assert pool.submit(pow, 2, 10).result() == 1024


def test_a_child_is_kept_between_calls_and_is_another_process(pool: ChildPool) -> None:
    first, second = pool.submit(process_id).result(), pool.submit(process_id).result()
    assert first == second != os.getpid()


def test_a_known_error_comes_out_whole(pool: ChildPool) -> None:
    with pytest.raises(EncryptedDocument, match="needs a password") as caught:
        pool.submit(raise_known).result()
    assert caught.value.page == 3
    assert "raise_known" in caught.value.__notes__[0]


def test_an_error_that_cannot_travel_is_named_without_its_message(pool: ChildPool) -> None:
    with pytest.raises(StepError, match="Unportable") as caught:
        pool.submit(raise_unportable).result()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_death_fails_one_call_and_names_the_signal(pool: ChildPool, number: signal.Signals) -> None:
    before = pool.submit(process_id).result()
    dead, next_call = pool.submit(die, number), pool.submit(process_id)
    with pytest.raises(IsolationError, match=number.name) as caught:
        dead.result()
    assert caught.value.code == "step_crashed"
    assert next_call.result() != before


def test_a_child_that_dies_while_idle_costs_nothing(pool: ChildPool) -> None:
    child = pool.submit(process_id).result()
    os.kill(child, signal.SIGKILL)
    assert pool.submit(process_id).result() != child


def test_wall_time_is_limited(pool: ChildPool) -> None:
    with pytest.raises(TimeLimitExceeded, match=r"0\.3 s") as caught:
        pool.submit(spin, wall_seconds=0.3).result(timeout=10)
    assert caught.value.kind is ErrorKind.TIMEOUT


def test_processor_time_is_limited_by_call() -> None:
    limits = Limits(memory_bytes=512 * MEGABYTE, wall_seconds=30, cpu_seconds=0.5)
    with ChildPool(1, limits) as pool:
        with pytest.raises(TimeLimitExceeded, match="processor time"):
            pool.submit(spin).result(timeout=20)
        assert pool.submit(pow, 2, 2).result() == 4


def test_memory_is_limited(pool: ChildPool) -> None:
    with pytest.raises(MemoryLimitExceeded, match="512 MB"):
        pool.submit(allocate, 600 * MEGABYTE).result()


def test_a_call_may_have_less_memory_but_not_more(pool: ChildPool) -> None:
    with pytest.raises(MemoryLimitExceeded, match="256 MB"):
        pool.submit(allocate, 300 * MEGABYTE, memory_bytes=256 * MEGABYTE).result()
    with pytest.raises(MemoryLimitExceeded, match="512 MB"):
        pool.submit(allocate, 600 * MEGABYTE, memory_bytes=2048 * MEGABYTE).result()


@pytest.mark.parametrize("call", [allocate, allocate_or_abort])
def test_memory_that_earlier_calls_left_behind_is_not_the_calls_own(
    pool: ChildPool, call: Callable[[int], int]
) -> None:
    used = pool.submit(hoard, 350 * MEGABYTE).result()
    assert pool.submit(call, 300 * MEGABYTE).result() == 300 * MEGABYTE
    assert pool.submit(process_id).result() != used


def test_an_error_of_that_name_that_a_function_raises_is_its_own(pool: ChildPool, tmp_path: Path) -> None:
    child = pool.submit(process_id).result()
    with pytest.raises(MemoryLimitExceeded, match="page 3"):
        pool.submit(note_and_meet_a_limit, tmp_path / "calls").result()
    assert (tmp_path / "calls").read_text() == "x"
    assert pool.submit(process_id).result() == child


def test_the_limit_of_memory_is_met_once_and_for_all() -> None:
    with ChildPool(1, LIMITS) as pool, pytest.raises(MemoryLimitExceeded) as caught:
        pool.submit(allocate, 600 * MEGABYTE).result()
    assert not caught.value.kind.retried


def test_an_abort_with_full_memory_is_told_from_a_plain_abort(pool: ChildPool) -> None:
    with pytest.raises(MemoryLimitExceeded):
        pool.submit(abort_when_full).result()
    with pytest.raises(IsolationError) as caught:
        pool.submit(die, signal.SIGABRT).result()
    assert not isinstance(caught.value, MemoryLimitExceeded)


def test_output_is_limited(pool: ChildPool) -> None:
    assert len(pool.submit(answer, MEGABYTE // 2).result()) == MEGABYTE // 2
    with pytest.raises(OutputLimitExceeded):
        pool.submit(answer, 2 * MEGABYTE).result()


def test_written_files_and_open_files_are_limited(pool: ChildPool, tmp_path: Path) -> None:
    pool.submit(write_file, str(tmp_path / "small"), 1000).result()
    with pytest.raises(OSError, match="too large"):
        pool.submit(write_file, str(tmp_path / "large"), 2 * MEGABYTE).result()
    with pytest.raises(OSError, match="Too many open files"):
        pool.submit(open_many, 300).result()


def test_limits_of_the_kernel_are_set(pool: ChildPool) -> None:
    assert pool.submit(read_limits).result() == {
        "RLIMIT_AS": (512 * MEGABYTE, 512 * MEGABYTE),
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_FSIZE": (MEGABYTE, MEGABYTE),
        "RLIMIT_NOFILE": (256, 256),
    }


def test_a_child_has_no_network(pool: ChildPool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PermissionError, match="no network"):
            pool.submit(connect, port).result()
        if not kernel_gives_network_namespaces():
            pytest.skip("this kernel gives no network namespace: programs that a step starts keep the network")
        assert pool.submit(network).result() != network()
        assert pool.submit(connect_by_program, port).result() != 0


def test_standard_input_is_empty(pool: ChildPool) -> None:
    assert pool.submit(standard_input).result() == ""


def test_cancel_kills_a_running_call(pool: ChildPool, tmp_path: Path) -> None:
    started = tmp_path / "started"
    future = pool.submit(spin_after, str(started))
    while not started.exists():
        pass
    assert future.cancel()
    with pytest.raises(CancelledError):
        future.result()
    assert pool.submit(pow, 2, 3).result(timeout=10) == 8


def test_a_waiting_call_can_be_cancelled(pool: ChildPool) -> None:
    running, waiting = pool.submit(spin), pool.submit(process_id)
    assert waiting.cancel()
    assert running.cancel()


def test_what_a_killed_child_started_is_killed_too(pool: ChildPool) -> None:
    sleeper = pool.submit(start_sleeper).result()
    end = os.pidfd_open(sleeper)
    with pytest.raises(IsolationError):
        pool.submit(die, signal.SIGKILL).result()
    ended, _, _ = select.select([end], [], [], 30)
    os.close(end)
    assert ended


def test_warm_up_runs_once_in_each_child() -> None:
    with ChildPool(1, LIMITS, warm_up=warm_up) as pool:
        assert [pool.submit(warmed).result() for _ in range(2)] == [["yes"], ["yes"]]


def test_a_failing_warm_up_fails_the_call() -> None:
    with (
        ChildPool(1, LIMITS, warm_up=fail_to_warm_up) as pool,
        pytest.raises(IsolationError, match="started"),
    ):
        pool.submit(process_id).result()


def test_close_waits_for_what_was_submitted() -> None:
    pool = ChildPool(2, LIMITS)
    futures = [pool.submit(pow, 2, n) for n in range(10)]
    pool.close()
    assert [future.result(timeout=0) for future in futures] == [2**n for n in range(10)]
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(process_id)


def test_close_by_force_cancels_everything() -> None:
    pool = ChildPool(2, LIMITS)
    futures = [pool.submit(spin) for _ in range(5)]
    pool.close(force=True)
    assert all(future.cancelled() for future in futures)


def test_a_program_ends_although_its_pool_is_not_closed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import os, time
            from docmill.resilience.isolation import ChildPool, Limits

            if __name__ == "__main__":
                pool = ChildPool(1, Limits(memory_bytes=2**29, wall_seconds=600))
                print(pool.submit(os.getpid).result(), flush=True)
                pool.submit(time.sleep, 600)
            """)
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=30, check=True)
    assert ends(int(done.stdout))


def ends(process: int) -> bool:
    """Wait until a process has ended; it may still be there to be reaped."""
    try:
        end = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    ended, _, _ = select.select([end], [], [], 10)
    os.close(end)
    return bool(ended)


def test_children_die_with_the_program_even_while_they_work(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import os, sys
            from docmill.resilience.isolation import ChildPool, Limits

            def spin():
                print(os.getpid(), file=sys.stderr, flush=True)
                while True:
                    pass

            if __name__ == "__main__":
                pool = ChildPool(1, Limits(memory_bytes=2**29, wall_seconds=600))
                pool.submit(spin).result()
            """)
    )
    with subprocess.Popen([sys.executable, str(program)], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        child = int(process.stderr.readline())
        process.kill()
        assert ends(child), "the child outlived the program"


def test_a_forked_child_has_its_limit_on_top_of_what_is_loaded() -> None:
    # What earlier tests left behind must not be freed in the child, where it would be room above the limit.
    gc.collect()
    ballast = bytes(300 * MEGABYTE)
    with ChildCaller(Limits(memory_bytes=256 * MEGABYTE, wall_seconds=20), start="fork") as caller:
        assert caller.call(allocate, 100 * MEGABYTE) == 100 * MEGABYTE
        with pytest.raises(MemoryLimitExceeded, match="256 MB"):
            caller.call(allocate, 300 * MEGABYTE)
        with pytest.raises(IsolationError, match="SIGABRT") as caught:
            caller.call(die, signal.SIGABRT)
    assert not isinstance(caught.value, MemoryLimitExceeded)
    assert len(ballast) == 300 * MEGABYTE


def test_a_child_of_a_child_cannot_have_more_than_its_parent() -> None:
    with ChildPool(1, LIMITS) as pool, pytest.raises(MemoryLimitExceeded):
        pool.submit(allocate_in_own_child, 600 * MEGABYTE).result()


def test_a_folder_for_sockets_with_too_long_a_path_is_told(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import os
            from docmill.errors import InvalidConfiguration
            from docmill.resilience.isolation import ChildPool, Limits

            if __name__ == "__main__":
                with ChildPool(1, Limits(memory_bytes=2**29, wall_seconds=60)) as pool:
                    try:
                        pool.submit(os.getpid).result()
                    except InvalidConfiguration as error:
                        print(error.message)
            """)
    )
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run([sys.executable, str(program)], env=environment, capture_output=True, text=True, check=True)
    assert "TMPDIR" in done.stdout


def test_an_interrupt_from_the_terminal_does_not_reach_a_child_that_starts() -> None:
    program = """
        import os, signal, threading
        from docmill.resilience.isolation import ChildCaller, Limits

        def interrupt():
            while not done.wait(0.002):
                os.killpg(0, signal.SIGINT)

        if __name__ == "__main__":
            signal.signal(signal.SIGINT, lambda number, frame: None)
            done = threading.Event()
            terminal = threading.Thread(target=interrupt)
            terminal.start()
            try:
                with ChildCaller(Limits(memory_bytes=2**30, wall_seconds=60)) as caller:
                    print(caller.call(len, "four"))
            finally:
                done.set()
                terminal.join()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True, text=True, start_new_session=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("4\n", "", 0)
