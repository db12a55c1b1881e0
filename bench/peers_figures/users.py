"""What a login and a list cost when there are thousands and millions of users."""
import contextlib
import dataclasses
import hashlib
import json
import time

from harness import forms, process
from harness.made_users import LOWEST_COST
from harness.report import Plot, Section, Table
from harness.rounds import figure, spread
from harness.run import say
from peers_figures import starting
from peers_figures.contest import WATCHWORD, Contest, PeerFailed, cost, fetch, need

TITLE = 'Number of users'
SMALL, LARGE, LARGEST = 1_000, 100_000, 1_000_000
CONNECTIONS = 16
MOST_TIMES = 1.5       # what a login costs with SMALL users
LEAST_LIST_CPU = 0.3   # s of the server; or
MOST_LISTS = 20
MOST_LIST_SECONDS = 2  # or
LIST_PATIENCE = 120
MIB = 1024             # KiB


def measure(run):
    rounds, seconds = run.pick((1, 0.4), (2, 0.8), (2, 1.5))
    sizes = run.pick([SMALL, LARGE], [SMALL, LARGE, LARGEST], [SMALL, LARGE, LARGEST])
    listed = run.pick(sizes, [SMALL, LARGE], sizes)
    notes = ['With 10,000,000 users: see the area `storage`, `--huge`.']
    logins, lists = {}, {}
    with contextlib.ExitStack() as running:
        contests = {size: running.enter_context(
            Contest(run, starting.database(run, size, lowest_cost=True), settings=LOWEST_COST, listed=False))
            for size in sizes}
        for n in range(rounds):
            for size, contest in contests.items():
                people = contest.database.pick(2_000, seed=n)
                for name, results in contest.take_turns(
                        f'login of {size:,}', 1, lambda s, c=people: login(run, s, c, seconds), told).items():
                    logins.setdefault(name, {}).setdefault(size, []).extend(results)
        for size in listed:
            lists[size] = lists_of(contests[size])
        for size, contest in contests.items():
            notes += [f'{size:,} users: {note}' for note in contest.notes()]
    return section(sizes, listed, rounds, seconds, logins, lists, notes)


def told(result):
    return f'{result["cpu_us"]:.1f} µs'


def login(run, server, people, seconds):
    return cost(run, server, forms.logins_of(people), CONNECTIONS, '--duration', seconds, '--warm-up', 0.2)


def lists_of(contest):
    """-> {server: what its list costs}"""
    seen = {}
    for server in list(contest.servers):
        try:
            seen[server.name] = contest.attempt(server, 'the list', lambda s=server: take_lists(contest, s))
        except PeerFailed as e:
            contest.leave_out(server, str(e))
            continue
        say(f'list of {contest.database.size:,} {server.name}: {seen[server.name]["us_per_user"]:.2f} µs for each user, '
            f'{seen[server.name]["peak_mib"]:.0f} MiB')
    return seen


def take_lists(contest, server):
    """One after the other; the first is compared with the database, the others with the first."""
    program = server.program
    members = process.tree(program.process.pid)
    for member in members:
        process.forget_peak(member)
    before, began, lists, first = program.cpu_seconds(), time.monotonic(), 0, None
    while lists < MOST_LISTS:
        status, body = fetch(server, '/user', {'x-access-token': contest.token}, LIST_PATIENCE)
        need(status == 200, f'the list is answered {status}')
        digest = hashlib.sha256(body).digest()
        if first is None:
            first, checked = digest, body
        need(digest == first, 'two lists differ')
        lists += 1
        took, spent = time.monotonic() - began, program.cpu_seconds() - before
        if spent >= LEAST_LIST_CPU or took >= MOST_LIST_SECONDS:
            break
    peak = sum(process.memory_kib(member, 'VmHWM') for member in members) / MIB
    expected = {'users': [dataclasses.asdict(u) for u in contest.database.users()]}
    need(json.loads(checked) == expected, 'the list is not what is in the database')
    users = lists * contest.database.size
    return {'us_per_user': spent * 1e6 / users, 'users_per_second': users / took, 'peak_mib': peak, 'lists': lists}


def section(sizes, listed, rounds, seconds, logins, lists, notes):
    figures = [figure(f'login without its hash, CPU: {size:,} users, times {SMALL:,}', times(logins[WATCHWORD], size),
                      at_most=MOST_TIMES) for size in sizes[1:]]
    return Section(
        TITLE,
        method=f'Logins of users by chance, whose hashes have the lowest cost (8 KiB, 1 pass) so that the look-up shows: '
               f'{CONNECTIONS} connections, closed loop for {seconds} s after a warm-up, {rounds} interleaved rounds, '
               'medians. Lists, GET /user of everybody, one after the other by one client: CPU time for each user in '
               'them, and the highest RSS of all processes meanwhile; the list is compared with the database. One I/O '
               'thread of watchword, one process of each peer.',
        figures=figures,
        tables=[Table(['CPU µs of a login', *(f'{size:,} users' for size in sizes)],
                      [[name, *(cell(of_sizes.get(size)) for size in sizes)] for name, of_sizes in logins.items()]),
                *(list_table(size, lists[size]) for size in listed)],
        plots=[Plot('CPU time of a login without its hash', 'lines', 'users', 'CPU µs',
                    {name: [(size, median(results)) for size, results in of_sizes.items()]
                     for name, of_sizes in logins.items()}, log_x=True, log_y=True),
               Plot('CPU time of a list, for each user in it', 'lines', 'users', 'CPU µs',
                    {name: [(size, lists[size][name]['us_per_user']) for size in listed if name in lists[size]]
                     for name in logins}, log_x=True, log_y=True)],
        notes=notes, data={'logins': logins, 'lists': lists})


def median(results):
    return spread(r['cpu_us'] for r in results).median


def times(of_sizes, size):
    return spread(a['cpu_us'] / b['cpu_us'] for a, b in zip(of_sizes[size], of_sizes[SMALL]))


def cell(results):
    return f'{median(results):.1f}' if results else 'failed'


def list_table(size, seen):
    rows = [[name, f'{r["us_per_user"]:.2f}', f'{r["users_per_second"]:,.0f}', f'{r["peak_mib"]:,.1f}']
            for name, r in sorted(seen.items(), key=lambda s: s[1]['us_per_user'])]
    return Table(['server', 'CPU µs per user', 'users/s', 'highest RSS MiB'], rows, f'A list of {size:,} users')
