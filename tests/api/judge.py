"""What every answer must be, whatever was asked."""
import json

PROBLEM = 'application/problem+json'
# What HTTP itself asks for beside some statuses.
COMPANIONS = {401: 'WWW-Authenticate', 405: 'Allow', 415: 'Accept', 429: 'Retry-After', 503: 'Retry-After'}


def judge(description, operation, request, answer):
    """-> all that is wrong with the answer of this operation, as texts"""
    wrong = [*wrong_with_head(request, answer), *wrong_with_status(operation, answer)]
    return wrong + list(wrong_with_body(description, operation, request, answer))


def wrong_with_head(request, answer):
    if answer.status >= 500:
        yield f'a {answer.status}'
    companion = COMPANIONS.get(answer.status)
    # The tutorial's own 401 is as the tutorial has it.
    if companion and answer.header(companion) is None and not request.path.startswith(('/user', '/login')):
        yield f'a {answer.status} without {companion}'
    asked = dict(request.headers).get('X-Request-Id')
    # What is too long is refused before it has been read.
    if asked is not None and answer.status not in (413, 414) and answer.all('X-Request-Id') != [asked]:
        yield f'X-Request-Id is {answer.all("X-Request-Id")}, asked with {asked!r}'
    for name in ('Content-Type', 'Content-Length', 'Date', 'ETag', 'Location'):
        if len(answer.all(name)) > 1:
            yield f'{name} stands there {len(answer.all(name))} times'
    if dict(request.headers).get('Authorization') and answer.status == 200 and request.path.startswith('/v1') \
            and 'no-store' not in (answer.header('Cache-Control') or ''):
        yield 'personal, but without Cache-Control: no-store'


def wrong_with_status(operation, answer):
    if str(answer.status) not in operation.responses:
        yield f'the status {answer.status} is not documented'


def wrong_with_body(description, operation, request, answer):
    documented = operation.responses.get(str(answer.status), operation.responses.get('default', {})).get('content', {})
    if request.method == 'HEAD':
        return ['HEAD is answered with a body'] if answer.body else []
    if not answer.body:
        if not documented or answer.header('Preference-Applied'):
            return []
        return ['no body, but the description has one']
    if answer.media_type not in documented:
        return [f'the media type {answer.media_type} is not documented for {answer.status}']
    if answer.media_type.startswith('text/'):
        return []
    try:
        value = json.loads(answer.body.decode('utf-8'), object_pairs_hook=once, parse_constant=refuse)
    except ValueError as why:
        return [f'the body is no JSON: {why}']
    found = description.faults(documented[answer.media_type]['schema'], value)
    wrong = ['the body is not as its schema says: ' + found] if found else []
    if answer.media_type == PROBLEM:
        wrong += wrong_with_problem(value, answer)
    return wrong


def wrong_with_problem(problem, answer):
    if problem.get('status') != answer.status:
        yield f'the problem says status {problem.get("status")}'
    if not problem.get('code') or not problem.get('title') or not problem.get('detail'):
        yield 'the problem has no code, title or detail'
    if 'errors' in problem and not problem['errors']:
        yield 'the problem has no errors in "errors"'


def once(pairs):
    names = [n for n, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f'a member twice among {names}')
    return dict(pairs)


def refuse(constant):
    raise ValueError(f'{constant} is no JSON')


def pointers_in(answer):
    """Of what a problem tells of; none if it is no such problem."""
    try:
        return [e['pointer'] for e in json.loads(answer.body).get('errors', [])]
    except (ValueError, AttributeError):
        return []


def code_in(answer):
    try:
        return json.loads(answer.body).get('code')
    except (ValueError, AttributeError):
        return None
