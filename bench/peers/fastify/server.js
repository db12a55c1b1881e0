'use strict';
// Runs the API: DATABASE, SECRET, PORT; WORKERS processes by node:cluster, or this one alone if that is 1.

const cluster = require('node:cluster');
const { build } = require('./app');

const workers = Number(process.env.WORKERS);

function serve() {
  const app = build(process.env.DATABASE, process.env.SECRET);
  app.listen({ host: '127.0.0.1', port: Number(process.env.PORT), backlog: 4096 });
  process.on('SIGTERM', () => process.exit(0));
}

if (workers > 1 && cluster.isPrimary) {
  for (let i = 0; i < workers; ++i) cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
    process.exit(0);
  });
} else {
  serve();
}
