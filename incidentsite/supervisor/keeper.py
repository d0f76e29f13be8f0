"""Keeps one child running: starts it, starts it again when it crashes, stops it when asked."""

import asyncio
import os
import signal
import subprocess
import time
from asyncio.subprocess import PIPE, STDOUT, Process

from incidentsite.embedded import EmbeddedError
from incidentsite.processes import describe_exit, die_with_parent, kill_group
from incidentsite.supervisor.backoff import HEALTHY_AFTER, Backoff
from incidentsite.supervisor.child import Child
from incidentsite.supervisor.errors import CannotStart
from incidentsite.supervisor.output import LogFile, Relay, Terminal
from incidentsite.supervisor.rundir import RunDir
from incidentsite.supervisor.sentinel import Sentinel

PROBE_EVERY = 0.05
SECONDS_TO_BE_READY = 60
# From this many crashes without a healthy minute on, it is a loop and worth explaining once.
CRASH_LOOP = 4


class Keeper:
    def __init__(
        self, child: Child, *, run: RunDir, terminal: Terminal, sentinel: Sentinel
    ) -> None:
        self.child = child
        self._run = run
        self._terminal = terminal
        self._sentinel = sentinel
        self._log = LogFile(run.log_of(child.name))
        self._backoff = Backoff()
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=self.child.name)

    async def until_ready(self) -> bool:
        """Whether it answers in time; raises CannotStart when nothing can run without it."""
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        while time.monotonic() < deadline and self._backoff.crashes < CRASH_LOOP:
            if self._process is not None and await self.child.ready():
                return True
            if self._task is not None and self._task.done():
                self._task.result()  # raises what ended it
            await asyncio.sleep(PROBE_EVERY)
        if self.child.essential:
            raise CannotStart(f"{self.child.name} does not start. {self._last_words()}")
        return False

    async def stop(self) -> None:
        self._stopping.set()
        if self._process is not None:
            self._signal(self.child.stop_with)
        if self._task is None:
            return
        done, _ = await asyncio.wait({self._task}, timeout=self.child.grace)
        if not done:
            self.kill()
            await asyncio.wait({self._task}, timeout=5)
        self._log.close()

    def kill(self) -> None:
        """Without grace, the whole process group."""
        self._stopping.set()
        if self._process is not None:
            kill_group(self._process.pid, signal.SIGKILL)

    async def _keep(self) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            end = await self._one_life()
            if self._stopping.is_set():
                return
            delay = self._backoff.delay_after(time.monotonic() - started)
            self._explain(end, delay)
            await self._pause(delay)

    async def _one_life(self) -> str:
        """From start to end, whatever the end; says how it ended."""
        try:
            if self.child.before_start is not None:
                await asyncio.to_thread(self.child.before_start)
            process = await self._spawn()
        except (OSError, EmbeddedError, subprocess.SubprocessError) as error:
            return str(error)
        self._process = process
        self._sentinel.watch(process.pid, self.child.orphaned)
        self._run.note_pid(self.child.name, process.pid)
        if self._stopping.is_set():
            self._signal(self.child.stop_with)
        code = await self._until_ended(process)
        self._process = None
        self._sentinel.forget(process.pid)
        self._run.forget_pid(self.child.name)
        return describe_exit(code)

    async def _until_ended(self, process: Process) -> int:
        relay = Relay(self.child, self._log, self._terminal)
        following = asyncio.create_task(relay.follow(process.stdout))
        code = await process.wait()
        # What a dead child leaves behind in its group must not meet the next one.
        kill_group(process.pid, signal.SIGKILL)
        await asyncio.wait({following}, timeout=1)
        following.cancel()
        return code

    async def _spawn(self) -> Process:
        child = self.child
        return await asyncio.create_subprocess_exec(
            *child.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env={**os.environ, **child.environment},
            # A session of its own: Ctrl-C reaches the supervisor only, which stops all in order.
            start_new_session=True,
            preexec_fn=die_with_parent(child.orphaned),
            pass_fds=child.pass_fds,
            user=child.account.uid if child.account else None,
            group=child.account.gid if child.account else None,
            extra_groups=[] if child.account else None,
        )

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _explain(self, end: str, delay: float) -> None:
        crashes = self._backoff.crashes
        if crashes < CRASH_LOOP:
            text = f"stopped ({end}); starting it again in {delay:g} s"
        elif crashes == CRASH_LOOP:
            text = (
                f"keeps stopping ({end}, {crashes} times without a healthy "
                f"{HEALTHY_AFTER:g} s). {self._last_words()} Trying again every 15 s."
            )
        else:
            return
        self._terminal.say(self.child.name, text)

    def _last_words(self) -> str:
        words = [line for line in self._log.last_lines(5) if line.strip()]
        said = f"It said: {words[-1].strip()!r}. " if words else ""
        return f"{said}Read {self._log.path}."
