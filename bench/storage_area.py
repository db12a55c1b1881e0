#!/usr/bin/env python3
"""What lib/store costs and what it withstands, next to SQLite's API and libpq: see --help."""
import sys

from harness import area

TITLE = 'Storage: cost and strength'
METHOD = ('Everything runs on one machine, clients share its cores with the server and the database. Ratios compare '
          'across machines, absolute numbers do not: what a commit costs is the disk\'s. A measurement with a failure '
          'is void and repeated; what stays void is shown as that.')
FIGURES = ('commits', 'reads', 'growth', 'copies', 'statements')

if __name__ == '__main__':
    sys.exit(area.main('storage', TITLE, METHOD, FIGURES))
