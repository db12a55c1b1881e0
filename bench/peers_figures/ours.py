"""Watchword by itself, started otherwise than for a contest: on another database, with TLS."""
import os

from harness import process, servers
from peers_figures.contest import SECRET, WATCHWORD


def start(run, directory, database, *flags, threads=1, settings=None):
    """`settings`: WATCHWORD_* variables without that prefix."""
    command = [run.build / 'watchword', 'serve', '--database', database, '--threads', str(threads), '--no-limits',
               *(flags or ('--listen', '127.0.0.1:0'))]
    environment = {n: v for n, v in os.environ.items() if not n.startswith('WATCHWORD_')}
    environment.update({f'WATCHWORD_{n}': str(v) for n, v in {'SECRET': SECRET, **(settings or {})}.items()})
    return process.Program(WATCHWORD, command, directory / 'watchword.log', process.printed(r'127\.0\.0\.1:(\d+)'),
                           cwd=directory, env=environment, preexec_fn=servers.allow_files)
