#!/usr/bin/env python3
"""What Watchword costs beside other servers that do the same work, all in one run: see --help."""
import sys

from harness import area

TITLE = 'Watchword beside its peers'
METHOD = ('All servers do the same work on copies of one database, with the same tokens and the same password hashes, on '
          'one machine, over loopback; clients share its cores with them. Before it is measured, each must list what is '
          'in the database, refuse forged and expired tokens and wrong passwords. Watchword keeps the rendered list and '
          'the tokens that it has verified until a user changes, which is its design; the peers read the database and '
          'render the list for each request, as their authors show it, and of them only Fastify remembers tokens. CPU '
          'time is that of the whole process tree. Servers take turns, another one first in each round; medians with the '
          'least and the most; '
          'ratios are taken within a round. A round with a failed or a wrong answer is void and repeated; a peer that '
          'cannot take part is named with the reason. Ratios compare across machines, absolute numbers do not.')

# In the order of the report. What a feature brings that peers have too gets a module of its own after check: see
# "Where new figures go" in README.md.
FIGURES = ('who', 'check', 'listing', 'login', 'sign_up', 'mixed', 'start', 'idle', 'connections', 'users', 'tls',
           'databases')

if __name__ == '__main__':
    sys.exit(area.main('peers', TITLE, METHOD, FIGURES))
