'use strict';
// The median CPU time of a hash by @node-rs/argon2, as JSON: node hash_cost.js ROUNDS

const argon2 = require('@node-rs/argon2');
const { HASHING } = require('./hashing');

const rounds = Number(process.argv[2]);
const salt = Buffer.from('0123456789abcdef');
const seen = [];
for (let i = 0; i < rounds; ++i) {
  const before = process.cpuUsage();
  argon2.hashRawSync('correct horse battery staple', { ...HASHING, salt });
  const { user, system } = process.cpuUsage(before);
  seen.push((user + system) / 1000);
}
seen.sort((a, b) => a - b);
console.log(JSON.stringify({ engine: '@node-rs/argon2', cpu_ms: seen[Math.floor(rounds / 2)] }));
