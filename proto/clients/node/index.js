// SPDX-License-Identifier: BSD-2-Clause
// A subscriber of Aduan's public feed that misses nothing: every event of a topic, in order, once.
//
//   const { Feed } = require('aduan-feed');
//   const feed = new Feed({ publish: 'ipc:///run/aduan/feed.pub', replay: 'ipc:///run/aduan/feed.replay',
//                           topic: 'v1.full.', state: 'position' });
//   for await (const event of feed) console.log(event.sequence, event.what);
//
// An event is done when the next one is asked for; only then does the position move. What survives the program's own
// kill -9 is what was written down:
//
//   state: FILE        the library writes the position after each event: nothing is missed, and the one event that was
//                      in hand may come a second time.
//   cursor: NAME       the same, kept by the desk; up to a second of events may come a second time.
//   position: {epoch, sequence}   exactly once: keep both in the same write as what you made of the event (one line,
//                      one transaction), and say at the start where your own output ends.
//
// R1 … R8 are the rules of PROTOCOL.md, "Never miss". Epochs are hex strings; sequences are numbers.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const protobuf = require('protobufjs');
const zmq = require('zeromq');

const SILENCE_MS = 5000; // a beacon comes each second (R6)
const ANSWER_MS = 10000; // a question unanswered so long is asked again, on a new connection
const AGAIN_MS = 1000; // after TOO_MANY, BUSY, or a broken line
const CREDIT = 4; // chunks of a replay under way
const CONFIRM_MS = 1000; // how often the desk is told what is done
const HWM = 20000; // events waiting here; more are dropped by ZeroMQ and come by replay

const here = ['feed.proto', '../../feed.proto'].map((file) => path.join(__dirname, file)).find(fs.existsSync);
const schema = new protobuf.Root().loadSync(here, { keepCase: true }).lookup('aduan.feed.v1');
const [Event, Beacon, Request, Response] = ['Event', 'Beacon', 'Request', 'Response'].map((t) => schema.lookupType(t));
const codes = schema.lookupEnum('Refused.Code').values;

/** The desk says no, and will tomorrow: a topic outside the view, a revoked key, another version. */
class Refused extends Error {}
/** The line is: connect anew. */
class Broken extends Error {}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const hex = (bytes) => Buffer.from(bytes).toString('hex');
/** The next message, or null when there is none for so long. */
async function receive(socket, ms) {
  socket.receiveTimeout = Math.max(0, ms);
  try {
    return await socket.receive();
  } catch (error) {
    if (error.code === 'EAGAIN') return null;
    throw error;
  }
}

/** A message by its schema; null when it is damaged. */
function decode(type, bytes) {
  try {
    return type.decode(bytes);
  } catch (error) {
    return null;
  }
}

/** The CURVE public key that belongs to a secret one, both Z85. */
function publicOf(secret) {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
  const raw = Buffer.alloc(32);
  for (let i = 0; i < 8; i++) {
    const five = [...secret.slice(i * 5, i * 5 + 5)];
    raw.writeUInt32BE(five.reduce((sum, digit) => sum * 85 + digits.indexOf(digit), 0), i * 4);
  }
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), raw]);
  const spki = crypto.createPublicKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ format: 'der', type: 'spki' }).subarray(-32);
  let out = '';
  for (let i = 0; i < 8; i++) {
    for (let at = 4, value = spki.readUInt32BE(i * 4); at >= 0; at--) {
      out += digits[Math.floor(value / 85 ** at) % 85];
    }
  }
  return out;
}

class Feed {
  /** topic: 'v1.<view>.' or more levels of it, cut behind a dot. serverKey, secretKey: CURVE, Z85, for tcp. start:
   *  where one without a position begins, 'first' or 'now'. news(text): told what the operator ought to know. */
  constructor({ publish, replay, topic, serverKey, secretKey, state, cursor, position, start = 'first',
    news = () => {} }) {
    const levels = topic.split('.');
    if (levels[0] !== 'v1' || levels[levels.length - 1] !== '' || levels.length < 3 || levels.length > 6) {
      throw new Error(`${topic} is not v1.<view>. or more levels of it, cut behind a dot`);
    }
    Object.assign(this, { publish, replay, topic, state, cursor, start, news });
    this.curve = serverKey
      ? { curveServerKey: serverKey, curveSecretKey: secretKey, curvePublicKey: publicOf(secretKey) } : {};
    this.depth = levels.length - 3;
    this.beacon = `b1.${levels[1]}`;
    ({ epoch: this.epoch, sequence: this.last } = position || this.readState() || { epoch: null, sequence: 0 });
    this.confirmed = this.at();
    this.confirmedAt = 0;
  }

