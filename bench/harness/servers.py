"""The servers that are compared: watchword, the raw epoll loop, nginx."""
import os
import resource
import shutil
import socket

from harness import client, process

FLOOR = 'epoll_floor'
LISTEN = ('--listen', '127.0.0.1:0')

NGINX_CONFIG = '''
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {tls}
    server {{
        listen 127.0.0.1:{port} {listen} backlog=4096;
        location / {{ default_type application/json; return 200 '{body}'; }}
    }}
}}
'''

# As watchword has it: nginx 1.22 speaks no TLS 1.3 unless it is told, and lets the client choose the cipher.
NGINX_TLS = '''ssl_protocols TLSv1.2 TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_certificate certificate.pem; ssl_certificate_key key.pem; ssl_session_cache shared:all:10m;'''


def most_files():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def allow_files():
    """To this process, and so to all that it starts: as many as it may have."""
    hard = most_files()
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def start_watchword(build, directory, threads=1, settings=None, database='sqlite:bench.db', flags=LISTEN,
                    environment=None):
    """`threads` 0: as many as cores. `settings`: WATCHWORD_* variables without that prefix. `flags`: on what it
    listens, one address. `environment`: other variables"""
    command = [build / 'watchword', 'serve', *flags, '--database', database, '--threads', str(threads), '--no-limits']
    environment = {n: v for n, v in os.environ.items() if not n.startswith('WATCHWORD_')} | (environment or {})
    if not process.may_look_into_all():
        environment['WATCHWORD_SERVER_CORE_DUMPS'] = 'true'
    environment.update({f'WATCHWORD_{n}': str(v) for n, v in (settings or {}).items()})
    ready = process.printed(r'127\.0\.0\.1:(\d+)')
    return process.Program('watchword', command, directory / 'watchword.log', ready, cwd=directory, env=environment)


def start_check_server(build, directory, secret):
    """Checks tokens at /check, and nothing else, on the same database."""
    command = [build / 'bench/check_server', 'bench.db', secret]
    return process.Program('check_server', command, directory / 'check.log', process.printed(r'^(\d+)$'), cwd=directory)


def start_floor(build, directory, answer):
    response = directory / 'response'
    response.write_bytes(answer)
    command = [build / 'bench/epoll_floor', '0', response]
    return process.Program(FLOOR, command, directory / 'floor.log', process.printed(r'^(\d+)$'))


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def start_nginx(directory, body, connections=8192, tls=False):
    """None where nginx is not installed, or cannot say these bytes. For TLS certificate.pem and key.pem are there."""
    nginx = shutil.which('nginx') or shutil.which('/usr/sbin/nginx')
    text = body.decode()
    if nginx is None or '$' in text:
        return None
    port = free_port()
    quoted = text.replace('\\', '\\\\').replace("'", "\\'")
    file = directory / 'nginx.conf'
    file.write_text(NGINX_CONFIG.format(port=port, body=quoted, connections=connections, files=most_files(),
                                        listen='ssl' if tls else '', tls=NGINX_TLS if tls else ''))
    command = [nginx, '-p', directory, '-c', file, '-e', 'stderr']
    return process.Program('nginx', command, directory / 'nginx.log', process.accepting(port), cwd=directory)


def start_floors(running, build, directory, watchword, path, headers, nginx_connections=8192):
    """The floor with the very bytes watchword sends for `path`, and nginx, if it is there, with the same body; entered
    into the ExitStack `running`. -> [Program]"""
    head, body = client.raw_answer(watchword.port, path, headers)
    floors = [running.enter_context(start_floor(build, directory, head + body))]
    nginx = start_nginx(directory, body, nginx_connections)
    if nginx:
        floors.append(running.enter_context(nginx))
    for floor in floors:
        _, answered = client.raw_answer(floor.port, path, headers)
        if answered != body:
            raise RuntimeError(f'{floor.name} answers {answered!r}, not {body!r}')
    return floors
