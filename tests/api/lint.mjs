// Lints a description of the API: node tests/api/lint.mjs FILE
// It must be OpenAPI 3.1 as its specification has it, and keep Redocly's rules. Whatever breaks one is an error. The
// last line counts the rules that were kept and those that were not.
import core from '@redocly/openapi-core';

// All that are recommended, and
const stricter = {
    'component-name-unique': 'error',
    'no-http-verbs-in-paths': 'error',
    'no-invalid-parameter-examples': 'error',
    'no-invalid-schema-examples': 'error',
    'no-required-schema-properties-undefined': 'error',
    'operation-singular-tag': 'error',
    'operation-tag-defined': 'error',
    'path-params-defined': 'error',
    'request-mime-type': {
        severity: 'error',
        allowedValues: ['application/json', 'application/x-www-form-urlencoded'],
    },
};

// Where a rule does not hold, and why.
const exceptions = [
    // They answer whoever asks, whatever he asks with: there is nothing to be wrong with a request.
    ['operation-4xx-response', '/health/live'],
    ['operation-4xx-response', '/health/ready'],
    ['operation-4xx-response', '/.well-known/jwks.json'],
];

const escaped = (path) => path.replaceAll('~', '~0').replaceAll('/', '~1');
const isExcepted = ({ ruleId, location }) =>
    exceptions.some(([rule, path]) => rule === ruleId && location[0].pointer?.startsWith(`#/paths/${escaped(path)}/`));

const config = await core.createConfig({ extends: ['recommended-strict'], rules: stricter });
const isOff = (rule) => rule === 'off' || rule?.severity === 'off';
const kept = Object.entries(config.styleguide.rules.oas3_1).filter(([, rule]) => !isOff(rule));
const broken = new Set();
for (const problem of await core.lint({ ref: process.argv[2], config })) {
    if (isExcepted(problem)) continue;
    broken.add(problem.ruleId);
    console.log(`FAIL ${problem.ruleId}: ${problem.message} (${problem.location[0].pointer})`);
}
console.log(`${kept.length - broken.size} passed, ${broken.size} failed`);
process.exitCode = broken.size ? 1 : 0;
