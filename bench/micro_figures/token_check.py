"""Where the time of a token check goes: a flame graph and a table."""
import contextlib
import time

from harness import client, flame, load, servers, shares, stacks
from harness.report import Figure, Section, Table
from harness.run import Void, say, valid

TITLE = 'Where the time of a token check goes'
USERS, CONNECTIONS = 3, 64
SUBJECT = 'request/token_check'


def measure(run):
    reason = stacks.why_no_perf()
    if reason:
        say(f'callgrind in place of perf: {reason}')
        return by_callgrind(run, reason)
    return valid('the profile', lambda: by_perf(run))


def by_perf(run):
    seconds = run.pick(2, 8, 20)
    with contextlib.ExitStack() as running:
        directory = run.new_directory()
        watchword = running.enter_context(servers.start_watchword(run.build, directory))
        headers = {'x-access-token': client.sign_up(watchword.port, USERS)}
        head, body = client.raw_answer(watchword.port, '/user', headers)
        floor = running.enter_context(servers.start_floor(run.build, run.new_directory(), head + body))
        costs = {s.name: cpu_us(run, s, headers, body) for s in (watchword, floor)}
        seen, switches = shares.without_switches(profile(run, watchword, headers, body, seconds))
    parts = shares.of(seen)
    ours, least = costs[watchword.name], costs[floor.name]
    rows = [[part, f'{share:.1%}', f'{share * ours:.2f}'] for part, share in parts.items()]
    return Section(
        TITLE,
        method=f'`perf` looks at watchword (one I/O thread) {stacks.SAMPLES_PER_SECOND:,} times a second for {seconds} s '
               f'while {CONNECTIONS} connections ask GET /user in a closed loop. Shares are of its samples; µs are shares '
               'of the CPU time that a request takes without perf. A sample belongs to the innermost part that its stack '
               f'names. {switches:.0%} of the samples are left out: in them the thread got its core back from another one.',
        figures=[Figure('CPU of a token check outside of the kernel', ours * outside_kernel(parts), 'µs')],
        tables=[Table(['part', 'share', 'µs'], rows, f'{ours:.2f} µs of CPU time for a request')],
        notes=left_to_gain(parts, ours, least),
        pictures=[(f'A token check, kernel and all: {sum(seen.values()):,} samples', flame.svg(seen, 'samples'))],
        data={'shares': parts, 'cpu_us': costs, 'samples': sum(seen.values())})


def cpu_us(run, server, headers, body):
    """Of one request, without perf."""
    flags = ['--connections', CONNECTIONS, '--duration', run.pick(1, 4, 8), '--warm-up', 0.5]
    report = load.measure(run.build, server, [request(headers, body)], *flags, watch=True)
    say(f'{server.name}: {report["per_second"]:,.0f}/s')
    return load.cpu_us(report)


def request(headers, body):
    return load.request_class('/user', headers, answer=body.decode())


def profile(run, server, headers, body, seconds):
    flags = ['--connections', CONNECTIONS, '--duration', seconds + 1, '--warm-up', 0.5]
    with load.Load(run.build, server, [request(headers, body)], *flags) as asking:
        asking.await_measuring(30)
        seen = stacks.sample(server.process.pid, seconds, run.directory)
        asking.result()
    if sum(seen.values()) < seconds * 100:
        raise Void(f'perf took {sum(seen.values())} samples in {seconds} s')
    return seen


def outside_kernel(parts):
    return sum(share for part, share in parts.items() if part not in shares.FLOOR)


def left_to_gain(parts, ours, least):
    """What the numbers say, in words."""
    user = outside_kernel(parts)
    own = {part: share for part, share in parts.items() if part not in shares.FLOOR}
    largest = max(own, key=own.get)
    call = max((p for p in parts if p in shares.FLOOR), key=parts.get)
    return [
        f'The kernel takes {1 - user:.0%} of a request, {(1 - user) * ours:.2f} µs; the largest part of it is '
        f'"{call}" with {parts[call] * ours:.2f} µs. Whoever answers one request with one receive and one send pays '
        f'this: the floor, a bare epoll loop, takes {least:.2f} µs in all on this machine.',
        f'Everything else, Asio, Beast and our own code, takes {user * ours:.2f} µs. That is the most that can be gained '
        f'without asking the kernel less: a server that did nothing at all in it would need {1 - user:.0%} of the time.',
        f'The largest part of that is "{largest}" with {own[largest] * ours:.2f} µs: twice as fast, it would make a '
        f'request {own[largest] / 2:.1%} cheaper.',
    ]


def by_callgrind(run, reason):
    program = run.build / 'bench/micro_count'
    if not program.exists():
        raise Void(f'{reason}; there is no micro_count either')
    began = time.monotonic()
    seen = stacks.counted(program, SUBJECT, run.new_directory())
    say(f'counted in {time.monotonic() - began:.0f} s')
    parts = shares.of(seen)
    return Section(
        TITLE,
        method=f'Callgrind\'s tree of calls of `{SUBJECT}` in instructions, without the kernel ({reason}). With it, '
               'perf shows the kernel\'s part too, which is the larger one.',
        tables=[Table(['part', 'share of the instructions'], [[p, f'{share:.1%}'] for p, share in parts.items()])],
        pictures=[('A token check outside of the kernel', flame.svg(seen, 'instructions'))],
        data={'shares': parts})
