"""The script: an outage at the checkout, from the first alert to the post-mortem."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from incidentsite.drill.stage import DrillFailed, Line, Say, Stage, Target

_ZERO_TIME: Final = "0001-01-01T00:00:00Z"
_PUBLIC_WORDS: Final = {
    "identified": "We found why card payments fail and are undoing the change.",
    "resolved": "Card payments work again. Thank you for your patience.",
}


async def play(target: Target, say: Say) -> float:
    """Play the whole incident; returns how many seconds it took. Raises DrillFailed."""
    headers = {"Authorization": f"Bearer {target.token}"}
    async with httpx.AsyncClient(
        base_url=target.url, headers=headers, timeout=60, trust_env=False
    ) as http:
        stage = Stage(target, say, http)
        await _health(stage)
        before = await _counted(stage)
        hook = await _connect_alertmanager(stage)
        run = uuid.uuid4().hex[:8]
        reference = await _first_alert(stage, hook, run)
        await _war_room(stage, reference)
        await _runbook(stage, reference)
        await _public_update(stage, reference, "identified")
        await _recovery(stage, hook, run, reference)
        await _public_update(stage, reference, "resolved")
        await _postmortem(stage, reference)
        await _figures(stage, before)
        await stage.call("POST", f"/api/incidents/{reference}/close", {})
        stage.step(f"{reference} is closed")
        return time.perf_counter() - stage.began


async def _health(stage: Stage) -> None:
    await stage.call("GET", "/healthz")
    await stage.call("GET", "/readyz")
    stage.step("the system is up and ready")


async def _connect_alertmanager(stage: Stage) -> str:
    """Make an integration as an admin would; returns the path to post to."""
    body = {"kind": "alertmanager", "name": "Drill"}
    made = await stage.call("POST", "/api/integrations", body, expect=201)
    stage.step("an Alertmanager integration is connected")
    return "/" + str(made["url"]).split("/", 3)[3]


def _notification(run: str, status: str, at: str) -> dict[str, Any]:
    """What Alertmanager would post: two alerts of one cause."""
    alerts = [
        {
            "status": status,
            "labels": {
                "alertname": name,
                "severity": severity,
                "drill": run,
                "environment": "production",
            },
            "annotations": {"summary": summary, "description": "Played by the drill."},
            "startsAt": at,
            "endsAt": at if status == "resolved" else _ZERO_TIME,
            "fingerprint": f"{run}{number:08x}",
        }
        for number, (name, severity, summary) in enumerate(
            (
                ("DrillCheckoutErrors", "critical", "Drill: card payments fail at checkout"),
                ("DrillCheckoutSlow", "warning", "Drill: p95 latency above 2 s at checkout"),
            )
        )
    ]
    group = f'{{}}:{{drill="{run}"}}'
    return {"version": "4", "groupKey": group, "status": status, "alerts": alerts}


async def _first_alert(stage: Stage, hook: str, run: str) -> str:
    """Fire twice, see one incident appear on the board's feed; returns its reference."""
    async with stage.socket("/ws/feed") as feed:
        await feed.wait_for(lambda message: message["type"] == "hello")
        sent = time.perf_counter()
        body = _notification(run, "firing", _now())
        await stage.call("POST", hook, body, expect=202)
        stage.step("the alert is stored", time.perf_counter() - sent)
        news = await feed.wait_for(lambda m: bool(_opened(m)))
        stage.step("the incident is on the board", time.perf_counter() - sent)
    await stage.call("POST", hook, body, expect=202)
    reference = _opened(news)
    incident = await stage.call("GET", f"/api/incidents/{reference}")
    if not str(incident["title"]).startswith("Drill:"):
        raise DrillFailed(f"the board showed {reference}, which is not the drill's incident")
    alerts = await stage.call("GET", f"/api/incidents/{reference}/alerts")
    if len(alerts["results"]) != 2:
        raise DrillFailed(f"2 alerts are expected on {reference}, {len(alerts['results'])} came")
    stage.step(f"{reference}: two alerts, one incident, repeats folded")
    return reference


def _opened(message: dict[str, Any]) -> str:
    """The reference of the drill's incident, if this message of the feed tells of it."""
    for event in message.get("events", [message]):
        if str(event.get("data", {}).get("title", "")).startswith("Drill:"):
            return str(event["incident"])
    return ""


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


