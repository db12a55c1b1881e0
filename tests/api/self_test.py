"""That the checks can fail: sound answers are found sound, and each doctored one is found out."""
import json
import random

from description import Description
from judge import PROBLEM, judge
from properties import Properties
from values import Values
from wire import Answer, Request
from world import Prepared, World

THING = {
    'type': 'object', 'additionalProperties': False, 'required': ['id', 'made'],
    'properties': {'id': {'type': 'string', 'minLength': 1}, 'made': {'type': 'string', 'format': 'date-time'},
                   'kind': {'type': 'string', 'enum': ['a', 'b']}, 'size': {'type': ['integer', 'null'], 'minimum': 0}}}
WANTED = {
    'type': 'object', 'additionalProperties': False, 'required': ['name'],
    'properties': {'name': {'type': 'string', 'minLength': 1, 'maxLength': 8}}}
TOLD = {'type': 'object', 'required': ['status', 'code'], 'additionalProperties': True}


def content(name, media_type='application/json'):
    return {'description': '', 'content': {media_type: {'schema': {'$ref': f'#/components/schemas/{name}'}}}}


TROUBLE = content('Problem', PROBLEM)
SHOW = {'operationId': 'showThing', 'security': [{'bearer': []}],
        'parameters': [{'name': 'id', 'in': 'path', 'schema': {}}],
        'responses': {'200': content('Thing'), '204': {'description': ''}, '401': TROUBLE, '404': TROUBLE, '406': TROUBLE,
                      'default': TROUBLE}}
MAKE = {'operationId': 'makeThing', 'requestBody': content('Wanted'),
        'parameters': [{'name': 'limit', 'in': 'query', 'schema': {'type': 'integer', 'maximum': 9}}],
        'responses': {'201': content('Thing'), '400': TROUBLE}}
DOCUMENT = {'components': {'schemas': {'Thing': THING, 'Wanted': WANTED, 'Problem': TOLD}},
            'paths': {'/v1/things/{id}': {'get': SHOW, 'post': MAKE}}}

SOUND = {'id': 'x', 'made': '2026-01-31T12:00:00Z'}
NOT_FOUND = {'type': 'about:blank', 'title': 'Not Found', 'status': 404, 'code': 'not_found', 'detail': 'No.'}
HEADERS = (('Content-Type', 'application/json'), ('Cache-Control', 'no-store'), ('X-Request-Id', 'r'))


def answer(status, value=None, headers=HEADERS, media_type=None, body=None):
    if media_type:
        headers = [h for h in headers if h[0] != 'Content-Type'] + [('Content-Type', media_type)]
    if body is None:
        body = b'' if value is None else json.dumps(value).encode()
    return Answer(status, list(headers), body)


def without(name):
    return [h for h in HEADERS if h[0] != name]


