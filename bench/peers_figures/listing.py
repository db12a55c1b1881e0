"""The list of a thousand users."""
from harness.report import Section
from peers_figures import starting
from peers_figures.comparison import Comparison, median_of
from peers_figures.contest import FLOOR, Contest, check_class, cost

TITLE = 'List of 1,000 users'
USERS = 1_000
CONNECTIONS = 16
WARM_UP = 0.2  # s
LEAST_OF_PEERS = 2  # times


def measure(run):
    rounds, seconds = run.pick((2, 0.5), (4, 1), (7, 2))
    with Contest(run, starting.database(run, USERS), floors=(FLOOR,)) as contest:
        contest.warm_up()

        def once(server):
            return cost(run, server, check_class(contest, server), CONNECTIONS, '--duration', seconds,
                        '--warm-up', WARM_UP)

        seen = contest.take_turns('list', rounds, once, lambda r: f'{r["cpu_us"]:.1f} µs')
    compared = Comparison(contest, seen, 'cpu_us', 'µs')
    return Section(
        TITLE,
        method=f'GET /user with a valid token and {USERS:,} users, every answer compared byte by byte with the one that '
               f'was checked to list what is in the database; {CONNECTIONS} connections, closed loop for {seconds} s '
               f'after a warm-up, {rounds} interleaved rounds. One I/O thread of watchword, one process of each peer.',
        figures=compared.figure_best_peer(TITLE, LEAST_OF_PEERS),
        tables=[compared.table('CPU time of a list', [('lists/s', median_of('per_second')),
                                                      ('p99 ms', median_of('p99_us', 1000, 1))])],
        plots=[compared.plot('CPU time of a list of 1,000 users')],
        notes=contest.notes() + ['nginx is not in it: `return` takes no text of that length.'], data=seen)
