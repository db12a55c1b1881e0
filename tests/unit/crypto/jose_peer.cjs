// What the npm package jose makes of our keys and tokens, and what it makes itself, as JSON:
//   node jose_peer.cjs make CLAIMS    a key of each algorithm, and a token with these claims
//   node jose_peer.cjs judge FILE     what each of the tokens in FILE says, or why it is refused
'use strict';

const fs = require('fs');
const jose = require('jose');

const ALGORITHMS = ['HS256', 'ES256', 'EdDSA', 'RS256', 'PS256'];

async function newPair(alg) {
  if (alg !== 'HS256') return jose.generateKeyPair(alg, { extractable: true });
  const secret = await jose.generateSecret(alg, { extractable: true });
  return { publicKey: secret, privateKey: secret };
}

async function makeOne(alg, claims) {
  const { publicKey, privateKey } = await newPair(alg);
  const shown = { ...await jose.exportJWK(publicKey), alg };
  const kid = await jose.calculateJwkThumbprint(shown);
  const token = await new jose.SignJWT(claims).setProtectedHeader({ alg, typ: 'at+jwt', kid }).sign(privateKey);
  return { alg, kid, token, public: shown, private: { ...await jose.exportJWK(privateKey), alg } };
}

async function judgeOne({ alg, token, jwks, jwk }, { issuer, audience, now }) {
  const key = jwks ? jose.createLocalJWKSet(jwks) : await jose.importJWK(jwk, alg);
  const options = { issuer, audience, typ: 'at+jwt', algorithms: [alg], currentDate: new Date(now * 1000) };
  try {
    return { claims: (await jose.jwtVerify(token, key, options)).payload };
  } catch (error) {
    return { error: String(error) };
  }
}

async function main([command, argument]) {
  const input = JSON.parse(command === 'judge' ? fs.readFileSync(argument, 'utf8') : argument);
  const out = [];
  if (command === 'make') for (const alg of ALGORITHMS) out.push(await makeOne(alg, input));
  if (command === 'judge') for (const one of input.tokens) out.push(await judgeOne(one, input));
  process.stdout.write(JSON.stringify(out));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
