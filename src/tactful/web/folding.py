"""Folding in a process of its own, so that it takes nothing from the one that answers: both sides of that.

The process only reads the store; what it folded goes back to the server, which alone writes. They speak through the
process's standard input and output, in pieces of four bytes of length and MessagePack. When the server is gone, however
that came, its end of the pipe is closed and the process ends at once. The place of the store, which may hold a
password, is said through the pipe and never stands among the arguments.
"""

from __future__ import annotations

import contextlib
import gc
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec

from tactful.bootstrap import Place, reading_store
from tactful.model.problems import StoreProblem
from tactful.service.folding import Folded, Folder
from tactful.service.ingest import place_of

ENDED = "The process that folds ended; another one is started."
GRACE = 2.0
"""Seconds that the process is given to end by itself."""
THRESHOLD = 100_000
"""Objects that are made before Python looks for rings among them; documents have none."""
AT_ONCE = 1 << 20
"""Bytes that a pipe holds: a part of a step is there whole, and read at once."""
_LENGTH = 4


class Begin(msgspec.Struct, frozen=True, tag=True):
    """The first word to the process: the store that it reads, a folder or an address."""

    folder: str = ""
    address: str = ""


class Step(msgspec.Struct, frozen=True, tag=True):
    """Fold what came in, and these people anew."""

    again: tuple[int, ...] = ()


class Trouble(msgspec.Struct, frozen=True, tag=True):
    """The step could not be done."""

    sentence: str


class Part(msgspec.Struct, frozen=True, tag=True):
    """A part of a step."""

    folded: Folded


_encode = msgspec.msgpack.Encoder().encode
_answer = msgspec.msgpack.Decoder(Part | Trouble).decode


class FoldingProcess:
    """Folds in a process, which is started when it is first needed, and again whenever it died."""

    def __init__(self, place: str | Path, say: Callable[[str], None]) -> None:
        self._begin = Begin(folder=str(place.absolute())) if isinstance(place, Path) else Begin(address=place)
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.starts = 0

    def fold(self, again: Sequence[int]) -> Iterator[Folded]:
        """What came in since the last step that was kept, and these people anew. Raises StoreProblem."""
        process = self._process or self._started()
        ended = False
        try:
            for said in self._answers(process, Step(tuple(again))):
                ended = isinstance(said, Trouble) or said.folded.last
                if isinstance(said, Trouble):
                    raise StoreProblem(said.sentence)
                yield said.folded
        finally:
            # Whoever leaves in the middle of a step, or hears nonsense, would take the rest for the next answer.
            if not ended:
                self._end()

    def close(self) -> None:
        """No more of it, and no process afterwards."""
        self._closed = True
        self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise StoreProblem("The server stops.")
            if self.starts:
                self._say(ENDED)
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", __name__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    pipesize=AT_ONCE,
                    process_group=0,
                )
                self._process, self.starts = process, self.starts + 1
                _send(process.stdin, self._begin)
            except OSError as error:
                raise StoreProblem(f"The process that folds could not be started: {error.strerror}.") from None
            return process

    def _answers(self, process: subprocess.Popen[bytes], step: Step) -> Iterator[Part | Trouble]:
        try:
            _send(process.stdin, step)
            while True:
                said = _answer(_received(process.stdout))
                yield said
                if isinstance(said, Trouble) or said.folded.last:
                    return
        except (OSError, EOFError, ValueError, msgspec.DecodeError):
            raise StoreProblem("The process that folds ended.") from None

    def _end(self) -> None:
        """Let the process see that nobody is there any more, wait a little, and make sure of it."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # Only now: whoever is reading from it has been told that there is no more.
        if process.stdout:
            process.stdout.close()


def _send(pipe: IO[bytes] | None, what: msgspec.Struct) -> None:
    """Write one piece. Raises OSError and ValueError where nobody is there to read it."""
    if pipe is None:
        raise ValueError("no pipe")
    said = _encode(what)
    pipe.write(len(said).to_bytes(_LENGTH, "big") + said)
    pipe.flush()


def _received(pipe: IO[bytes] | None) -> bytes:
    """Read one piece. Raises EOFError where there is none any more."""
    if pipe is None:
        raise EOFError
    length = pipe.read(_LENGTH)
    said = pipe.read(int.from_bytes(length, "big"))
    if len(length) < _LENGTH or len(said) < int.from_bytes(length, "big"):
        raise EOFError
    return said


def main() -> None:
    """The process: fold when asked, until nobody is there to ask."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    asked = sys.stdin.buffer
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        # Whatever may be printed by mistake must not come between the answers.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        with contextlib.suppress(EOFError, OSError):
            begin = msgspec.msgpack.decode(_received(asked), type=Begin)
            _fold_for(Path(begin.folder) if begin.folder else begin.address, asked, answers)


def _fold_for(place: Place, asked: IO[bytes], answers: IO[bytes]) -> None:
    steps: queue.SimpleQueue[Step] = queue.SimpleQueue()

    def listen() -> None:
        """Nobody there any more: then nothing is worth finishing."""
        try:
            while True:
                steps.put(msgspec.msgpack.decode(_received(asked), type=Step))
        finally:
            os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    gc.freeze()
    gc.set_threshold(THRESHOLD, 20, 100)
    folder: Folder | None = None
    while True:
        step = steps.get()
        try:
            folder = folder or Folder(reading_store(place))
            for each in folder.fold(step.again):
                _send(answers, Part(each))
        except StoreProblem as problem:
            _send(answers, Trouble(str(problem)))
        except Exception as fault:
            _send(answers, Trouble(f"A fault of ours in folding: {place_of(fault)}."))


if __name__ == "__main__":
    main()
