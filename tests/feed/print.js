#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
// The Node client, printing what it delivers: one line `epoch:sequence kind ticket` an event. ADUAN_PUBLISH,
// ADUAN_REPLAY, ADUAN_TOPIC and the keys come from the environment. With a file as argument it goes on where that
// file ends.
'use strict';
const fs = require('fs');
const { Feed } = require(process.env.ADUAN_NODE_CLIENT || 'aduan-feed');

async function main() {
  const [file] = process.argv.slice(2);
  const out = file ? fs.openSync(file, 'a+') : 1;
  let position;
  if (file) {
    const text = fs.readFileSync(file, 'latin1');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    fs.ftruncateSync(out, whole.length);
    if (whole) {
      const [epoch, sequence] = whole.trimEnd().split('\n').pop().split(' ')[0].split(':');
      position = { epoch, sequence: Number(sequence) };
    }
  }
  const { env } = process;
  const feed = new Feed({
    publish: env.ADUAN_PUBLISH, replay: env.ADUAN_REPLAY, topic: env.ADUAN_TOPIC, serverKey: env.ADUAN_SERVER_KEY,
    secretKey: env.ADUAN_SECRET_KEY, cursor: env.ADUAN_CURSOR, state: env.ADUAN_STATE, position,
    news: (text) => console.error(`print.js: ${text}`),
  });
  for await (const event of feed) {
    const line = `${event.epoch}:${event.sequence} ${event.what} ${event.ticket}\n`;
    if (fs.writeSync(out, line) !== line.length) throw new Error('the line was not written whole');
  }
}

main().catch((error) => {
  console.error(`print.js: ${error.stack}`);
  process.exit(1);
});
