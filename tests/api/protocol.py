"""What HTTP, and the fields of it that the description names, ask of every operation."""
import concurrent.futures

from judge import code_in
from trying import Trying
from wire import Request, Wire
from world import Prepared

ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'BREW']
# Answered alike whatever the method, and by every proxy's question.
ANY_METHOD = {'/v1/verify'}
# Of If-Match: what does not name the state that is there, and what does.
OTHER_TAGS = ['"nothing"', 'W/{now}', '{old}', 'garbage', '{now}garbage', '',
              '"*"', '""', '"."', '"*."', '","', '"-"', '"0"']
SAME_TAGS = ['{old}, {now}', '{now}', '*']
# What changes from one answer to the next.
NEVER_THE_SAME = {'readMetrics', 'listAuditEvents'}


class Protocol(Trying):
    """Each property is a generator, which yields after every thing it has tried."""

    def head(self, operation):
        if not operation.is_safe:
            return
        request = self.good(operation)
        before = self.world.ask(operation, request)
        head = self.world.ask(operation, request.changed(method='HEAD'))
        after = self.world.ask(operation, request)
        names = ['Content-Type', 'Cache-Control']
        if operation.id not in NEVER_THE_SAME:
            names += ['ETag', 'Link'] + (['Content-Length'] if len(before.body) == len(after.body) else [])
        different = [n for n in names if head.all(n) != after.all(n)]
        if head.status != after.status or different:
            self.world.complain(f'GET has another status, or other {different}', request.changed(method='HEAD'), head)
        yield

    def options(self, operation):
        if operation.path in ANY_METHOD:
            return
        request = Request('OPTIONS', self.good(operation).path)
        answer = self.world.wire.send(request)
        allowed = {m.strip() for m in (answer.header('Allow') or '').split(',')}
        wanted = self.description.methods_at(operation.path) | {'OPTIONS'}
        wanted |= {'HEAD'} if 'GET' in wanted else set()
        if answer.status not in (200, 204) or answer.body or allowed != wanted:
            self.world.complain(f'Allow is {sorted(allowed)}, wanted {sorted(wanted)} and no body', request, answer)
        yield

    def other_methods(self, operation):
        if operation.path in ANY_METHOD:
            return
        start = self.good(operation)
        known = self.description.methods_at(operation.path) | {'HEAD', 'OPTIONS'}
        if 'GET' not in known:
            known -= {'HEAD'}
        for method in ALL_METHODS:
            if method in known:
                continue
            request = start.changed(method=method)
            answer = self.world.wire.send(request)
            if answer.status not in (405, 501) or (answer.status == 405 and not answer.header('Allow')):
                self.world.complain('wanted 405 with Allow', request, answer)
            yield

    def idempotency_key(self, operation):
        if not operation.is_keyed or operation.id == 'setUp':
            return
        key = f'"{self.values.unique()}"'
        request = self.good(operation).with_header('Idempotency-Key', key)
        first = self.world.expect(operation, request, 201)
        again = self.world.expect(operation, request, 201)
        replayed = [each.header('Idempotency-Replayed') for each in (first, again)]
        if again.body != first.body or replayed != [None, 'true']:
            self.world.complain(f'not the same answer as before, {first.brief()}, as a replayed one', request, again)
        yield
        bare = self.world.expect(operation, request.with_header('Idempotency-Key', key.strip('"')), 201)
        if bare.body != first.body:
            self.world.complain('another answer for the same key without quotes', request, bare)
        yield
        for other in (request.changed(body=request.body + b' '), request.changed(query=[('a', 'b')])):
            self.world.expect(operation, other, 422)
        yield
        for bad in ['', '"', '"a', 'a b', 'a,b', '"a" "b"', 'x' * 256, '"\\x"', 'ü', '""']:
            self.world.expect(operation, self.good(operation).with_header('Idempotency-Key', bad), 400)
            yield
        twice = self.good(operation)
        twice.headers += [('Idempotency-Key', 'a'), ('Idempotency-Key', 'a')]
        self.world.expect(operation, twice, 400)
        if operation.permission:
            other = self.world.person(['admin'])
            mine = self.good(operation).with_header('Authorization', f'Bearer {other.token}')
            self.world.expect(operation, mine.with_header('Idempotency-Key', key), 201)
        yield

    def at_once(self, operation):
        """The same request with the same key from many connections: it is done once."""
        if not operation.is_keyed or operation.id == 'setUp':
            return
        request = self.good(operation).with_header('Idempotency-Key', self.values.unique())
        with concurrent.futures.ThreadPoolExecutor(6) as threads:
            sent = [threads.submit(Wire(self.world.wire.base).send, request) for _ in range(6)]
        answers = [each.result() for each in sent]
        for answer in answers:
            if answer.status not in (201, 409) or (answer.status == 409 and code_in(answer) != 'request_in_progress'):
                self.world.complain('wanted 201, or that it is under way', request, answer)
        if len({a.body for a in answers if a.status == 201}) != 1:
            self.world.complain(f'{len(answers)} at once have made several', request, answers[0])
        if sum(a.header('Idempotency-Replayed') is None for a in answers if a.status == 201) != 1:
            self.world.complain('not one of them is the first', request, answers[0])
        yield

    def if_match(self, operation):
        if not operation.is_conditional:
            return
        shown = next(o for o in self.description.operations if (o.path, o.method) == (operation.path, 'GET'))
        for matching, statuses in [(each, [412]) for each in OTHER_TAGS] + [(each, [200, 204]) for each in SAME_TAGS]:
            prepared = self.world.prepare(operation)
            look = self.world.request(shown, Prepared(prepared.authorization, prepared.values))
            look = look.with_header('Accept-Encoding', 'gzip')  # as browsers do
            old = self.world.expect(shown, look, 200).header('ETag')
            self.change_another_way(operation, prepared)
            now = self.world.expect(shown, look, 200).header('ETag')
            if old == now:
                self.world.complain('a change has left the ETag as it was')
            body = self.world.good_body(operation, prepared)
            request = self.world.request(operation, prepared, body)
            request = request.with_header('If-Match', matching.format(old=old, now=now))
            answer = self.world.expect(operation, request, *statuses)
            if answer.status == 200 and answer.header('ETag') != self.world.expect(shown, look, 200).header('ETag'):
                self.world.complain('the ETag is not the one that is shown', request, answer)
            yield

    def change_another_way(self, operation, prepared):
        """What a conditional operation is about to change. It is large then, for answers that are compressed."""
        large = {'name': self.values.unique(), 'metadata': {'large': 'x' * 4000}}
        if '{id}' in operation.path:
            self.world.call('updateUser', self.world.by_admin(), prepared.values, large)
        elif '{name}' in operation.path:
            self.world.call('setRole', self.world.by_admin(), prepared.values, {'permissions': ['audit.read']})
        else:
            self.world.call('updateAccount', prepared.authorization, body=large)

    def if_none_match(self, operation):
        if not operation.is_safe:
            return
        request = self.good(operation)
        tag = self.world.ask(operation, request).header('ETag')
        if tag is None:
            return
        for matching, status in [(tag, 304), (f'"a", W/{tag}', 304), ('*', 304), ('"a"', 200), ('garbage', 200)]:
            self.world.expect(operation, request.with_header('If-None-Match', matching), status)
            yield

    def prefer(self, operation):
        if not operation.body or not operation.body.is_json or operation.id == 'setUp':
            return
        for preference in ['return=minimal', 'return=representation', 'return=minimal;a, return=x', '=', 'wait=1']:
            self.world.expect(operation, self.good(operation).with_header('Prefer', preference), 200, 201, 204)
            yield

    def gzip(self, operation):
        """The same bytes, whether they came compressed or not."""
        if not operation.is_safe or operation.id in NEVER_THE_SAME:
            return
        request = self.good(operation)
        plain = self.world.ask(operation, request)
        for accepted, is_asked in [('gzip', True), ('br, gzip;q=0.5', True), ('gzip;q=0', False), ('identity', False)]:
            answer = self.world.wire.send(request.with_header('Accept-Encoding', accepted))
            is_compressed = answer.header('Content-Encoding') == 'gzip'
            if answer.body != plain.body or answer.status != plain.status or (is_compressed and not is_asked):
                self.world.complain(f'another answer with Accept-Encoding: {accepted}', request, answer)
            if is_compressed and 'accept-encoding' not in (answer.header('Vary') or '').lower():
                self.world.complain('compressed without Vary', request, answer)
            yield
