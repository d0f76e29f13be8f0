"""What is started, in which order, and what the person at the terminal is told."""

import asyncio
import re
import sys
import time
from dataclasses import dataclass

import psycopg

from incidentsite import bootstrap
from incidentsite.embedded import postgres
from incidentsite.embedded.placement import place
from incidentsite.supervisor import children, database
from incidentsite.supervisor.child import Child
from incidentsite.supervisor.config import Config
from incidentsite.supervisor.errors import CannotStart
from incidentsite.supervisor.rundir import RunDir
from incidentsite.supervisor.tree import Tree

SECONDS_FOR_THE_DATABASE = 60
LAST_LINES = 8


@dataclass(frozen=True)
class Up:
    config: Config
    run: RunDir
    listener: int

    async def bring_up(self, tree: Tree) -> None:
        started = time.monotonic()
        tree.terminal.say("up", f"data in {self.config.data_dir}")
        await tree.start(*self._servers(tree))
        state = await self._prepared(tree)
        hint = asyncio.create_task(asyncio.to_thread(bootstrap.missing_library_hint))
        answers = await tree.start(*self._front())
        self._announce(tree, answers, time.monotonic() - started)
        await tree.start(*self._back())
        if text := await hint:
            tree.terminal.say("up", text)
        if not state.admin_has_signed_in:
            await self._offer_sign_in(tree)

    def _servers(self, tree: Tree) -> list[Child]:
        servers = []
        if self.config.database_url is None:
            placement = place(self.config.data_dir)
            if placement.note:
                tree.terminal.say("postgres", placement.note)
            if postgres.make_cluster(placement):
                tree.terminal.say("postgres", f"made a new database in {placement.data}")
            servers.append(children.embedded_postgres(placement))
        if self.config.redis_url is None:
            servers.append(children.embedded_valkey(self.config))
        return servers

    async def _prepared(self, tree: Tree) -> database.State:
        state = await self._look(tree)
        if state.is_prepared:
            return state
        tree.terminal.say("database", "bringing it up to date")
        code, printed = await tree.run_once(
            "prepare", [sys.executable, "-m", "incidentsite.supervisor.prepare"]
        )
        if code != 0:
            for line in printed.rstrip().splitlines()[-LAST_LINES:]:
                tree.terminal.say("database", line)
            raise CannotStart(
                "The database could not be brought up to date. The reason is above, and all that "
                f"was said in {self.run.log_of('prepare')}."
            )
        return await self._look(tree)

    async def _look(self, tree: Tree) -> database.State:
        """A server of one's own may still be starting, as after a power cut: wait for it."""
        deadline = time.monotonic() + SECONDS_FOR_THE_DATABASE
        told = False
        while True:
            try:
                return await asyncio.to_thread(database.look, self.config.database)
            except psycopg.ProgrammingError as error:
                raise CannotStart(f"DATABASE_URL is not understood: {error}") from error
            except psycopg.Error as error:
                reason = str(error).strip().splitlines()[0]
            if time.monotonic() > deadline:
                raise CannotStart(f"The database does not answer: {reason}")
            if not told:
                tree.terminal.say("database", f"waiting for it: {reason}")
                told = True
            await asyncio.sleep(0.5)

    def _front(self) -> list[Child]:
        front = [children.web(self.config, self.listener), children.engine(self.config)]
        if self.config.gate_port is not None:
            front.append(children.gate(self.config, self.config.gate_port))
        return front

    def _back(self) -> list[Child]:
        return [children.worker(self.config), children.beat(self.config)]

    def _announce(self, tree: Tree, answers: dict[str, bool], seconds: float) -> None:
        if not answers["web"]:
            log = self.run.log_of("web")
            tree.terminal.say("web", f"does not answer yet; it is kept trying. Read {log}")
            return
        self.run.note_address(self.config.address)
        tree.terminal.say("up", f"ready in {seconds:.1f} s: {self.config.address}")
        if self.config.gate_port is not None:
            tree.terminal.say("up", f"alerts and status pages also on port {self.config.gate_port}")
        tree.terminal.say("up", f"Ctrl-C stops everything; logs are in {self.run.data_dir / 'log'}")

    async def _offer_sign_in(self, tree: Tree) -> None:
        """No password is made up: the first admin comes in through a link that works once."""
        code, printed = await tree.run_once(
            "sign_in_link", [sys.executable, "manage.py", "sign_in_link"]
        )
        link = re.search(r"https?://\S+", printed)
        if code != 0 or link is None:
            tree.terminal.say("up", "to sign in, type: .venv/bin/python manage.py sign_in_link")
            return
        tree.terminal.say("up", f"sign in as admin with this link, once: {link.group()}")
