"""What a check costs over HTTP: the tutorial's token, an access token of /v1, and introspection by a client."""
import dataclasses

from harness import client, servers, wrk
from harness.report import Figure, Section, Table
from harness.rounds import figure, interleave, ratios, spread
from tokens_figures import introspection

TITLE = 'Checks over HTTP'
CONNECTIONS, USERS = 64, 3
LEAST_SHARE = 80  # % of the plain check's speed, for introspection
VERIFY = '/v1/verify'
HYDRA = 22_039    # introspections a second, its published best, on two cores

TUTORIAL, PLAIN, LIST, INTROSPECTION = ("GET /user, a tutorial's token", 'GET /v1/verify', 'GET /v1/sessions',
                                        'introspection')


@dataclasses.dataclass
class Asked:
    """A request that is answered 200 each time."""
    path: str
    headers: dict
    form: str | None = None  # encoded; then it is a POST


def measure(run):
    rounds, seconds = run.pick((1, 0.7), (5, 2), (5, 2))
    directory = run.new_directory()
    asking = introspection.register(run.build)
    settings = asking.settings(directory) if asking else {}
    with servers.start_watchword(run.build, directory, settings=settings) as watchword:
        asked, notes = requests(watchword, asking)
        measures = {name: lambda a=a: wrk.measure(watchword, a.path, a.headers, CONNECTIONS, seconds, a.form)
                    for name, a in asked.items()}
        seen = interleave(measures, rounds, lambda m: f'{m.cpu_us:.2f} µs, {m.per_second:,.0f}/s')
    plain = PLAIN if PLAIN in seen else TUTORIAL
    figures = [Figure(f'{name}: checks a second beside its client', spread(map(per_second, results)).median, digits=0)
               for name, results in seen.items() if name != LIST]
    if INTROSPECTION in seen:
        figures.append(figure('introspection, of the speed of the plain check, by CPU',
                              ratios(seen, plain, INTROSPECTION, cpu_us).times(100), '%', at_least=LEAST_SHARE, digits=0,
                              found=f'{plain}'))
    if PLAIN in seen:
        figures.append(figure('GET /v1/verify, CPU, times GET /user', ratios(seen, PLAIN, TUTORIAL, cpu_us)))
    return Section(
        TITLE,
        method=f'User and system time of watchword with one I/O thread per request, `wrk -t1 -c{CONNECTIONS} '
               f'-d{seconds}s`, {rounds} interleaved rounds in rotating order, medians; ratios are taken within a round. '
               f'{USERS} users; each request has the same token, which is known after the first. wrk takes its share of the '
               'same cores, so that checks a second say less than CPU time.',
        figures=figures, tables=[table(seen, plain)], notes=notes,
        data={name: [dataclasses.asdict(m) for m in results] for name, results in seen.items()})


def requests(watchword, asking):
    """-> ({name: Asked}, notes). What the server does not serve is left out, with a note. `asking`: see introspection"""
    tutorial = client.sign_up(watchword.port, USERS)
    access = client.sign_in(watchword.port)
    bearer = {'Authorization': f'Bearer {access}'}
    asked = {TUTORIAL: Asked('/user', {'x-access-token': tutorial})}
    notes = [f"Hydra's published best is {HYDRA:,} introspections a second on two cores."]
    status, _ = client.ask(watchword.port, 'GET', VERIFY, headers=bearer)
    if status == 200:
        asked[PLAIN] = Asked(VERIFY, bearer)
    else:
        asked[LIST] = Asked('/v1/sessions', bearer)
        notes.append(f'Not measured: {VERIFY} answers {status}. In its place GET /v1/sessions, which reads the database.')
    found = introspection.prepare(watchword, asking, access)
    if isinstance(found, str):
        notes.append(f'Not measured: introspection; {found}')
    else:
        asked[INTROSPECTION] = Asked(*found)
    return asked, notes


def cpu_us(measured):
    return measured.cpu_us


def per_second(measured):
    return measured.per_second


def table(seen, plain):
    rows = [[name, *spread(map(cpu_us, results)).text(), *ratios(seen, name, plain, cpu_us).text(),
             *spread(map(per_second, results)).text(0)] for name, results in seen.items()]
    return Table(['request', 'CPU µs', 'min–max', f'times {plain}', 'min–max', 'a second', 'min–max'], rows)
