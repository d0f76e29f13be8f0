"""All children together: started in order, watched, stopped in reverse order."""

import asyncio
import signal
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Awaitable, Callable, Sequence

from incidentsite.processes import die_with_parent
from incidentsite.supervisor.child import Child
from incidentsite.supervisor.errors import CannotStart
from incidentsite.supervisor.keeper import Keeper
from incidentsite.supervisor.output import LogFile, Terminal
from incidentsite.supervisor.rundir import RunDir
from incidentsite.supervisor.sentinel import Sentinel

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Tree:
    def __init__(self, *, run: RunDir, terminal: Terminal, sentinel: Sentinel) -> None:
        self.terminal = terminal
        self._run = run
        self._sentinel = sentinel
        self._stages: list[list[Keeper]] = []
        self._stop_asked = asyncio.Event()

    async def supervise(self, bring_up: Callable[["Tree"], Awaitable[None]]) -> int:
        """Runs until asked to stop; returns the exit code. `bring_up` starts the children."""
        self._listen()
        starting = asyncio.ensure_future(bring_up(self))
        asking = asyncio.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait({starting, asking}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()  # raises what went wrong
                await asking
        except CannotStart as reason:
            self.terminal.say("up", str(reason))
            return 1
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await self._stop_all()
        return 0

    async def start(self, *children: Child) -> dict[str, bool]:
        """Starts one stage at once; says for each whether it answered in time."""
        keepers = [
            Keeper(child, run=self._run, terminal=self.terminal, sentinel=self._sentinel)
            for child in children
        ]
        self._stages.append(keepers)
        for keeper in keepers:
            keeper.start()
        answers = await asyncio.gather(*(keeper.until_ready() for keeper in keepers))
        return {child.name: ready for child, ready in zip(children, answers, strict=True)}

    async def run_once(self, name: str, argv: Sequence[str]) -> tuple[int, str]:
        """A program that ends by itself; its exit code and what it printed (also in its log)."""
        program = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        try:
            printed, _ = await program.communicate()
        except asyncio.CancelledError:
            program.kill()
            await program.wait()
            raise
        log = LogFile(self._run.log_of(name))
        log.write(printed)
        log.close()
        return program.returncode or 0, printed.decode(errors="replace")

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._on_stop_signal)

    def _on_stop_signal(self) -> None:
        if not self._stop_asked.is_set():
            self._stop_asked.set()
            self.terminal.say("up", "stopping; once more to stop without waiting")
            return
        for stage in self._stages:
            for keeper in stage:
                keeper.kill()

    async def _stop_all(self) -> None:
        self.terminal.quiet = True
        for stage in reversed(self._stages):
            await asyncio.gather(*(keeper.stop() for keeper in stage))
        self._run.clear()
        if self._stop_asked.is_set():
            self.terminal.say("up", "stopped")
