// Builds the bundle from source/: node build.mjs [DIRECTORY], by default bundle/. The same sources and packages give the
// same bytes on any machine; the compressed forms are made by a zlib in JavaScript for that reason.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as pako from 'pako';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, 'bundle'));
const mostCompressed = 80 * 1024;

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
process.chdir(here);
await build({
    configFile: false,
    root: here,
    logLevel: 'warn',
    publicDir: false,
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
    build: {
        outDir: target,
        emptyOutDir: true,
        target: 'es2022',
        cssTarget: 'chrome123',
        cssCodeSplit: false,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        rollupOptions: {
            input: join(here, 'source/main.jsx'),
            output: {
                entryFileNames: 'console.js',
                assetFileNames: 'console[extname]',
                inlineDynamicImports: true,
            },
        },
    },
});

// A page names its files with a hash of what is in them, so that browsers may keep them for ever.
const named = (file) => {
    const hash = createHash('sha256').update(readFileSync(join(target, file))).digest('hex');
    return `/console/${file}?v=${hash.slice(0, 16)}`;
};
const pages = { 'index.html': 'Watchword console', 'account.html': 'Your account' };
for (const [page, title] of Object.entries(pages)) {
    const text = readFileSync(join(here, 'source/page.html'), 'utf8')
        .replace('TITLE', title)
        .replace('console.css', named('console.css'))
        .replace('console.js', named('console.js'));
    writeFileSync(join(target, page), text);
}

let compressed = 0;
for (const file of readdirSync(target).sort()) {
    const bytes = pako.gzip(readFileSync(join(target, file)), { level: 9 });
    writeFileSync(join(target, `${file}.gz`), bytes);
    compressed += bytes.length;
}
console.log(`${target}: ${(compressed / 1024).toFixed(1)} KiB compressed`);
if (compressed > mostCompressed) {
    console.error(`that is more than ${mostCompressed / 1024} KiB`);
    process.exit(1);
}
