// The cases against the mock server: node tests/console/mock_test.mjs BUILD_DIRECTORY [PATTERN]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from './browser.mjs';
import { runCases } from './cases.mjs';
import { Mock } from './mock.mjs';

const [build, pattern] = process.argv.slice(2);
const mock = new Mock(fileURLToPath(new URL('../../lib/console/bundle', import.meta.url)));
await mock.start();
const browser = new Browser(mock.url, join(build, 'console-screenshots'));
try {
    await browser.start();
    process.exitCode = (await runCases({ base: mock.url, setupToken: mock.setupToken, browser }, pattern)) ? 1 : 0;
} finally {
    await browser.stop();
    mock.stop();
}
