"""Which servers take part, and which do not and why."""
import shutil

from harness.peers import PEERS
from harness.program import said
from harness.report import Section, Table

TITLE = 'The servers'


def measure(run):
    nginx = shutil.which('nginx') or shutil.which('/usr/sbin/nginx')
    rows = [['watchword', said(run.build / 'watchword', '--version'), 'yes'],
            ['epoll_floor', 'one thread that sends the same bytes, `bench/load/epoll_floor.cpp`', 'yes'],
            ['nginx', f'{said(nginx, "-v")}, `return 200` with the same body' if nginx else '',
             'yes' if nginx else '**no**: it is not installed']]
    for peer in PEERS:
        reason = peer.missing()
        rows.append([peer.name, '' if reason else peer.describe(), f'**no**: {reason}' if reason else 'yes'])
    return Section(TITLE, tables=[Table(['server', 'what it is', 'takes part'], rows)], data=rows)
