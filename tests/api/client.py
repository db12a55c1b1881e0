#!/usr/bin/env python3
"""A client that takes /openapi.json at its word: client.py BINARY [--seed N] [--rounds N] [--only TEXT]

It starts BINARY, makes requests of what the description says, those that must succeed and those that must be refused,
and judges every answer by the description. Each property of each operation is one case. What fails is shown with its
request as curl; the seed makes the same requests again. Needs jsonschema (python3-jsonschema).

  --seed N            of the requests; drawn, and printed, unless given
  --rounds N          how often each property is tried (1)
  --only TEXT         only cases with this in "operation: property"
  --database URL      another than a new SQLite file
  --set NAME=VALUE    a setting of the server
  --description FILE  judge by this one instead of the server's
  --print-description print it, and ask nothing else
  --self-test         show that each kind of wrong answer is found; starts no server
"""
import argparse
import json
import random
import sys
import traceback

import properties
import self_test
from api_server import Server
from description import Description
from wire import Request, Wire
from world import Stuck

SHOWN = 3  # failures of one property


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def note(self, name, faults):
        if faults:
            self.failed += 1
            for why in faults[:SHOWN]:
                print(f'FAIL {name}: {why}', flush=True)
        else:
            self.passed += 1


def try_property(world, check, operation, rounds):
    """-> how often it was tried, what went wrong"""
    tried, world.faults = 0, []
    for _ in range(rounds):
        try:
            for _ in check(operation):
                tried += 1
        except Stuck:
            pass
        except Exception as why:  # a client must not die of one answer
            at = traceback.extract_tb(why.__traceback__)[-1]
            world.complain(f'{type(why).__name__}: {why} ({at.name}, line {at.lineno})')
    return tried, world.faults


def read_description(wire):
    return wire.send(Request('GET', '/openapi.json')).body


def print_description(arguments):
    server = Server(arguments.binary, arguments.database, arguments.set)
    try:
        sys.stdout.buffer.write(read_description(Wire(server.base)))
    finally:
        ended = server.stop()
    return 1 if ended else 0


def run(server, arguments):
    count, wire = Count(), Wire(server.base)
    document = json.loads(read_description(wire))
    if arguments.description:
        with open(arguments.description, encoding='utf-8') as file:
            document = json.load(file)
    description = Description(document)
    world, all_properties = properties.make(server, wire, description, random.Random(arguments.seed))
    world.set_up()
    count.note('setUp: succeeds', world.faults)
    for name in all_properties.all():
        check = getattr(all_properties, name.lower().replace(' ', '_').replace('-', '_'))
        for operation in description.operations:
            case = f'{operation.id}: {name}'
            if arguments.only not in case:
                continue
            tried, faults = try_property(world, check, operation, arguments.rounds)
            if tried or faults:
                count.note(case, faults)
    count.note('the log has no errors', server.errors())
    print(f'{world.sent} requests for {len(description.operations)} operations')
    return count


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('binary', nargs='?')
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(2 ** 32))
    parser.add_argument('--rounds', type=int, default=1)
    parser.add_argument('--only', default='')
    parser.add_argument('--database')
    parser.add_argument('--set', action='append', default=[])
    parser.add_argument('--description')
    parser.add_argument('--print-description', action='store_true')
    parser.add_argument('--self-test', action='store_true')
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test.run()
    if not arguments.binary:
        parser.error('which binary?')
    if arguments.print_description:
        return print_description(arguments)
    print(f'seed {arguments.seed}', flush=True)
    server = Server(arguments.binary, arguments.database, arguments.set)
    try:
        count = run(server, arguments)
    finally:
        ended = server.stop()
    count.note('the server ends well', [ended] if ended else [])
    if count.failed:
        print(f'again: client.py {arguments.binary} --seed {arguments.seed} --rounds {arguments.rounds}')
    print(f'{count.passed} passed, {count.failed} failed')
    return 1 if count.failed else 0


if __name__ == '__main__':
    sys.exit(main())
