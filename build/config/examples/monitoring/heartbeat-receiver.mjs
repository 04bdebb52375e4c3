// An example receiver for health.heartbeatUrl: `PORT=8080 KEY=… node heartbeat-receiver.mjs FILE`, behind your web
// server's TLS. Tills post to /tillside?key=…; GET on the same address lists them, those that need help first. FILE
// keeps each till's newest message across restarts.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file = 'heartbeats.json'] = process.argv.slice(2);
const { PORT = '8080', KEY = '' } = process.env;
if (KEY === '') throw new Error('Set KEY: whoever has it may post and read.');
const silentSeconds = 2 * 15 * 60;
const longestBody = 20_000;

const newest = new Map();
try {
  for (const one of JSON.parse(readFileSync(file, 'utf8'))) newest.set(one.till, one);
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}

function keep({ schema, till, store, version, open, sync, paused, unsent }) {
  if (schema !== 1 || !/^.{1,100}$/.test(till)) throw new Error('no heartbeat');
  const waiting = Object.values(unsent).reduce((sum, count) => sum + count, 0);
  newest.set(till, { till, store, version, open, sync, paused, waiting, heardAt: Math.round(Date.now() / 1000) });
  writeFileSync(`${file}.new`, JSON.stringify([...newest.values()]));
  renameSync(`${file}.new`, file);
}

function list() {
  const silentSince = Date.now() / 1000 - silentSeconds;
  const need = ({ silent, paused, waiting }) => (silent ? 1e9 : 0) + (paused === null ? 0 : 1e6) + waiting;
  const tills = [...newest.values()].map((one) => ({ ...one, silent: one.open && one.heardAt < silentSince }));
  return JSON.stringify(tills.sort((one, other) => need(other) - need(one)));
}

const server = createServer(async (request, response) => {
  const end = (status, body = '') => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  if (new URL(request.url, 'http://localhost').searchParams.get('key') !== KEY) return end(403);
  if (request.method === 'GET') return end(200, list());
  let text = '';
  for await (const part of request.setEncoding('utf8')) text = (text + part).slice(0, longestBody);
  try {
    keep(JSON.parse(text));
    end(204);
  } catch {
    end(400);
  }
});
server.listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`port ${server.address().port}\n`));
