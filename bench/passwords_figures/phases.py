"""One server before, in and after a storm: token checks all along, one more client who logs in, and its memory."""
import contextlib
import dataclasses
import time

from harness.run import Void
from passwords_figures.storming import (CROWD, CROWD_SIZE, OPEN_SECONDS, PEER_CONNECTIONS, POLITE, STORM_CONNECTIONS,
                                        Loads, Memory, RefusalReader)

POLITE_RATE, POLITE_CONNECTIONS = 4, 16  # logins a second of one more client, from the storm's beginning on
NORMAL_MS = 100       # a login that takes no longer is as good as without a storm
SETTLE = 0.3          # s, before token checks count
SHORTER = 0.8         # s: checks end before the phase does that they are of


@dataclasses.dataclass
class Lengths:
    """In seconds."""
    calm: float
    storm: float
    after: float
    interval: float
    patience: float  # of clients


@dataclasses.dataclass
class Seen:
    """Reports of the load generator, and what else was looked at. Times are seconds since the storm began."""
    calm: dict        # token checks
    during: dict
    after: dict
    storm: dict       # logins
    polite: dict      # logins of one more client, in the storm and after it
    memory: list      # of (time, MiB)
    highest_mib: float
    retry_after: list
    ended: float

    def over_time(self, report, name, status):
        """-> [(time in the middle of an interval, what is told of it)]"""
        told = report['classes'][name]['statuses'].get(status, {}).get('over_time', [])
        offset = report['measured_from'] - self.storm['measured_from'] + report['interval_seconds'] / 2
        return [(each['from'] + offset, each) for each in told]

    def calm_mib(self):
        """Before the storm; the least, since checks that have ended do not count."""
        before = [mib for at, mib in self.memory if at < 0]
        return min(before) if before else min(mib for _, mib in self.memory)


def watch(run, contest, server, users, rate, lengths):
    """The server is started afresh; what remains of a storm in a peer ends with it."""
    contest.start_again(server)
    loads = Loads(run, contest, server, lengths.patience, lengths.interval)
    try:
        with Memory(server.program) as memory:
            with loads.checks(lengths.calm, SETTLE) as running:
                calm = loads.result(running, lengths.calm)
            seen = through_storm(loads, server, users, rate, lengths)
            highest = memory.highest()
    finally:
        if loads.may_fail:
            server.program.stop()
    began = seen['storm']['measured_from']
    return Seen(calm=calm, memory=[(at - began, mib) for at, mib in memory.seen], highest_mib=highest, **seen)


def through_storm(loads, server, users, rate, lengths):
    both = lengths.storm + lengths.after
    with contextlib.ExitStack() as running:
        storm = running.enter_context(loads.logins(users, rate, lengths.storm, addresses=CROWD_SIZE))
        storm.await_measuring(OPEN_SECONDS)
        end = time.monotonic() + lengths.storm
        polite = running.enter_context(loads.logins(users, POLITE_RATE, both - SHORTER, first=POLITE,
                                                    connections=POLITE_CONNECTIONS))
        during = running.enter_context(loads.checks(lengths.storm - SHORTER, SETTLE))
        reader = running.enter_context(RefusalReader(server, users, CROWD))
        time.sleep(max(0, end - time.monotonic()))
        reader.end()
        after = running.enter_context(loads.checks(lengths.after, 0))
        seen = {name: loads.result(load, both + lengths.patience) for name, load in
                (('during', during), ('after', after), ('storm', storm), ('polite', polite))}
    seen['retry_after'] = [] if loads.may_fail else reader.result()
    seen['ended'] = lengths.storm
    if not loads.may_fail and seen['storm']['classes']['login']['requests'] < 0.99 * rate * lengths.storm:
        raise Void(f'only {seen["storm"]["classes"]["login"]["requests"]} logins of the storm were sent')
    return seen


def normal_again(seen):
    """-> the seconds after the storm's end from which on every login of the one more client was done, and in time; None
    if that did not come."""
    good, bad = [], []
    for status in seen.polite['classes']['login']['statuses']:
        for at, told in seen.over_time(seen.polite, 'login', status):
            if at >= seen.ended:
                (good if status == '201' and told['max'] <= 1000 * NORMAL_MS else bad).append(at)
    last_bad = max(bad, default=seen.ended)
    later = [at for at in good if at > last_bad]
    if not later:
        return None
    return last_bad - seen.ended + (seen.polite['interval_seconds'] / 2 if bad else 0)


def polite_share(seen):
    """Of the logins that one more client was due in the storm and after it, in %."""
    due = seen.polite['classes']['login']['requests'] + seen.polite['not_sent']
    done = seen.polite['classes']['login']['statuses'].get('201', {}).get('answers', 0)
    return 100 * done / due if due else 0


def storm_connections_text():
    return f'{STORM_CONNECTIONS:,} connections (to peers {PEER_CONNECTIONS:,}) from {CROWD_SIZE} addresses'
