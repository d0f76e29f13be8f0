"""The words by which an incident's type is told: a table to read, and the reader of it.

A phrase is worth points for its type. `a b` are words that follow each other, `a + b` are words
anywhere in one text, `a/b` either word. The words of a title and of an alert's name count double.
Words are compared in lower case, without plural s; CamelCase and snake_case fall into words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from incidents.models.triage import IncidentType as T

# Longer texts are read this far; words beyond say little, and reading must stay cheap.
MAX_TEXT: Final = 600
MAX_WORDS: Final = 120
# A type needs at least so many points, else the incident is of type Other.
ENOUGH: Final = 2.0

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+(?:xx)?")
_KEPT_S = ("ss", "us", "is")

# Type → points → phrases, separated by commas.
TABLE: Final[Mapping[T, Mapping[int, str]]] = {
    T.SERVICE_OUTAGE: {
        4: """
            outage, service unavailable, no healthy, crash looping, crash loop/loops,
            completely unavailable, site + unreachable, not reachable
        """,
        3: """
            unreachable, not responding, does not answer/respond, no answer/response, nobody can,
            nothing work/works, offline, unavailable, blackbox probe failed, probe failed,
            health check + fail/failed/failing, availability + below,
            all instance/replica/pod + down, heartbeat + missed/missing, heartbeat lost,
            target down, instance down, no instance left, has stopped, stopped working,
            total failure
        """,
        2: """
            down, dead, gone, crashed/crashes/crashing, crash, not available, not working,
            cannot log in, cannot sign in, availability, absent, heartbeat
        """,
    },
    T.PERFORMANCE_DEGRADATION: {
        4: """
            high latency, slow response/query, response time, degraded performance, latency,
            performance degradation/degraded, consumer lag, request duration, apdex,
            slow/slower/slowly/slowness/sluggish, backlog
        """,
        3: """
            time out/outs under load, take/takes/took + minute/longer/forever,
            queue + grow/grows/growing/full/length/depth, throughput, keep up, lagging,
            hang/hangs, degraded, p50, p90, p95, p99, load time, unresponsive,
            delay/delays/delayed
        """,
        2: "timeout, time out, timed out, lag, duration, under load, performance",
    },
    T.DATABASE_FAILURE: {
        5: """
            replication lag, too many connection, too many client, deadlock,
            replication broken/stopped/error, out of connection, data corruption,
            connection pool + exhausted, connection slot, max connection,
            long running transaction, no primary, split brain
        """,
        4: """
            postgre sql, postgresql, postgres, my sql, mysql, mongo db, mongodb, maria db,
            mariadb, redis, elasticsearch, elastic search, cassandra, oracle, sql server,
            dynamo db, rds, db cluster,
            database + down/fail/failed/failure/connection/unavailable/corrupt/failover,
            pg bouncer, pgbouncer, clickhouse, cockroach, valkey, memcached
        """,
        3: "database, replication, replica + lag/behind, slave, transaction id, vacuum, innodb",
        2: "db, replica, query, table, sql, index corrupt",
    },
    T.NETWORK_ISSUE: {
        5: """
            packet loss, network partition, no route, dns, bgp, interface down, link down,
            network unreachable, vpn, connection reset, tunnel, firewall, nat gateway
        """,
        4: """
            network, switch, router, routing, subnet, connectivity, name resolution, bandwidth,
            transit, peering, ingress, uplink, carrier, fibre
        """,
        3: """
            connection refused, eth/ens/bond, load balancer, proxy, packet, proxy error,
            receive err, transmit err, nic, vlan, latency between
        """,
        2: "connection lost, dropped connection, host unreachable",
    },
    T.API_FAILURE: {
        5: """
            5xx, error rate, rate limit exceeded, failed request, status code 500, http 500,
            api error, api fail/fails/failed/failure,
            api + return/returns/answers + 500/502/503/504, bad gateway, gateway timeout,
            webhook + fail/fails/failed/failing
        """,
        4: """
            grpc, g rpc, graphql, graph ql, 500, 502, 503, 504,
            endpoint + error/fail/fails/failing, internal server error, rate limited,
            rate limiting, throttled/throttling, third party
        """,
        3: "api, webhook, error + percent/budget/ratio/burst/spike, upstream, endpoint",
        2: "request + fail/fails/failed/failing, error/errors, exception, burn rate",
        1: "fail/fails/failed/failing/failure",
    },
    T.UNAUTHORIZED_ACCESS: {
        6: """
            brute force, unauthorized/unauthorised access, suspicious login/sign/access/activity,
            privilege escalation, compromised account/credential/user/key, account takeover,
            failed login/logins, stolen credential/key/token/password/laptop, intrusion,
            intruder, credential stuffing, impossible travel, phishing, phished, root login,
            console login
        """,
        5: """
            unauthorized, unauthorised, compromised, stolen, unknown device/location/country,
            new location, hijacked, hacked, impersonation, backdoor, lateral movement
        """,
        3: """
            login + attempt/attempts, suspicious, permission denied, access denied,
            anomalous login
        """,
    },
    T.DATA_BREACH: {
        6: """
            data breach, breach, exfiltration, exfiltrated, data leak, leaked,
            leak + customer/personal/data/credential,
            exposed + data/personal/customer/record/bucket/secret, public bucket,
            personal data + exposed/export/exported/copied/lost,
            customer data + exposed/copied/read/sold, dark web, gdpr
        """,
        4: """
            leak of, personal data, sensitive data, read exported,
            exported + invoice/customer/record/data, pii, secret + repository/exposed/committed,
            somebody read, sent to the wrong
        """,
    },
    T.DDOS: {
        7: """
            DDoS, ddos, denial of service, dos attack, http flood, syn flood, udp flood, flood,
            volumetric, amplification attack, botnet, slowloris
        """,
        4: """
            traffic spike + attack, attack + traffic/edge, bot + traffic/request/login, scraper,
            scraping, scrubbing
        """,
    },
    T.MALWARE: {
        7: """
            malware, ransomware, virus, trojan, cryptominer, crypto miner, cryptomining,
            crypto mining, rootkit, worm, spyware, keylogger, infected, web shell, webshell,
            malicious package/file/process/code, coin miner
        """,
        4: "quarantined, antivirus, malicious, miner, endpoint protection, encrypted by",
    },
    T.VULNERABILITY_EXPLOITATION: {
        7: """
            exploit, exploited, exploitation, zero day, sql injection, path traversal,
            remote code execution, rce, xss, cross site scripting, ssrf, log4shell, log 4 shell,
            log4j, command injection, code injection, deserialization attack, injection
        """,
        5: "cve, vulnerability, vulnerable, unpatched, waf",
    },
    T.DEPLOYMENT_FAILURE: {
        6: """
            image pull back off, err image pull, rollout, rollback, roll back, rolled back,
            rolling back, deploy + fail/fails/failed/failing/broke/breaks/stuck, failed deploy,
            deployment failed/failure, canary, release + fail/fails/failed/breaks/broke/broken,
            bad release/deploy/build, last deploy/deployment/release,
            after deploy/deployment/release/upgrade, migration + fail/failed/hangs/stuck/version,
            generation mismatch
        """,
        4: """
            deploy, deployment, pipeline, release, new version, upgrade, ci,
            build fail/fails/failed, argo, argocd, helm, migration
        """,
    },
    T.CONFIGURATION_ERROR: {
        6: """
            misconfigured, misconfiguration, wrong configuration/config/setting,
            invalid configuration/config/setting/directive,
            config + reload/error/invalid/drift/wrong/fail/failed, configuration error/drift,
            failed reload, reload failed, feature flag,
            certificate + expire/expires/expired/expiry/expiration/invalid,
            cert + expire/expires/expired/expiry/expiring, certificate, environment variable,
            tls expiry, x509, missing variable/secret/setting
        """,
        4: """
            config, configuration, misrouted, wrong value, cert, tls, ssl, setting, flag,
            terraform, typo in config/configuration
        """,
    },
    T.RESOURCE_EXHAUSTION: {
        6: """
            out of memory, oom, oom killed, disk full, disk + fill/low/space/usage/full,
            no space left, out of space, out of disk, filesystem + full/space/usage/almost,
            inode, high cpu, cpu + usage/high/load/saturated/throttling,
            memory + usage/high/leak/pressure/exhaustion/exhausted/limit, quota exceeded, quota,
            too many open file, file descriptor, thread + exhausted/limit, disk pressure,
            memory pressure, swap, heap
        """,
        4: """
            cpu, memory, disk, filesystem, capacity, saturation, saturated, exhausted,
            exhaustion, storage full, volume full, ram,
            insufficient + capacity/memory/cpu/resource, load average
        """,
    },
    T.BACKUP_FAILURE: {
        8: """
            backup, restore test, pg dump + fail/failed/missing, dump + not/failed/missing,
            snapshot + fail/failed/missing/old, restore + fail/failed/fails, velero, restic,
            wal archiving, archive command, barman, pgbackrest
        """,
        4: "snapshot, restore, dump",
    },
    T.HUMAN_ERROR: {
        9: """
            accidental, accidentally, by mistake, by accident, human error, operator error,
            unintentionally, wrong + deleted/dropped/removed/restarted, deleted by an admin,
            deleted the wrong, fat finger, manual error, mistakenly, typo,
            wrong command/server/cluster/database
        """,
        5: "deleted by, wrong button, misclick, oversight",
    },
}


def words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return [_plain(found) for found in _WORD.findall(text[:MAX_TEXT])][:MAX_WORDS]


def _plain(word: str) -> str:
    word = word.lower()
    if len(word) > 3 and word.endswith("s") and not word.endswith(_KEPT_S):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class Phrase:
    """`rest` follows the first word; where `apart`, anywhere in the text."""

    type: T
    points: int
    text: str
    first: str
    rest: tuple[frozenset[str], ...]
    apart: bool

    def fits(self, following: list[str], there: set[str]) -> str:
        """The words that fit, or "" where they do not; `there` are all words of the text."""
        if self.apart:
            met = [next(iter(sorted(choices & there)), "") for choices in self.rest]
            return " … ".join([self.first, *met]) if all(met) else ""
        if len(following) < len(self.rest):
            return ""
        if all(word in choices for word, choices in zip(following, self.rest, strict=True)):
            return " ".join([self.first, *following])
        return ""


@cache
def _index() -> Mapping[str, list[Phrase]]:
    """The phrases by their first word."""
    found: dict[str, list[Phrase]] = {}
    for kind, by_points in TABLE.items():
        for points, listed in by_points.items():
            for text in listed.split(","):
                for first, phrase in _phrases(kind, points, text.strip()):
                    found.setdefault(first, []).append(phrase)
    return found


def _phrases(kind: T, points: int, text: str) -> Iterator[tuple[str, Phrase]]:
    """A phrase for each spelling of its first word."""
    apart = "+" in text
    parts = [_spellings(part) for part in text.replace(" + ", " ").split()]
    first, *rest = [step for part in parts for step in part]
    for word in first:
        yield word, Phrase(kind, points, text, word, tuple(rest), apart)


def _spellings(part: str) -> list[frozenset[str]]:
    """The words that may stand for this part of a phrase; CamelCase makes several parts."""
    choices = [words(choice) for choice in part.split("/")]
    if len(choices) == 1:
        return [frozenset((word,)) for word in choices[0]]
    return [frozenset(chain.from_iterable(choices))]


def found_in(text: str) -> list[tuple[Phrase, str]]:
    """The phrases of the table that stand in the text, with the words that fit."""
    told = words(text)
    there = set(told)
    index = _index()
    found: list[tuple[Phrase, str]] = []
    for at, word in enumerate(told):
        for phrase in index.get(word, ()):
            fitting = phrase.fits(told[at + 1 : at + 1 + len(phrase.rest)], there)
            if fitting:
                found.append((phrase, fitting))
    return found
