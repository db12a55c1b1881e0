"""People who sign up, many at once, each stored when it is acknowledged."""
from harness import forms
from harness.report import Section
from harness.rounds import figure, spread
from peers_figures import starting
from peers_figures.comparison import Comparison, median_of
from peers_figures.contest import CORES, WATCHWORD, Contest, cost, need

TITLE = 'Sign-up'
USERS = 1_000
CONNECTIONS = 64
HASH = '$argon2id$v=19$m=19456,t=2,p=1$'


def measure(run):
    rounds, people = run.pick((1, 64), (3, 160), (5, 320))
    people *= CORES
    with Contest(run, starting.database(run, USERS), processes=None) as contest:
        def once(server):
            return sign_up(run, server, people)

        seen = contest.take_turns('sign-up', rounds, once,
                                  lambda r: f'{r["cpu_us"] / 1000:.2f} ms, {r["per_second"]:.1f}/s')
    compared = Comparison(contest, seen, 'cpu_us', 'ms', divisor=1000, digits=2)
    per_second = spread(r['per_second'] for r in seen[WATCHWORD])
    return Section(
        TITLE,
        method=f'POST /signup of {people} people who were never here, {CONNECTIONS} connections, closed loop, '
               f'{rounds} interleaved rounds, each server on its own SQLite file, which is then looked into: as many '
               'more users as were answered 201, with hashes of the default cost. watchword as it runs by default, each '
               'peer with as many processes as its authors recommend. Hashing is included, and is most of it.',
        figures=[figure('sign-ups per second', per_second, digits=1), *compared.figure_best_peer(TITLE, None)],
        tables=[compared.table('CPU time of a sign-up', [('sign-ups/s', median_of('per_second', digits=1)),
                                                         ('p50 ms', median_of('p50_us', 1000)),
                                                         ('p99 ms', median_of('p99_us', 1000))])],
        plots=[compared.plot('CPU time of a sign-up')], notes=contest.notes(), data=seen)


def sign_up(run, server, people):
    before = server.users_stored()
    seen = cost(run, server, forms.sign_ups(people), CONNECTIONS, '--requests', people, '--warm-up', 0)
    stored = server.users_stored() - before
    need(stored == seen['answers'], f'{seen["answers"]} sign-ups were acknowledged, and {stored} are stored')
    newest = server.newest_hash()
    need(newest.startswith(HASH), f'it hashes otherwise: {newest[:len(HASH)]}')
    return seen
