'use strict';

// Argon2id, which is the default algorithm.
const HASHING = { memoryCost: 19456, timeCost: 2, parallelism: 1, outputLen: 32 };

module.exports = { HASHING };