SOUND_ANSWERS = {
    'a thing': answer(200, SOUND),
    'with optional members': answer(200, {**SOUND, 'kind': 'a', 'size': None}),
    'nothing': answer(204, headers=without('Content-Type')),
    'a problem': answer(404, NOT_FOUND, media_type=PROBLEM),
    'a media type with parameters': answer(200, SOUND, media_type='Application/JSON; charset=utf-8'),
}
DOCTORED = {
    'a member of another type': answer(200, {**SOUND, 'id': 1}),
    'a number that is not whole': answer(200, {**SOUND, 'size': 1.5}),
    'a number too small': answer(200, {**SOUND, 'size': -1}),
    'a missing member': answer(200, {'id': 'x'}),
    'an additional member': answer(200, {**SOUND, 'password': 'x'}),
    'a text too short': answer(200, {**SOUND, 'id': ''}),
    'no choice': answer(200, {**SOUND, 'kind': 'c'}),
    'no time': answer(200, {**SOUND, 'made': '2026-02-30T12:00:00Z'}),
    'a time of elsewhere': answer(200, {**SOUND, 'made': '2026-01-31T12:00:00+01:00'}),
    'an undocumented status': answer(418, NOT_FOUND, media_type=PROBLEM),
    'a 500': answer(500, {**NOT_FOUND, 'status': 500}, media_type=PROBLEM),
    'a 503': answer(503, {**NOT_FOUND, 'status': 503}, [*HEADERS, ('Retry-After', '1')], PROBLEM),
    'another media type': answer(200, SOUND, media_type='text/plain'),
    'a problem as plain JSON': answer(404, NOT_FOUND),
    'a problem of another status': answer(404, {**NOT_FOUND, 'status': 400}, media_type=PROBLEM),
    'a problem without a code': answer(404, {k: v for k, v in NOT_FOUND.items() if k != 'code'}, media_type=PROBLEM),
    'a 401 without a challenge': answer(401, {**NOT_FOUND, 'status': 401}, media_type=PROBLEM),
    'no body': answer(200),
    'a body that nobody documented': answer(204, SOUND),
    'no JSON': answer(200, body=b'{"id": "x"'),
    'invalid UTF-8': answer(200, body=b'{"id": "\xff", "made": "2026-01-31T12:00:00Z"}'),
    'a member twice': answer(200, body=b'{"id": "x", "id": "x", "made": "2026-01-31T12:00:00Z"}'),
    'NaN': answer(200, body=b'{"id": "x", "made": "2026-01-31T12:00:00Z", "size": NaN}'),
    'another request id': answer(200, SOUND, [*without('X-Request-Id'), ('X-Request-Id', 's')]),
    'no request id': answer(200, SOUND, without('X-Request-Id')),
    'what caches may keep': answer(200, SOUND, without('Cache-Control')),
    'a field twice': answer(200, SOUND, [*HEADERS, ('ETag', '"a"'), ('ETag', '"a"')]),
}


class Parrot:
    """In place of a server: answers everything alike."""
    base = 'http://parrot'

    def __init__(self, said):
        self.said = said

    def send(self, request):
        return self.said(request)


class Prepares(World):
    def prepare(self, operation):
        return Prepared([('Authorization', 'Bearer x')], {'id': 'x'})


def complaints(name, operation, said):
    """What a property says of a server that always answers so."""
    description, seeded = Description(DOCUMENT), random.Random(1)
    values = Values(seeded, description)
    world = Prepares(None, Parrot(said), description, seeded, values)
    for _ in getattr(Properties(world, seeded, values, description), name)(description.by_id[operation]):
        pass
    return world.faults


def takes_anything(asked):
    return answer(201, SOUND, [('Content-Type', 'application/json'), *request_id_of(asked)])


def points_nowhere(asked):
    told = {**NOT_FOUND, 'status': 400, 'code': 'invalid_json', 'errors': [{'pointer': '/other'}]}
    return answer(400, told, request_id_of(asked), PROBLEM)


def request_id_of(asked):
    return [field for field in asked.headers if field[0] == 'X-Request-Id']


def found_out():
    """What is not found out, or wrongly"""
    description = Description(DOCUMENT)
    operation = description.by_id['showThing']
    request = Request('GET', '/v1/things/x', headers=[('Authorization', 'Bearer x'), ('X-Request-Id', 'r')])
    for name, sound in SOUND_ANSWERS.items():
        yield f'sound: {name}', not judge(description, operation, request, sound)
    for name, doctored in DOCTORED.items():
        yield f'doctored: {name}', bool(judge(description, operation, request, doctored))
    head = request.changed(method='HEAD')
    yield 'doctored: HEAD with a body', bool(judge(description, operation, head, answer(200, SOUND)))

    for name, operation, said in [
            ('takes_no_other_body', 'makeThing', takes_anything), ('takes_no_other_body', 'makeThing', points_nowhere),
            ('takes_no_other_query', 'makeThing', takes_anything), ('takes_no_other_query', 'makeThing', points_nowhere),
            ('other_media_types', 'makeThing', takes_anything), ('options', 'showThing', takes_anything),
            ('other_methods', 'showThing', takes_anything), ('succeeds', 'makeThing', points_nowhere),
            ('accept', 'showThing', takes_anything)]:
        yield f'{name} of a server for which {said.__name__.replace("_", " ")}', bool(complaints(name, operation, said))
    yield 'succeeds of a sound server', not complaints('succeeds', 'makeThing', takes_anything)


def run():
    passed = failed = 0
    for name, is_well in found_out():
        passed, failed = passed + is_well, failed + (not is_well)
        if not is_well:
            print(f'FAIL {name}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0
