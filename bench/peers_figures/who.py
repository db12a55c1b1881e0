"""Which servers take part, and which do not and why."""
from harness.peers import PEERS
from harness.report import Section, Table

TITLE = 'The servers'


def measure(_):
    rows = [['watchword', 'this server', 'yes'],
            ['epoll_floor', 'one thread that sends the same bytes, `bench/load/epoll_floor.cpp`', 'yes'],
            ['nginx', '`return 200` with the same body', 'where it is installed']]
    for peer in PEERS:
        reason = peer.missing()
        rows.append([peer.name, '' if reason else peer.describe(), f'**no**: {reason}' if reason else 'yes'])
    return Section(TITLE, tables=[Table(['server', 'what it is', 'takes part'], rows)], data=rows)
