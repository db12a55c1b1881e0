"""README's figures: chosen ones of what is recorded, between two marks."""
import dataclasses

from harness import graph, recorded
from harness.report import cell

BEGIN, END = '<!-- made by bench/report.py: begin -->', '<!-- made by bench/report.py: end -->'


@dataclasses.dataclass
class Row:
    """A figure of the report, in README's words, or in its own."""
    area: str
    figure: str
    words: str = ''


SERVERS = {'epoll_floor': 'raw epoll loop', 'watchword': 'Watchword', 'nginx': 'nginx `return 200`',
           'flask': 'the tutorial (Flask)', 'fastify': 'Fastify', 'go': 'Go net/http', 'rust': 'Rust hyper'}
FLOORS = ('epoll_floor', 'nginx')

COMPARED = ('Token check', 'List of 1,000 users', 'Login', 'Sign-up')  # sections of peers

# Pictures of report/, above the figures.
PICTURES = {'storm.svg': 'Before, in and after a storm of ten times as many logins as can be hashed: logins answered, p99 '
                         'of token checks and memory of Watchword and of others'}

# What a reader asks first, in this order. What is not recorded is left out.
CHOSEN = [
    Row('peers', 'Token check, CPU, times the floor', 'Token check, CPU, times the raw epoll loop'),
    Row('peers', 'Token check, CPU of the best peer, times watchword'),
    Row('peers', 'List of 1,000 users, CPU of the best peer, times watchword'),
    Row('peers', 'Login (Argon2id, 19 MiB, 2 passes), CPU of the best peer, times watchword'),
    Row('peers', 'p99 of token checks beside as many logins as the best server can do'),
    Row('peers', 'start to first answer'),
    Row('peers', 'idle RSS'),
    Row('http', 'heap allocations per GET /user', 'heap allocations for a request'),
    Row('http', 'heap held by an idle connection', 'memory of an idle connection'),
    Row('http', 'RSS with 10,000 idle connections', 'the whole process with 10,000 idle connections'),
    Row('http', 'throughput lost from 64 to 4,096 connections', 'throughput lost from 64 to 4,096 busy connections'),
    Row('passwords', 'logins/s, of the raw rate of hashes', 'logins a second, of what the bare hashes allow'),
    Row('passwords', 'logins at 10 times capacity, of the peak',
        'ten times as many logins as can be hashed: done, of the most'),
    Row('passwords', 'highest RSS in a tenfold storm', 'memory of the whole process then'),
    Row('passwords', 'p99 of refused logins in a tenfold storm', 'p99 of the logins that are refused then'),
    Row('passwords', 'p99 of token checks in a tenfold storm', 'p99 of token checks then'),
    Row('passwords', 'p99 of token checks in a tenfold storm, times that before it', 'the same, times that without logins'),
    Row('passwords', 'logins of a polite client beside one attacker, done',
        'logins of somebody else while one address sends all these, done'),
    Row('tokens', 'checks a second of a known token of /v1, one core', 'checks a second of a known access token, one core'),
    Row('tokens', 'introspection, of the speed of the plain check, by CPU', 'introspection, of the speed of the plain check'),
    Row('tokens', 'introspection: checks a second beside its client',
        'introspections a second, one I/O thread beside its client'),
    Row('tokens', 'SQLite: refreshes/s of 64 connections, times a commit each'),
    Row('tokens', 'SQLite, flushes 2 ms slower: refreshes/s of 64 connections, times a commit each',
        'the same on a disk whose flushes take 2 ms longer'),
    Row('tokens', 'memory of 1,000,000 users and 1,000,000 ended sessions',
        'memory of what was revoked: a million users and a million sessions'),
    Row('http', 'users listed per second', 'users listed a second'),
    Row('http', 'RSS above idle, slow client', 'memory that a long list takes while it is read slowly'),
    Row('http', 'p99 of a normal client beside 4,000 slow ones', 'p99 of a normal client beside 4,000 slow ones'),
    Row('storage', 'SQLite: rows/s of 64 writers, times one commit for each row',
        'SQLite: 64 writers at once, times one commit each'),
    Row('storage', 'SQLite: a lone commit, times the bare API\'s', 'SQLite: a lone commit, times the bare API\'s'),
    Row('storage', 'p99 of reads, writes at half the peak, times idle', 'p99 of look-ups beside writes, times idle'),
    Row('storage', 'token check, CPU: 1,000,000 users, times 1,000',
        'a new token\'s check among a million users, times among a thousand'),
    Row('storage', 'SQLite to PostgreSQL: rows/s of watchword, of bare API\'s',
        '`migrate copy` to PostgreSQL, of bare `COPY`'),
]


