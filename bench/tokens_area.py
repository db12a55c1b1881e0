#!/usr/bin/env python3
"""What access and refresh tokens of /v1 cost, in process and over HTTP, beside the tutorial's: see --help."""
import sys

from harness import area

TITLE = 'Tokens: refreshes, checks and revocation'
METHOD = ('Everything runs on one machine, over loopback; clients share its cores with the server and the database. Ratios '
          'compare across machines, absolute numbers do not. Watchword runs with its defaults and --no-limits: access '
          'tokens are signed with ES256, every commit is durable before it is answered.')
FIGURES = ('refreshes', 'checks', 'revocation', 'over_http')

if __name__ == '__main__':
    sys.exit(area.main('tokens', TITLE, METHOD, FIGURES))
