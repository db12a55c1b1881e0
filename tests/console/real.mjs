// The cases against the real server: node tests/console/real.mjs BUILD_DIRECTORY [PATTERN]
// It starts BUILD_DIRECTORY/watchword with a database of its own and takes the set-up token from what that prints.
// WATCHWORD_CONSOLE_URL and WATCHWORD_SETUP_TOKEN name a server that runs already and has no administrator.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Browser } from './browser.mjs';
import { runCases } from './cases.mjs';

const patience = 60_000;

class Server {
    // Hashing is made cheap and nobody is slowed down: over a hundred users are made, from one address.
    async start(build) {
        this.directory = mkdtempSync(join(tmpdir(), 'watchword-console-'));
        this.process = spawn(join(resolve(build), 'watchword'), [
            'serve', '--listen', '127.0.0.1:0', '--database', `sqlite:${this.directory}/console.db`,
            '--set', 'passwords.memory_kib=1024', '--set', 'passwords.passes=1', '--set', 'limits.enabled=false', '--set', 'log.format=text',
        ], { stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '';
        await new Promise((ready, fail) => {
            const timer = setTimeout(() => fail(new Error(`the server is not ready:\n${said}`)), patience);
            const read = (text) => {
                said += text;
                this.base ??= /https?:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? withScheme(/\bready\b.*?(127\.0\.0\.1:\d+)/.exec(said)?.[1]);
                this.setupToken ??= /setup[#?]token=([\w-]+)\s/.exec(said)?.[1];
                if (!this.base || !this.setupToken) return;
                clearTimeout(timer);
                ready();
            };
            this.process.stdout.on('data', read);
            this.process.stderr.on('data', read);
            this.process.on('exit', (code) => fail(new Error(`the server has ended (${code}):\n${said}`)));
        });
        return this;
    }

    async stop() {
        if (this.process.exitCode === null) {
            const ended = new Promise((done) => this.process.on('exit', done));
            this.process.kill('SIGTERM');
            await ended;
        }
        rmSync(this.directory, { recursive: true, force: true });
    }
}

const withScheme = (address) => (address ? `http://${address}` : undefined);

const [build, pattern] = process.argv.slice(2);
const running = process.env.WATCHWORD_CONSOLE_URL;
const server = running ? null : await new Server().start(build);
const target = server ?? { base: running, setupToken: process.env.WATCHWORD_SETUP_TOKEN };
const browser = new Browser(target.base, join(build, 'console-screenshots', 'real'));
try {
    await browser.start();
    process.exitCode = (await runCases({ base: target.base, setupToken: target.setupToken, browser }, pattern)) ? 1 : 0;
} finally {
    await browser.stop();
    await server?.stop();
}
