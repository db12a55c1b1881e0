#!/usr/bin/env python3
"""CPU time per request of watchword, next to a raw epoll loop and nginx that answer the same bytes.

http_area.py BUILD_DIRECTORY [--quick | --full]
"""
import argparse
import contextlib
import pathlib
import shutil
import socket
import sys
import tempfile

from harness import client, machine, process, report, wrk

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONNECTIONS = 64
SECONDS = 3
USERS = 3
FLOOR = 'epoll_floor'
ROUNDS = {'quick': 3, 'default': 5, 'full': 15}
TRIES = 3  # for a run that comes out void

NGINX_CONFIG = '''
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type application/json; return 200 '{body}'; }}
    }}
}}
'''


def start_watchword(build, directory):
    command = [build / 'watchword', 'serve', '--listen', '127.0.0.1:0', '--database', 'sqlite:bench.db',
               '--threads', '1', '--no-limits']
    ready = process.printed(r'127\.0\.0\.1:(\d+)')
    return process.Program('watchword', command, directory / 'watchword.log', ready, cwd=directory)


def start_floor(build, directory, answer):
    response = directory / 'response'
    response.write_bytes(answer)
    command = [build / 'bench/epoll_floor', '0', response]
    return process.Program(FLOOR, command, directory / 'floor.log', process.printed(r'^(\d+)$'))


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def start_nginx(directory, body):
    """None where nginx is not installed, or cannot say these bytes."""
    nginx = shutil.which('nginx') or shutil.which('/usr/sbin/nginx')
    text = body.decode()
    if nginx is None or '$' in text:
        return None
    port = free_port()
    quoted = text.replace('\\', '\\\\').replace("'", "\\'")
    config = directory / 'nginx.conf'
    config.write_text(NGINX_CONFIG.format(port=port, body=quoted))
    command = [nginx, '-p', directory, '-c', config, '-e', 'stderr']
    return process.Program('nginx', command, directory / 'nginx.log', process.accepting(port), cwd=directory)


def measure_path(servers, path, headers, rounds):
    """Every server once in each round, each time another one first."""
    results = {s.name: [] for s in servers}
    for n in range(rounds):
        first = n % len(servers)
        for server in servers[first:] + servers[:first]:
            run = measure_once(server, path, headers)
            results[server.name].append(run)
            print(f'  {path} {n + 1}/{rounds} {server.name}: {run.cpu_us:.2f} µs', file=sys.stderr)
    return results


def measure_once(server, path, headers):
    for _ in range(TRIES):
        try:
            return wrk.measure(server, path, headers, CONNECTIONS, SECONDS)
        except wrk.Void as e:
            print(f'  void run of {server.name}: {e}', file=sys.stderr)
    raise RuntimeError(f'{server.name}: no valid run of {path} in {TRIES} tries')


def check_same_body(server, path, headers, body):
    _, answered = client.raw_answer(server.port, path, headers)
    if answered != body:
        raise RuntimeError(f'{server.name} answers {answered!r}, not {body!r}')


def compare(watchword, build, directory, path, headers, rounds):
    """The rows of one path: watchword, the floor with the very bytes watchword sends, nginx with the same body."""
    head, body = client.raw_answer(watchword.port, path, headers)
    with contextlib.ExitStack() as running:
        floor = running.enter_context(start_floor(build, directory, head + body))
        servers = [floor, watchword]
        nginx = start_nginx(directory, body)
        if nginx:
            servers.append(running.enter_context(nginx))
        for server in servers:
            check_same_body(server, path, headers, body)
        return report.summarise(measure_path(servers, path, headers, rounds), FLOOR)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument('build', type=pathlib.Path)
    size = arguments.add_mutually_exclusive_group()
    for name in ('quick', 'full'):
        size.add_argument(f'--{name}', dest='size', action='store_const', const=name, default='default')
    given = arguments.parse_args()
    rounds = ROUNDS[given.size]
    build = given.build.resolve()

    with tempfile.TemporaryDirectory(prefix='watchword-bench-') as name:
        directory = pathlib.Path(name)
        directory.chmod(0o755)  # nginx works as another user where root starts it
        with start_watchword(build, directory) as watchword:
            token = client.sign_up(watchword.port, USERS)
            paths = {'/user': {'x-access-token': token}, '/health/live': {}}
            sections = {f'GET {path}' + (f' (a valid token, {USERS} users)' if headers else ''):
                        compare(watchword, build, directory, path, headers, rounds)
                        for path, headers in paths.items()}

    method = (f'CPU time (user and system) of the server\'s process tree per request, `wrk -t1 -c{CONNECTIONS} '
              f'-d{SECONDS}s` over loopback, {rounds} interleaved rounds in rotating order, medians. `{FLOOR}` is '
              'one thread that answers the same bytes without looking at the request; ratios are taken within a round. '
              'watchword runs with one I/O thread.')
    print(report.write(ROOT / 'bench/report', 'http', 'CPU time per request', machine.describe(ROOT), method, sections))


if __name__ == '__main__':
    main()
