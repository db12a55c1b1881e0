"""One address that sends ten times as many logins as can be hashed, and somebody else who logs in now and then."""
import contextlib

from harness.report import Figure, Section, Table
from harness.run import valid
from passwords_figures.storming import (ATTACKER, LEAST_GOODPUT, MOST_REFUSAL_MS, OPEN_SECONDS, POLITE, USERS, Loads,
                                        RefusalReader, answers, fill_seconds, goodput, known_capacity, p99_ms,
                                        per_second, written)
from peers_figures import starting
from peers_figures.contest import Contest

TITLE = 'One attacker and a polite client'
TIMES = 10
POLITE_RATE, POLITE_CONNECTIONS = 1, 4
MOST_POLITE_MS = 250


def measure(run):
    seconds = run.pick(4, 12, 30)
    database = starting.database(run, USERS)
    users = database.pick(1_000)
    with Contest(run, database, processes=None, only=()) as contest:
        server = contest.servers[0]
        peak = known_capacity(run, server, users)
        attacker, polite, later = valid('attacker', lambda: side_by_side(run, contest, server, users, peak, seconds))
    return section(peak, seconds, attacker, polite, later)


def side_by_side(run, contest, server, users, peak, seconds):
    loads = Loads(run, contest, server, patience=10)
    with contextlib.ExitStack() as running:
        attack = running.enter_context(loads.logins(users, TIMES * peak, seconds, fill_seconds(TIMES * peak, peak),
                                                    first=ATTACKER))
        attack.await_measuring(OPEN_SECONDS)
        polite = running.enter_context(loads.logins(users, POLITE_RATE, seconds, first=POLITE,
                                                    connections=POLITE_CONNECTIONS))
        with RefusalReader(server, users, ATTACKER) as reader:
            seen = [loads.result(each, seconds) for each in (attack, polite)]
        return *seen, reader.result()


def section(peak, seconds, attacker, polite, later):
    done = answers(polite, '201')
    due = polite['classes']['login']['requests']
    share = 100 * done['answers'] / due if done else 0
    figures = [Figure('logins of a polite client beside one attacker, done', share, '%', at_least=100, digits=1)]
    if done:
        figures.append(Figure('p99 of a polite client\'s logins beside one attacker', p99_ms(done), 'ms', digits=1,
                              at_most=MOST_POLITE_MS))
    figures.append(Figure('logins beside one attacker, of the peak', goodput(attacker, peak), '%', digits=1,
                          at_least=LEAST_GOODPUT))
    refused = answers(attacker, '503')
    if refused:
        figures.append(Figure('p99 of an attacker\'s refused logins', p99_ms(refused), 'ms', at_most=MOST_REFUSAL_MS))
    rows = [row('the attacker', attacker), row('the polite client', polite)]
    notes = [f'{len(later)} refusals of the attacker read: Retry-After from {min(later)} to {max(later)} s'] if later else []
    return Section(
        TITLE,
        method=f'{TIMES} times the capacity of {peak:.1f} logins/s from one address, and {POLITE_RATE} login a second '
               f'from another, for {seconds} s once the queue is full. Latencies count from when a login was due.',
        figures=figures,
        tables=[Table(['', 'offered/s', 'done/s', 'refused/s', 'p50 ms of done', 'p99 ms', 'max ms'], rows)], notes=notes,
        data={'capacity': peak, 'attacker': attacker, 'polite': polite, 'retry_after': later})


def row(name, report):
    done = answers(report, '201')
    latencies = [written(done['latency_us'][p] / 1000, ',.1f') if done else '' for p in ('p50', 'p99', 'max')]
    return [name, f'{report["rate"]:,.0f}', f'{per_second(report, "201"):,.2f}', f'{per_second(report, "503"):,.1f}',
            *latencies]
