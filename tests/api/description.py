"""/openapi.json as a client reads it: operations, the schemas of what they take and of what they answer."""
import json
import re

import jsonschema

from formats import FORMATS

METHODS = ('get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace')


class Body:
    def __init__(self, media_type, content):
        self.media_type, self.schema = media_type, content['schema']
        self.examples = [content['example']] if 'example' in content else []
        self.examples += [e['value'] for e in content.get('examples', {}).values()]

    @property
    def is_json(self):
        return self.media_type == 'application/json'


class Operation:
    def __init__(self, path, method, declared):
        self.path, self.method, self.declared = path, method.upper(), declared
        self.id = declared['operationId']
        parameters = declared.get('parameters', [])
        self.path_parameters = [p for p in parameters if p['in'] == 'path']
        self.query = [p for p in parameters if p['in'] == 'query']
        self.headers = {p['name'] for p in parameters if p['in'] == 'header'}
        content = declared.get('requestBody', {}).get('content', {})
        self.body = next((Body(t, c) for t, c in content.items()), None)
        self.responses = declared['responses']
        self.schemes = [name for each in declared.get('security', []) for name in each]
        named = re.search(r'Needs the permission `([^`]+)`', declared.get('description', ''))
        self.permission = named.group(1) if named else None

    @property
    def is_safe(self):
        return self.method == 'GET'

    @property
    def is_keyed(self):
        return 'Idempotency-Key' in self.headers

    @property
    def is_conditional(self):
        return 'If-Match' in self.headers

    def offers(self):
        """The media types of what succeeds."""
        return {t for status, r in self.responses.items() if status.startswith('2') for t in r.get('content', {})}

    def target(self, values):
        """The path with these (percent-encoded) parameters."""
        return re.sub(r'\{(\w+)\}', lambda m: values[m.group(1)], self.path)


def local(schema):
    """The same with references to where validators() has put the components."""
    if isinstance(schema, list):
        return [local(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {k: v.replace('#/components/schemas/', '#/$defs/') if k == '$ref' and isinstance(v, str) else local(v)
            for k, v in schema.items()}


class Description:
    def __init__(self, document):
        self.document = document
        self.components = document['components']['schemas']
        self.operations = [Operation(path, method, declared) for path, item in document['paths'].items()
                           for method, declared in item.items() if method in METHODS]
        self.by_id = {o.id: o for o in self.operations}
        self.definitions = local(self.components)
        self.validators = {}

    def resolve(self, schema):
        while '$ref' in schema:
            schema = self.components[schema['$ref'].rpartition('/')[2]]
        return schema

    def methods_at(self, path):
        return {o.method for o in self.operations if o.path == path}

    def faults(self, schema, value):
        """What is wrong with a value, as one text; empty: nothing."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {**local(schema), '$defs': self.definitions}
            jsonschema.Draft202012Validator.check_schema(whole)
            self.validators[key] = jsonschema.Draft202012Validator(whole, format_checker=FORMATS)
        found = self.validators[key].iter_errors(value)
        return '; '.join(f'at /{"/".join(map(str, e.absolute_path))}: {e.message[:300]}' for e in found)