  async* [Symbol.asyncIterator]() {
    try {
      for (;;) {
        try {
          this.connect();
          yield* this.catchUp();
          yield* this.follow();
        } catch (why) {
          if (!(why instanceof Broken)) throw why;
          this.news(`${why.message}; connecting anew`);
          await sleep(AGAIN_MS);
        }
      }
    } finally {
      this.close();
    }
  }

  // --- connections

  connect() {
    this.close();
    this.sub = new zmq.Subscriber({ linger: 0, receiveHighWaterMark: HWM, ...this.curve });
    this.ask = new zmq.Dealer({ linger: 0, receiveHighWaterMark: HWM, ...this.curve });
    this.sub.connect(this.publish);
    this.ask.connect(this.replay);
    this.sub.subscribe(this.topic, this.beacon);
  }

  close() {
    for (const socket of [this.sub, this.ask]) if (socket && !socket.closed) socket.close();
  }

  /** The next message of the subscription: { beacon } or { event }, or null for what is neither. */
  async hear() {
    // What waits here is read before the silence is judged: it may hold the beacons of a while in which we were busy.
    const parts = await receive(this.sub, this.heard + SILENCE_MS - Date.now());
    if (!parts) throw new Broken(`no beacon for ${SILENCE_MS / 1000} s`); // R6
    if (parts.length !== 2) return null;
    const topic = parts[0].toString();
    const isBeacon = topic === this.beacon; // the whole topic: b1.acme is a prefix of b1.acme2
    if (!isBeacon && !topic.startsWith('v1.')) return null;
    const body = decode(isBeacon ? Beacon : Event, parts[1]);
    if (!body || body.epoch.length !== 16) return null;
    if (isBeacon) this.heard = Date.now();
    return { epoch: hex(body.epoch), [isBeacon ? 'beacon' : 'event']: body };
  }

  // --- the rules

  async* follow() {
    this.heard = Date.now();
    for (let quiet = 0; ;) {
      const heard = await this.hear();
      if (!heard) continue;
      const { epoch, beacon, event } = heard;
      if (epoch !== this.epoch) { // R1
        yield* this.catchUp();
        if (epoch !== this.epoch) continue; // a straggler of a store that is no more
      }
      quiet = beacon ? quiet + 1 : 0;
      if (beacon) {
        if (quiet >= 2 && beacon.last.toNumber() > this.last) { // R5
          yield* this.fetch(beacon.last.toNumber());
          quiet = 0;
        }
        await this.confirm();
      } else if (event.sequence.toNumber() > this.last) { // else R2
        if (event.before.length > this.depth && event.before[this.depth].toNumber() <= this.last) { // R3
          yield* this.deliver(event);
          await this.confirm();
        } else { // R4
          yield* this.fetch(event.sequence.toNumber());
        }
      }
    }
  }

  /** From the position to the end of the log as it is now; begins anew in a new store (R1). */
  async* catchUp() {
    if (this.epoch === null && this.cursor) return yield* this.fetch(0);
    const { head } = await this.oneAnswer({ head: {} });
    const [epoch, first, last] = [hex(head.epoch), head.first.toNumber(), head.last.toNumber()];
    if (this.epoch === null) {
      this.move(epoch, this.start === 'now' ? last : first - 1);
    } else if (epoch !== this.epoch) {
      this.news(`a new store: from its first event, ${first}, on`);
      this.move(epoch, first - 1);
    }
    if (last > this.last) yield* this.fetch(last);
  }

