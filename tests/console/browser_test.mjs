// The cases against the real server: node tests/console/browser_test.mjs BUILD_DIRECTORY [PATTERN]
// It starts BUILD_DIRECTORY/watchword with a database of its own and takes the set-up token from what that prints.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Browser } from './browser.mjs';
import { runCases } from './cases.mjs';

const patience = 60_000;

class Server {
    // Hashing is made cheap and nobody is slowed down: over a hundred users are made, from one address.
    async start(build) {
        this.program = join(resolve(build), 'watchword');
        this.directory = mkdtempSync(join(tmpdir(), 'watchword-console-'));
        this.database = `sqlite:${this.directory}/console.db`;
        this.process = spawn(this.program, [
            'serve', '--listen', '127.0.0.1:0', '--database', this.database,
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

    // From the shell, while it serves. Rows: "email,name".
    addUsers(rows) {
        const file = join(this.directory, 'users.csv');
        writeFileSync(file, ['email,name', ...rows, ''].join('\n'));
        execFileSync(this.program, ['user', 'import', '--quiet', '--allow-no-password', '--database', this.database, file]);
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
const server = await new Server().start(build);
const browser = new Browser(server.base, join(build, 'console-screenshots'));
const target = { base: server.base, setupToken: server.setupToken, browser, addUsers: (rows) => server.addUsers(rows) };
try {
    await browser.start();
    process.exitCode = (await runCases(target, pattern)) ? 1 : 0;
} finally {
    await browser.stop();
    await server.stop();
}