def section(areas):
    """The text between the marks."""
    by_name = {a.name: a for a in areas}
    # Both say what a token check costs: one of them is enough.
    costs = (peers_table(by_name['peers']) if 'peers' in by_name else []) \
        or (cost_table(by_name['http']) if 'http' in by_name else [])
    lines = [*costs, ''] if costs else []
    for file in graph.texts(areas):
        lines += [f'![{PICTURES[file]}](bench/report/{file})', '']
    lines += ['| figure | measured | target | |', '|---|--:|--:|---|']
    for row in CHOSEN:
        figure = by_name[row.area].find(row.figure) if row.area in by_name else None
        if figure:
            shown = dataclasses.replace(figure, name=row.words or figure.name)
            lines.append(f'| {cell(shown.label())} | {figure.measured()} | {figure.target()} | {figure.verdict()} |')
    count = recorded.count(areas)
    lines += ['', f'Of all targets {count.met} are met and {count.missed} missed'
              + (f'; {count.void} measurements are void' if count.void else '') + f'. Measured on {"; ".join(where(areas))}.']
    return '\n'.join(lines)


def peers_table(peers):
    """CPU time of each server for the same work: the first columns of the sections' tables. Nothing if there are none."""
    costs, units = {}, {}
    for title in COMPARED:
        section = peers.section(title)
        table = next((t for t in section.tables if t.columns[0] == 'server' and t.columns[1].startswith('CPU ')), None) \
            if section else None
        if table:
            units[title] = table.columns[1].removeprefix('CPU ')
            for row in table.rows:
                costs.setdefault(row[0], {})[title] = row[1]
    if not costs:
        return []
    names = sorted(costs, key=lambda n: (n != 'watchword', n not in FLOORS))
    lines = ['| CPU time of the server | ' + ' | '.join(cell(SERVERS.get(n, n)) for n in names) + ' |',
             '|---' + '|--:' * len(names) + '|']
    for title, unit in units.items():
        of_all = (f'{costs[n][title]} {unit}' if title in costs[n] else '' for n in names)
        lines.append(f'| {title} | {" | ".join(of_all)} |')
    return lines


def cost_table(http):
    """CPU time of the servers, side by side; nothing if it was not measured."""
    section = http.section('CPU time per request')
    paths = {'/user': '`GET /user`: token checked, 3 users listed', '/health/live': '`GET /health/live`'}
    if section is None or not section.data:
        return []
    names = [r['server'] for r in section.data['/user']]
    lines = ['| CPU time of the server for a request | ' + ' | '.join(SERVERS.get(n, n) for n in names)
             + ' | Watchword / loop |',
             '|---' + '|--:' * (len(names) + 1) + '|']
    for path, words in paths.items():
        rows = {r['server']: r for r in section.data[path]}
        costs = ' | '.join(f'{rows[n]["cpu_us"]:.2f} µs' for n in names)
        lines.append(f'| {words} | {costs} | {rows["watchword"]["ratio"]:.2f} |')
    return lines


def where(areas):
    """What ran where, areas of one machine together."""
    machines = {}
    for a in areas:
        machine = f'{a.machine.get("cpu", "?")}, {a.machine.get("cores", "?")} cores'
        size = a.size or a.machine.get('run', '?').partition(',')[0]
        machines.setdefault(machine, []).append(f'{a.name} at {a.machine.get("commit", "?")}, {size}')
    return [f'{machine} ({"; ".join(runs)})' for machine, runs in machines.items()]


def put_into(text, areas):
    """README's text with the section made anew; ValueError unless the marks are there, once and in order."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f'README needs one line "{BEGIN}" and below it one "{END}"')
    before, _, rest = text.partition(BEGIN)
    return f'{before}{BEGIN}\n{section(areas)}\n{END}{rest.partition(END)[2]}'


def write(file, areas):
    file.write_text(put_into(file.read_text(encoding='utf-8'), areas), encoding='utf-8')