  /** Everything behind the position, up to `until`; 0: up to the end of the log, from the cursor. */
  async* fetch(until) {
    const wanted = { until, topic: [this.topic], credit: CREDIT };
    if (this.epoch === null) wanted.cursor = this.cursor;
    else Object.assign(wanted, { epoch: Buffer.from(this.epoch, 'hex'), after: this.last });
    for (let id = await this.request({ replay: wanted }); ;) {
      const { refused, truncated, chunk } = await this.answer(id);
      if (refused) {
        await this.refused(refused);
        id = await this.request({ replay: wanted });
      } else if (truncated) { // R7
        const first = truncated.first.toNumber();
        this.news(`history before ${first} is gone; I had up to ${this.last}`);
        this.move(hex(truncated.epoch), first - 1);
        delete wanted.cursor;
        Object.assign(wanted, { epoch: truncated.epoch, after: this.last, until: 0 });
        id = await this.request({ replay: wanted });
      } else if (chunk) {
        if (this.epoch === null) this.epoch = hex(chunk.epoch);
        if (hex(chunk.epoch) !== this.epoch) throw new Broken('another store answers');
        if (!chunk.last) await this.send(id, { credit: { chunks: 1 } });
        for (const event of chunk.event) {
          if (event.sequence.toNumber() > this.last) yield* this.deliver(event);
        }
        if (chunk.through.toNumber() > this.last) this.move(this.epoch, chunk.through.toNumber());
        if (chunk.last) return this.confirm();
      }
    }
  }

  /** The caller sees plain values: `what` is the event's kind, and the field of that name its content. */
  async* deliver(event) {
    const [epoch, sequence] = [hex(event.epoch), event.sequence.toNumber()];
    if (event.what) yield { ...Event.toObject(event, { longs: Number, oneofs: true }), epoch };
    this.move(epoch, sequence); // R8: a kind that we do not know counts
  }

  // --- questions

  send(id, what) {
    return this.ask.send(Request.encode({ version: 1, id, ...what }).finish());
  }

  async request(what) {
    const id = crypto.randomBytes(8);
    await this.send(id, what);
    return id;
  }

  /** The next Response with this id; what is late, damaged or of a kind unknown is passed over. */
  async answer(id) {
    for (const deadline = Date.now() + ANSWER_MS; ;) {
      const parts = await receive(this.ask, deadline - Date.now());
      if (!parts) throw new Broken(`no answer for ${ANSWER_MS / 1000} s`);
      const answer = decode(Response, parts[parts.length - 1]);
      if (answer && answer.what && id.equals(answer.id)) return answer;
    }
  }

  async oneAnswer(what) {
    for (;;) {
      const answer = await this.answer(await this.request(what));
      if (!answer.refused) return answer;
      await this.refused(answer.refused);
    }
  }

  async refused({ code, reason }) {
    if (code !== codes.TOO_MANY && code !== codes.BUSY) throw new Refused(`refused (${code}): ${reason}`);
    this.news(`not now: ${reason}`);
    await sleep(AGAIN_MS);
  }

  // --- where we are

  at() {
    return `${this.epoch}:${this.last}`;
  }

  move(epoch, last) {
    const moved = epoch !== this.epoch || last !== this.last;
    Object.assign(this, { epoch, last });
    if (!this.state || !moved) return;
    fs.writeFileSync(`${this.state}.new`, `${this.at()}\n`);
    fs.renameSync(`${this.state}.new`, this.state);
  }

  readState() {
    if (!this.state || !fs.existsSync(this.state)) return null;
    const [epoch, sequence] = fs.readFileSync(this.state, 'ascii').trim().split(':');
    return { epoch, sequence: Number(sequence) };
  }

  /** Tells the desk what is done; not while a replay is under way, whose chunks would be passed over. */
  async confirm() {
    if (!this.cursor || this.at() === this.confirmed || Date.now() - this.confirmedAt < CONFIRM_MS) return;
    const epoch = Buffer.from(this.epoch, 'hex');
    await this.oneAnswer({ confirm: { cursor: this.cursor, epoch, sequence: this.last } });
    this.confirmed = this.at();
    this.confirmedAt = Date.now();
  }
}

module.exports = { Feed, Refused };
