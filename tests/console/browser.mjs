// Debian's Chromium, driven by playwright-core, and what all pages in it are watched for.
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const need = createRequire(new URL('../../lib/console/package.json', import.meta.url));
const { chromium } = need('playwright-core');
const axe = need('axe-core');

export const desktop = { width: 1280, height: 800 };
export const phone = { width: 360, height: 740 };

export class Browser {
    // What pages said or did that they must not: exceptions, breaches of the policy, requests to other servers.
    offences = [];
    watched = 0;

    constructor(base, screenshots) {
        this.base = base;
        this.screenshots = screenshots;
        mkdirSync(screenshots, { recursive: true });
    }

    async start() {
        const executablePath = process.env.WATCHWORD_CHROMIUM ?? '/usr/bin/chromium';
        if (!existsSync(executablePath)) throw new Error(`${executablePath} is not there: install the packages of the group web`);
        const args = ['--disable-gpu', '--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
        this.chromium = await chromium.launch({ executablePath, args });
    }

    stop() {
        return this.chromium?.close();
    }

    // A window of its own, as of another person's browser.
    async open(path, { viewport = desktop, colours = 'light' } = {}) {
        const context = await this.chromium.newContext({ baseURL: this.base, viewport, colorScheme: colours, reducedMotion: 'reduce' });
        context.setDefaultTimeout(Number(process.env.WATCHWORD_PATIENCE_MS ?? 30_000)); // busy machines are slow;
        const page = await context.newPage();
        this.#watch(page);
        await page.goto(path);
        return page;
    }

    #watch(page) {
        this.watched++;
        page.on('pageerror', (e) => this.offences.push(`exception: ${e.message}`));
        page.on('console', (m) => {
            // Chromium reports every answer of 4xx; those are what the cases are about.
            if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) this.offences.push(`console: ${m.text()}`);
            if (/Content.Security.Policy/i.test(m.text())) this.offences.push(`policy: ${m.text()}`);
        });
        page.on('request', (q) => {
            const url = q.url();
            if (!url.startsWith(`${this.base}/`) && !/^(data|blob|about):/.test(url)) this.offences.push(`request to ${url}`);
        });
        page.on('response', async (r) => {
            if (r.request().isNavigationRequest() && /unsafe|^$/.test((await r.headerValue('content-security-policy')) ?? '')) {
                this.offences.push(`no strict policy: ${r.url()}`);
            }
        });
    }

    async screenshot(page, name) {
        await page.screenshot({ path: join(this.screenshots, `${name}.png`), fullPage: false });
    }
}

// What axe finds wrong with the page as it is, in words.
export async function violations(page) {
    await page.evaluate(axe.source); // not as a script of the page, which its policy would refuse
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} (${n.any[0]?.message ?? n.failureSummary})`).slice(0, 4).join('; ')}`);
}

// By how many pixels the page is wider than its window.
export function overflow(page) {
    return page.evaluate(() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth);
}
