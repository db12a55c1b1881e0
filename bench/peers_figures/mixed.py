"""Nine token checks for each login, at the rate of logins that the best server can hash."""
import contextlib

from harness import forms, load, percentiles
from harness.report import Section, Table
from harness.rounds import figure, spread
from harness.run import say
from peers_figures import starting
from peers_figures.contest import OURS, WATCHWORD, Contest, check_class, need

TITLE = 'Token checks beside logins'
USERS = 100
CHECKS_PER_LOGIN = 9
CAPACITY_CONNECTIONS, LOGIN_CONNECTIONS, CHECK_CONNECTIONS = 16, 128, 64
WARM_UP = 0.5  # s
MOST_CHECK_MS = 4


def measure(run):
    rounds, seconds, capacity_seconds, patience = run.pick((1, 1, 0.6, 2), (2, 3, 1, 3), (2, 6, 2, 4))
    database = starting.database(run, USERS)
    users = database.pick(1_000)
    with Contest(run, database, processes=None, only=run.pick(('fastify',), None, None)) as contest:
        alone = contest.take_turns('logins alone', rounds, lambda s: login_capacity(run, s, users, capacity_seconds),
                                   lambda r: f'{r:.1f}/s')
        capacity = {name: spread(results).median for name, results in alone.items()}
        rate = max(capacity.values())
        say(f'{rate:.1f} logins and {CHECKS_PER_LOGIN * rate:.0f} checks a second')

        def once(server):
            return beside(run, contest, server, users, rate, seconds, patience)

        seen = contest.take_turns('checks beside logins', rounds, once, told)
    return section(contest, capacity, rate, rounds, seconds, seen)


def login_capacity(run, server, users, seconds):
    report = load.measure(run.build, server.program, [forms.logins_of(users)], '--connections', CAPACITY_CONNECTIONS,
                          '--duration', seconds, '--warm-up', WARM_UP, '--quiet')
    return report['per_second']


def beside(run, contest, server, users, rate, seconds, patience):
    """Two open loops: logins, which may wait, fail or be refused when there are too many, and checks."""
    # Not quiet: `measuring` is waited for.
    flags = ['--duration', seconds, '--warm-up', WARM_UP, '--timeout', patience]
    logins = [forms.logins_of(users, (201, 503))]
    with contextlib.ExitStack() as running:
        login = running.enter_context(load.Load(run.build, server.program, logins, '--rate', rate, '--connections',
                                                LOGIN_CONNECTIONS, *flags))
        check = running.enter_context(load.Load(run.build, server.program, [check_class(contest, server)], '--rate',
                                                CHECKS_PER_LOGIN * rate, '--connections', CHECK_CONNECTIONS, *flags))
        checks, logins = (one.result(seconds, failures_allowed=True) for one in (check, login))
    failed = checks['failed']['total'] + checks['not_sent']
    if server.kind == OURS:
        need(failed == 0, f'{failed} checks failed: {load.only_nonzero(checks["failed"])}')
    need(checks['failed']['wrong_body'] == 0, 'a check was answered wrongly')
    done = logins['classes']['login']['statuses'].get('201', {})
    return {'checks': checks, 'logins': logins, 'checks_failed': failed, 'logins_per_second': done.get('per_second', 0),
            'login_p99_us': done.get('latency_us', {}).get('p99', 0),
            'checks_per_second': checks['classes']['check']['expected_per_second'],
            'check_us': checks['classes']['check']['latency_us']}


def told(seen):
    return f'p99 {seen["check_us"]["p99"] / 1000:.2f} ms, {seen["logins_per_second"]:.1f} logins/s'


def median(results, number):
    return spread(number(r) for r in results).median


def failed_share(result):
    """Of the checks that were due."""
    due = result['checks_failed'] + result['check_us']['count']
    return result['checks_failed'] / due if due else 1


def row(name, capacity, results):
    def text(number, form):
        return f'{median(results, number):{form}}'

    answered = all(r['check_us']['count'] for r in results)
    latencies = [text(lambda r, p=p: r['check_us'][p] / 1000, ',.2f') for p in ('p50', 'p90', 'p99')]
    logins = text(lambda r: r['login_p99_us'] / 1000, ',.0f') if all(r['login_p99_us'] for r in results) else ''
    return [name, f'{capacity:.1f}', text(lambda r: r['logins_per_second'], '.1f'), logins,
            text(lambda r: r['checks_per_second'], ',.0f'), text(lambda r: 100 * failed_share(r), '.1f') + ' %',
            *(latencies if answered else ['', '', '']),
            text(lambda r: r['checks']['send_delay_us']['p99'] / 1000, ',.2f')]


def section(contest, capacity, rate, rounds, seconds, seen):
    p99 = spread(r['check_us']['p99'] for r in seen[WATCHWORD]).times(1 / 1000)
    done = spread(r['logins_per_second'] for r in seen[WATCHWORD]).times(100 / rate)
    offered = f'{rate:.0f} a second'
    figures = [figure('p99 of token checks beside as many logins as the best server can do', p99, 'ms',
                      at_most=MOST_CHECK_MS, found=offered),
               figure('logins done beside token checks, of those due', done, '%', digits=1, found=offered)]

    def badness(of_server):
        return median(of_server[1], failed_share), median(of_server[1], lambda r: r['check_us']['p99'])

    rows = [row(name, capacity[name], results) for name, results in sorted(seen.items(), key=badness)]
    columns = ['server', 'logins/s alone', 'logins/s', 'p99 ms of logins', 'checks/s', 'not answered', 'p50 ms', 'p90 ms',
               'p99 ms', 'sent late p99 ms']
    latencies = {name: {p: median(results, lambda r, p=p: r['check_us'][p]) for p in percentiles.SHOWN}
                 for name, results in seen.items() if all(r['check_us']['count'] for r in results)}
    return Section(
        TITLE,
        method=f'First what each server can do: logins of {CAPACITY_CONNECTIONS} connections, closed loop. Then the '
               f'best of these rates, {rate:.1f}/s here, is offered to each as an open loop over {LOGIN_CONNECTIONS} '
               f'connections and {CHECKS_PER_LOGIN} times as many GET /user of {USERS} users over '
               f'{CHECK_CONNECTIONS} others, for {seconds} s after a warm-up, {rounds} interleaved rounds, medians. '
               'Latencies count from when a request was due and include what the clients lose on the same cores ("sent '
               'late"). A login may be refused with 503; one that was never sent is not done. watchword as it runs by '
               'default, each peer with as many processes as its authors recommend.',
        figures=figures, tables=[Table(columns, rows)],
        plots=[percentiles.plot('Latency of token checks beside logins', latencies)],
        notes=contest.notes(), data={'capacity': capacity, 'rate': rate, 'seen': seen})
