"""How much of what the hash engine could do alone the logins of a server are."""
from harness import forms, load, program
from harness.report import Section, Table
from harness.rounds import figure, interleave, ratios, spread
from passwords_figures.storming import CAPACITY_CONNECTIONS, USERS
from peers_figures import starting
from peers_figures.contest import CORES, Contest

TITLE = 'Logins and the hash alone'
HASH, LOGIN = 'hash alone', 'login'
WARM_UP = 0.3       # s
LEAST_OF_RAW = 95   # %


def measure(run):
    rounds, seconds = run.pick((1, 1), (4, 3), (5, 4))
    database = starting.database(run, USERS)
    users = database.pick(1_000)
    with Contest(run, database, processes=None, only=()) as contest:
        server = contest.servers[0]
        seen = interleave({HASH: lambda: hashes(run, seconds), LOGIN: lambda: logins(run, server, users, seconds)}, rounds,
                          lambda r: f'{r["per_second"]:.1f}/s, {r["cpu_ms"]:.2f} ms')
    rows = [[name, *spread(r['per_second'] for r in results).text(1), *spread(r['cpu_ms'] for r in results).text()]
            for name, results in seen.items()]
    share = ratios(seen, LOGIN, HASH, lambda r: r['per_second']).times(100)
    return Section(
        TITLE,
        method=f'`argon2_rate`: {CORES} threads that verify one password over and over with our engine, each on a slot of '
               f'its own, and nothing besides; and watchword with as many slots, {CAPACITY_CONNECTIONS} connections that '
               f'log in, closed loop. {seconds} s each, {rounds} interleaved rounds, medians. The client takes its share '
               'of the same cores.',
        figures=[figure('logins/s, of the raw rate of hashes', share, '%', at_least=LEAST_OF_RAW, digits=1),
                 figure('CPU of a login, times that of a raw hash', ratios(seen, LOGIN, HASH, lambda r: r['cpu_ms']))],
        tables=[Table(['', 'a second', 'min–max', 'CPU ms', 'min–max'], rows)], data=seen)


def hashes(run, seconds):
    seen = program.measure(run.build / 'bench/argon2_rate', seconds, CORES)
    return {'per_second': seen['per_second'], 'cpu_ms': seen['cpu_ms'], 'engine': seen['engine']}


def logins(run, server, users, seconds):
    report = load.measure(run.build, server.program, [forms.logins_of(users)], '--connections', CAPACITY_CONNECTIONS,
                          '--duration', seconds, '--warm-up', WARM_UP, '--quiet', watch=True)
    return {'per_second': report['per_second'], 'cpu_ms': load.cpu_us(report) / 1000}
