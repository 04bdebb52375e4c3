/** A till's health as numbers, and a receiver for it as IT has one. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { TestContext } from 'node:test';
import type { Health } from '../../electron/care/health.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';

export const health: Health = {
  schema: 1,
  till: 'store"1\\2\n3',
  store: null,
  version: '1.2.3',
  writtenAt: 1_800_000_000,
  startedAt: 1_799_999_939,
  open: true,
  sync: 'offline',
  paused: null,
  connection: 'offline',
  offlineWhy: 'timeout',
  unsent: { queued: 2, sending: 0, unknown: 1, attention: 0, nextVisit: 0 },
  inFiles: 2,
  oldestInFileAt: 1_799_992_800,
  doubleAwards: 0,
  oldestUnsentAt: 1_799_992_800,
  oldestUncertainAt: 1_799_996_400,
  lastAnswerAt: null,
  clockSkewSeconds: -3,
  diskFreeBytes: 123456789,
  databaseDamaged: false,
  configUnusable: true,
  restartDue: false,
  lastBackupAt: 1_799_913_600,
  copyAt: null,
  copyFailure: null,
  customers: 200_000,
  regionAsOf: 1_799_992_800,
  feedFailure: 'unreachable',
  counts: {
    saved: 7,
    sent: 5,
    sentAgain: 1,
    readBack: 2,
    refused: { '1xxx': 1 },
    rateLimited: 3,
    requests: { answered: 9, lost: 1 },
    imports: 0,
    crashes: 2,
    requestSeconds: { bounds: [0.1, 1], counts: [4, 5, 1], sum: 12.5 },
    saveSeconds: { bounds: [0.01], counts: [7, 0], sum: 0.02 },
  },
};

/** IT's own receiver, for heartbeats and OTLP. */
export async function receiver(t: TestContext) {
  const got: { readonly path: string; readonly headers: http.IncomingHttpHeaders; readonly body: string }[] = [];
  let status = 204;
  let heard: () => void = () => undefined;
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(status).end();
      heard();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const transport = createNodeTransport({ clock: systemClock, env: {} });
  t.after(() => {
    transport.close();
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${address.port}/tillside`,
    got,
    send: transport.send,
    answer: (changed: number) => {
      status = changed;
    },
    next: () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      }),
  };
}