async def _war_room(stage: Stage, reference: str) -> None:
    await stage.call("POST", f"/api/incidents/{reference}/acknowledge", {})
    stage.step("somebody has acknowledged it")
    path = f"/ws/incidents/{reference}"
    async with stage.socket(path) as first:
        async with stage.socket(path) as second:
            await _talk(stage, first, second)
        left_at = max(second.seqs)
        for n in range(3):
            await first.post(f"While the line was down, {n + 1} of 3")
        async with stage.socket(f"{path}?after={left_at}") as again:
            await again.wait_for(lambda m: "3 of 3" in str(m.get("data")))
            _check_whole(second.seqs + again.seqs)
        stage.step("a line that broke came back: nothing missed, nothing twice")
        await first.post("/severity P0 nobody can pay by card")
        await first.post("/status investigating")
        await first.post("/note The payment gateway refuses TLS 1.0 since the last release")
        await first.post("/status identified the release pins TLS 1.0")
    incident = await stage.call("GET", f"/api/incidents/{reference}")
    if (incident["severity"], incident["state"]) != ("P0", "identified"):
        found = f"{incident['severity']}, {incident['state']}"
        raise DrillFailed(f"the commands should have led to P0, identified; it is {found}")
    stage.step("chat commands raised it to P0 and moved it to identified")


async def _talk(stage: Stage, first: Line, second: Line) -> None:
    sent = time.perf_counter()
    await first.post("I am looking at the **payment gateway**.")
    await second.wait_for(lambda m: "payment gateway" in str(m.get("data")))
    stage.step("a message reached the other side", time.perf_counter() - sent)


def _check_whole(seqs: list[int]) -> None:
    if seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        raise DrillFailed(f"facts came with gaps or twice: {seqs}")


async def _runbook(stage: Stage, reference: str) -> None:
    found = await stage.call("GET", f"/api/incidents/{reference}/runbooks")
    if not found["suggested"]:
        raise DrillFailed(f"no runbook is suggested for {reference}")
    best = found["suggested"][0]
    run = await stage.call(
        "POST", f"/api/runbooks/{best['slug']}/execute", {"incident": reference}, expect=201
    )
    for step in run["steps"]:
        path = f"/api/runbooks/runs/{run['id']}/steps/{step['number']}"
        run = await stage.call("POST", path, {"done": True})
    await stage.call("POST", f"/api/runbooks/runs/{run['id']}/finish")
    stage.step(f"the runbook “{best['title']}” is ticked off, {len(run['steps'])} steps")


async def _public_update(stage: Stage, reference: str, state: str) -> None:
    """Publish as a commander would, and read it where the public does."""
    words = _PUBLIC_WORDS[state]
    text = f"{words} ({reference}, drill)"
    sent = time.perf_counter()
    body = {"state": state, "body": text, "title": "Card payments fail at checkout"}
    await stage.call("POST", f"/api/incidents/{reference}/status-updates", body, expect=201)
    shown = "incidents" if state != "resolved" else "recent"

    async def is_public() -> bool:
        page: bytes = await stage.call("GET", "/status")
        told = await stage.call("GET", "/api/status/public")
        return b"Card payments fail at checkout" in page and text in str(told[shown])

    await stage.until(f"the public update “{state}” on the status page", is_public)
    stage.step(f"the status page says {state}", time.perf_counter() - sent)


async def _recovery(stage: Stage, hook: str, run: str, reference: str) -> None:
    path = f"/api/incidents/{reference}"
    await stage.call("POST", f"{path}/mitigate", {})
    await stage.call("POST", hook, _notification(run, "resolved", _now()), expect=202)

    async def is_quiet() -> bool:
        incident = await stage.call("GET", path)
        return bool(incident["state"] == "monitoring")

    await stage.until("the incident in monitoring, its alerts over", is_quiet)
    stage.step("the alerts are over, the incident is watched")
    answer = await stage.call("POST", f"{path}/resolve", {})
    if answer["state"] != "resolved":
        raise DrillFailed(f"it should be resolved; it is {answer['state']}")
    stage.step("it is resolved")


async def _postmortem(stage: Stage, reference: str) -> None:
    sent = time.perf_counter()
    drafted = await stage.call("POST", f"/api/incidents/{reference}/postmortem", {}, expect=201)
    stage.step("the post-mortem is drafted from the facts", time.perf_counter() - sent)
    due = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    title = "Alert when a release pins an old TLS version"
    action = {"incident": reference, "title": title, "kind": "alerting", "due_on": due}
    await stage.call("POST", "/api/action-items", action, expect=201)
    sent = time.perf_counter()
    pdf = await stage.call("GET", f"/api/postmortems/{drafted['id']}/pdf")
    if not pdf.startswith(b"%PDF"):
        raise DrillFailed("the export is no PDF")
    stage.target.pdf.write_bytes(pdf)
    stage.step(f"its PDF is at {stage.target.pdf}", time.perf_counter() - sent)


async def _counted(stage: Stage) -> int:
    figures = await stage.call("GET", "/api/metrics/mttr")
    return int(figures["n"])


async def _figures(stage: Stage, before: int) -> None:
    async def one_more() -> int:
        n = await _counted(stage)
        return n if n > before else 0

    n = await stage.until("the incident in the time to resolve", one_more, seconds=60)
    stage.step(f"the time to resolve counts {n} incident{'s' if n != 1 else ''} of this week")
