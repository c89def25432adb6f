#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
// Forwards the feed to a webhook, one POST an event, in order.
//
//   ADUAN_SECRET=… webhook.js PUBLISH REPLAY TOPIC URL STATE_FILE
//
// Keys for tcp: ADUAN_SERVER_KEY and ADUAN_SECRET_KEY in the environment.
//
// The body is JSON; X-Aduan-Signature is "sha256=" and the HMAC-SHA256 of the body under ADUAN_SECRET, in hex. What is
// not answered by 2xx is sent again, after 1 s, 2 s, … 60 s: nothing overtakes it. The position moves behind a 2xx. A
// kill -9 between the 2xx and the position sends one event again, so the receiver remembers X-Aduan-Event
// (epoch:sequence) with what it made of it, and then each event counts once there too.
'use strict';
const crypto = require('crypto');
const { Feed } = require('..');

const [publish, replay, topic, url, state] = process.argv.slice(2);
const secret = process.env.ADUAN_SECRET;
if (!state || !secret) {
  console.error('usage: ADUAN_SECRET=… webhook.js PUBLISH REPLAY TOPIC URL STATE_FILE');
  process.exit(2);
}

async function post(event) {
  const body = JSON.stringify(event, (key, value) => (value && value.type === 'Buffer'
    ? Buffer.from(value.data).toString('hex') : value));
  const headers = {
    'Content-Type': 'application/json',
    'X-Aduan-Event': `${event.epoch}:${event.sequence}`,
    'X-Aduan-Signature': `sha256=${crypto.createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  for (let wait = 1000; ; wait = Math.min(wait * 2, 60000)) {
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(30000) });
      await answer.arrayBuffer();
      if (answer.ok) return;
      console.error(`webhook: ${answer.status} for ${headers['X-Aduan-Event']}; again in ${wait / 1000} s`);
    } catch (error) {
      console.error(`webhook: ${(error.cause || error).message}; again in ${wait / 1000} s`);
    }
    await new Promise((done) => setTimeout(done, wait));
  }
}

async function main() {
  const { ADUAN_SERVER_KEY: serverKey, ADUAN_SECRET_KEY: secretKey } = process.env;
  const news = (text) => console.error(`webhook: ${text}`);
  for await (const event of new Feed({ publish, replay, topic, serverKey, secretKey, state, news })) await post(event);
}

main().catch((error) => {
  console.error(`webhook: ${error.message}`);
  process.exit(1);
});
