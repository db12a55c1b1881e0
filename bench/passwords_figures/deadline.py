"""A queue without a bound but its deadline: whoever would come too late is told so at once."""
import contextlib

from harness.report import Figure, Section, Table
from harness.run import valid
from passwords_figures.storming import (CROWD, CROWD_SIZE, LEAST_GOODPUT, MOST_REFUSAL_MS, OPEN_SECONDS, USERS, Loads,
                                        RefusalReader, answers, goodput, known_capacity, p99_ms, per_second, written)
from peers_figures import starting
from peers_figures.contest import Contest

TITLE = 'A deadline for logins'
TIMES = 10
DEADLINE = 2          # s
ITSELF = 0.05         # s, at the most: the hash, when its turn has come
SETTINGS = {'PASSWORDS_TIMEOUT': f'{DEADLINE}s', 'PASSWORDS_QUEUE': 100_000}
CONNECTIONS = 4096    # more than may wait


def measure(run):
    seconds = run.pick(1.5, 6, 12)
    database = starting.database(run, USERS)
    users = database.pick(1_000)
    with Contest(run, database, processes=None, only=(), settings=SETTINGS) as contest:
        server = contest.servers[0]
        peak = known_capacity(run, server, users)
        logins, later = valid('a deadline', lambda: storm(run, contest, server, users, peak, seconds))
    return section(peak, seconds, logins, later)


def storm(run, contest, server, users, peak, seconds):
    loads = Loads(run, contest, server, patience=10)
    filled = 0.3 + 1.5 * DEADLINE * peak / (TIMES * peak)
    with contextlib.ExitStack() as running:
        logins = running.enter_context(loads.logins(users, TIMES * peak, seconds, filled, addresses=CROWD_SIZE,
                                                    connections=CONNECTIONS))
        logins.await_measuring(OPEN_SECONDS)
        with RefusalReader(server, users, CROWD) as reader:
            seen = loads.result(logins, seconds)
        return seen, reader.result()


def section(peak, seconds, logins, later):
    done, refused = answers(logins, '201'), answers(logins, '503')
    figures = [Figure(f'logins in time for a deadline of {DEADLINE} s, of the peak', goodput(logins, peak), '%', digits=1,
                      at_least=LEAST_GOODPUT)]
    if done:
        figures.append(Figure(f'p99 of admitted logins, deadline of {DEADLINE} s', p99_ms(done) / 1000, 's',
                              at_most=DEADLINE + ITSELF, digits=3))
    if refused:
        figures.append(Figure(f'p99 of refused logins, deadline of {DEADLINE} s', p99_ms(refused), 'ms',
                              at_most=MOST_REFUSAL_MS))
    rows = [[name, f'{per_second(logins, status):,.1f}',
             *(written(told['latency_us'][p] / 1000) for p in ('p50', 'p90', 'p99', 'max'))]
            for name, status, told in (('done (201)', '201', done), ('refused (503)', '503', refused)) if told]
    notes = [f'{len(later)} refusals read: Retry-After from {min(later)} to {max(later)} s'] if later else []
    return Section(
        TITLE,
        method=f'As many may wait as want to, {DEADLINE} s each (`passwords.queue` {SETTINGS["PASSWORDS_QUEUE"]:,}, '
               f'`passwords.timeout` {DEADLINE} s), {TIMES} times the capacity of {peak:.1f} logins/s over '
               f'{CONNECTIONS:,} connections from {CROWD_SIZE} addresses for {seconds} s, once as many wait as can be '
               'done in that time. A login is admitted if it is expected to begin in time, and takes as long as its hash '
               f'beyond that: {1000 * ITSELF:.0f} ms are allowed.',
        figures=figures, tables=[Table(['logins', 'a second', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'], rows)], notes=notes,
        data={'capacity': peak, 'logins': logins, 'retry_after': later})
