#!/usr/bin/env python3
"""What lib/http costs and what it withstands, next to a raw epoll loop and nginx: see --help."""
import sys

from harness import area

TITLE = 'HTTP: cost and strength'
METHOD = ('Everything runs on one machine, over loopback; clients share its cores with the server. Ratios compare across '
          'machines, absolute numbers do not. A measurement with a failed or a wrong answer is void and repeated; what '
          'stays void is shown as that.')
FIGURES = ('cost', 'heap', 'system_calls', 'idle_memory', 'generator', 'scaling', 'listing', 'slow_clients')

if __name__ == '__main__':
    sys.exit(area.main('http', TITLE, METHOD, FIGURES))
