"""A login, which is a password hash and little else."""
from harness import forms, program
from harness.peers import PEERS
from harness.report import Section, Table
from harness.run import valid
from peers_figures import starting
from peers_figures.comparison import Comparison, median_of
from peers_figures.contest import CORES, FAILURES, Contest, cost, in_a_line
from peers_figures.libargon2 import libargon2_ms

TITLE = 'Login'
USERS = 1_000
CONNECTIONS = 8
WARM_UP = 0.2  # s
LEAST_OF_PEERS = 1.35  # times
TARGET_NAME = 'Login (Argon2id, 19 MiB, 2 passes)'


def measure(run):
    rounds, logins = run.pick((2, 40), (4, 100), (6, 200))
    logins *= CORES
    database = starting.database(run, USERS)
    users = database.pick(1_000)
    with Contest(run, database, processes=None) as contest:
        def once(server):
            return cost(run, server, forms.logins_of(users), CONNECTIONS, '--requests', logins, '--warm-up', WARM_UP)

        seen = contest.take_turns('login', rounds, once, lambda r: f'{r["cpu_us"] / 1000:.2f} ms')
    engines, notes = raw_engines(run, contest.skipped)
    compared = Comparison(contest, seen, 'cpu_us', 'ms', divisor=1000, digits=2)
    return Section(
        TITLE,
        method=f'POST /login of users by chance, the hashes all with the default cost (Argon2id, 19 MiB, 2 passes), '
               f'{CONNECTIONS} connections, closed loop of {logins} logins after a warm-up, {rounds} interleaved rounds. '
               'watchword as it runs by default, each peer with as many processes as its authors recommend. Below it what '
               'the hash alone costs by each engine at hand, on one core.',
        figures=compared.figure_best_peer(TARGET_NAME, LEAST_OF_PEERS),
        tables=[compared.table('CPU time of a login', [('logins/s', median_of('per_second', digits=1)),
                                                       ('p99 ms', median_of('p99_us', 1000))]),
                Table(['engine', 'CPU ms, median'], [[name, f'{ms:.2f}'] for name, ms in engines.items()],
                      'The hash alone')],
        plots=[compared.plot('CPU time of a login')], notes=contest.notes() + notes, data=seen | {'engines_ms': engines})


def raw_engines(run, skipped):
    """-> {name: CPU ms of a hash}, notes"""
    rounds = run.pick(7, 31, 101)
    seen = valid('argon2_cost', lambda: program.measure(run.build / 'bench/argon2_cost', rounds))
    engines = {f'watchword, {e["engine"]}' if e['engine'] != 'libsodium' else 'libsodium': e['cpu_ms']
               for e in seen['engines']}
    debian = libargon2_ms(rounds, seen['memory_kib'], seen['passes'])
    if debian is not None:
        engines['libargon2 (Debian)'] = debian
    notes = []
    for peer in PEERS:
        if peer.name in skipped:
            continue
        try:
            name, ms = peer.hash_cost(rounds)
            engines[f'{peer.name}: {name}'] = ms
        except FAILURES as e:
            notes.append(f'**the hash alone by {peer.name} failed**: {in_a_line(str(e))}')
    return dict(sorted(engines.items(), key=lambda e: e[1])), notes
