#!/usr/bin/env python3
"""Logins, and many more of them than can be hashed: see --help."""
import sys

from harness import area

TITLE = 'Passwords: a storm of logins'
METHOD = ('A login is an Argon2id hash of 19 MiB and 2 passes and little else, so that a machine does a few hundred a second '
          'and whoever sends more of them is a storm. Watchword runs as it does by default, with --no-limits: nobody is '
          'turned away for being one of many, only for want of time. Everything runs on one machine, over loopback; '
          'the clients share its cores with the server. Capacity is what a closed loop of logins gets.')

FIGURES = ('raw', 'storm', 'deadline', 'fairness')

if __name__ == '__main__':
    sys.exit(area.main('passwords', TITLE, METHOD, FIGURES))
