/** A web server that serves a folder as IT's would, with ETag and Range, and a till's feed that reads from it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { machineConfigSchema } from '../../electron/config/config-sections.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { CustomerImport, type ImportParameters } from '../../electron/region/customer-import.ts';
import { publish } from '../../electron/region/feed/publish.ts';
import { RegionFeed } from '../../electron/region/feed/region-feed.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { testKey } from '../customers/cache.ts';
import type { ImportRig } from './import-rig.ts';

export type Served = { readonly name: string; readonly range: string | undefined; readonly status: number };

export type FolderServer = {
  readonly url: string;
  readonly served: Served[];
  /** Cuts the next answer with a file off after this many bytes. */
  readonly cutNextAfter: (bytes: number) => void;
};

export async function serveFolder(t: TestContext, folder: string): Promise<FolderServer> {
  const served: Served[] = [];
  let cutAfter: number | null = null;
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1));
    const file = path.join(folder, name);
    const range = request.headers.range;
    const answer = (status: number, headers: http.OutgoingHttpHeaders, body: Buffer) => {
      served.push({ name, range, status });
      response.writeHead(status, { 'content-length': body.length, ...headers });
      const cut = name.endsWith('.json') ? null : cutAfter;
      if (cut === null) response.end(body);
      else {
        cutAfter = null;
        // What came just before the end of a connection is lost with it.
        response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 300));
      }
    };
    if (!existsSync(file)) return answer(404, {}, Buffer.alloc(0));
    const body = readFileSync(file);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) return answer(304, { etag }, Buffer.alloc(0));
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    if (range === undefined) return answer(200, { etag }, body);
    if (from >= body.length) return answer(416, {}, Buffer.alloc(0));
    return answer(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }, body.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port }: AddressInfo = Object(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    served,
    cutNextAfter: (bytes) => {
      cutAfter = bytes;
    },
  };
}

export function newFeed(
  t: TestContext,
  rig: ImportRig,
  region: { readonly feed: string; readonly publicKey?: string },
): { readonly feed: RegionFeed; readonly customerImport: CustomerImport } {
  const config = machineConfigSchema.shape.region.parse(region);
  const parameters: ImportParameters = {
    db: rig.db,
    records: createRecordKeeper(rig.db, systemClock),
    log: silentLog,
    onFile: { file: rig.file, keyHex: testKey },
    dataDir: rig.dataDir,
    clock: systemClock,
    store: { countryCode: 'IN', timeZone: 'Asia/Kolkata' },
    changed: (state) => {
      if (state.kind === 'done') feed.imported(state.file);
    },
    customerChanged: () => undefined,
  };
  const customerImport = new CustomerImport(parameters);
  const feed: RegionFeed = new RegionFeed({
    ...parameters,
    config: () => config,
    customerImport,
    download: fetch,
    random: systemRandom,
    feedChanged: () => undefined,
  });
  t.after(() => feed.close());
  return { feed, customerImport };
}

export function publishFiles(to: string, files: readonly string[], more: Partial<Parameters<typeof publish>[0]> = {}) {
  const reading = { encoding: 'utf-8', dateOrder: null, countryCode: 'IN', timeZone: 'Asia/Kolkata' } as const;
  return publish({ to, files, erased: [], key: null, reading, nowMs: Date.now(), sure: false, ...more });
}
