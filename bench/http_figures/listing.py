"""Listing a million users: time, and the memory it takes beyond that of an idle server."""
import time

from harness import client, process, servers, users
from harness.report import Figure, Section, Table
from harness.run import Void, say, valid
from harness.stream import Stream

TITLE = 'Listing a million users'
SIGNED_UP = 3
USERS, FEWER = 1_000_000, 200_000  # fewer where time is short
MOST_MIB = 16           # above idle
SLOW_RATE = 1024 * 1024  # bytes a second
SLOW_BUFFER = 64 * 1024


def measure(run):
    count, slow_seconds = run.pick((FEWER, 4), (USERS, 15), (USERS, 40))
    directory = run.new_directory()
    token = prepare(run, directory, count)
    with servers.start_watchword(run.build, directory) as server:
        headers = {'x-access-token': token}
        client.raw_answer(server.port, '/health/live', {})
        idle = process.memory_kib(server.process.pid, 'VmRSS')
        fast = valid('the list', lambda: take_fast(server, headers, idle, count))
        checked = valid('the list, checked', lambda: take_checked(server, headers, idle, count))
        slow = valid('the list, slowly', lambda: take_slowly(server, headers, idle, slow_seconds))
    clients = {'fast': fast, 'fast, checks every user': checked, f'slow, 1 MiB/s, for {slow_seconds} s': slow}
    return Section(
        TITLE,
        method=f'GET /user on an SQLite database of {count + SIGNED_UP:,} users, watchword with one I/O thread. The RSS is '
               'the highest that the kernel saw (VmHWM) while the list was taken, less the RSS of the server before '
               'its first list. One client reads as fast as it can; one checks that what it gets is the JSON of every '
               'user, once and in order; one has a small receive buffer and reads slowly.',
        figures=[Figure('RSS above idle, fast client', max(fast['mib'], checked['mib']), 'MiB', at_most=MOST_MIB, digits=1),
                 Figure('RSS above idle, slow client', slow['mib'], 'MiB', at_most=MOST_MIB, digits=1),
                 Figure('users listed per second', fast['users_per_second'], digits=0)],
        tables=[Table(['client', 'MiB above idle', 'MiB read', 'seconds', 'users/s', 'server CPU µs/user'],
                      [[name, f'{c["mib"]:.1f}', f'{c["bytes"] / 2**20:.1f}', f'{c["seconds"]:.2f}',
                        f'{c["users_per_second"]:,.0f}', f'{c["cpu_us"]:.2f}'] for name, c in clients.items()])],
        notes=[f'idle: {idle / 1024:.1f} MiB'],
        data=clients | {'idle_kib': idle})


def prepare(run, directory, count):
    """A database with all users, and a token."""
    with servers.start_watchword(run.build, directory) as server:
        token = client.sign_up(server.port, SIGNED_UP)
    users.add(directory / 'bench.db', count)
    return token


def take(server, stream, idle, consume):
    """consume(chunk) is called for each, until it says False."""
    process.forget_peak(server.process.pid)
    cpu, began, size = server.cpu_seconds(), time.monotonic(), 0
    for chunk in stream.chunks():
        size += len(chunk)
        if consume(chunk) is False:
            break
    took = time.monotonic() - began
    return {'mib': (process.memory_kib(server.process.pid, 'VmHWM') - idle) / 1024, 'bytes': size, 'seconds': took,
            'cpu_seconds': server.cpu_seconds() - cpu}


def per_user(seen, listed):
    return seen | {'users_per_second': listed / seen['seconds'], 'cpu_us': seen['cpu_seconds'] * 1e6 / listed}


def take_fast(server, headers, idle, count):
    with Stream(server.port, '/user', headers) as stream:
        seen = take(server, stream, idle, lambda chunk: None)
    say(f'{seen["bytes"] / 2**20:.0f} MiB in {seen["seconds"]:.1f} s, {seen["mib"]:.1f} MiB above idle')
    return per_user(seen, count + SIGNED_UP)


def take_checked(server, headers, idle, count):
    check = users.ListCheck(SIGNED_UP, count)
    with Stream(server.port, '/user', headers) as stream:
        seen = take(server, stream, idle, check.feed)
    check.finish()
    say(f'{check.users:,} users are there, each once')
    return per_user(seen, check.users)


def take_slowly(server, headers, idle, seconds):
    until = time.monotonic() + seconds
    listed = 0

    def consume(chunk):
        nonlocal listed
        listed += chunk.count(b'"public_id"')
        return time.monotonic() < until

    with Stream(server.port, '/user', headers, receive_buffer=SLOW_BUFFER) as stream:
        stream.slow_down(SLOW_RATE)
        seen = take(server, stream, idle, consume)
    if seen['seconds'] < seconds * 0.8:
        raise Void(f'the whole list came in {seen["seconds"]:.1f} s: that was not slow')
    say(f'slowly: {seen["bytes"] / 2**20:.1f} MiB in {seen["seconds"]:.1f} s, {seen["mib"]:.1f} MiB above idle')
    return per_user(seen, listed)
