/** A till in Node with its screen over loopback: what `npm run preview` runs, and `npm start` without Electron. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FoundConfig } from '../../electron/config/find-config.ts';
import { loadAppFiles } from '../../electron/desktop/app-files.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import { fileLog } from '../../electron/machine/file-log.ts';
import type { Log } from '../../electron/machine/log.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import type { TillCannotOpen } from '../../electron/machine/till-cannot-open.ts';
import { startTill } from '../../electron/start-till.ts';
import { distFolder, ensureBuilt } from '../bundles.ts';
import { BadArguments, say } from '../command-line.ts';
import { projectRoot } from '../project-root.ts';
import { isOurPage } from './access.ts';
import { preloadScript } from './preload-page.ts';
import { type PreviewServer, startPreviewServer } from './preview-server.ts';

export type RunningPreview = Pick<PreviewServer, 'url' | 'newWindowUrl'> & {
  readonly log: Log;
  /** Why the page says that the till cannot be opened; null if it is open. */
  readonly trouble: TillCannotOpen | null;
  /** Releases the port, finishes or returns what is in flight, then closes the data. */
  readonly close: () => Promise<void>;
};

export type PreviewOptions = {
  readonly found: FoundConfig;
  readonly dataDir: string;
  readonly port: number;
  readonly secret: string | undefined;
};

/**
 * @throws TillCannotOpen
 * @throws BadArguments if the port is not available
 */
export async function runPreview({ found, dataDir, port, secret }: PreviewOptions): Promise<RunningPreview> {
  await ensureBuilt(['preload', 'renderer'], say);
  // From here on only this user can read what is written, even in a folder that others can see into.
  process.umask(0o077);
  const log = fileLog({
    dataDir,
    level: found.mode === 'live' ? found.config.log.level : 'info',
    clock: systemClock,
  });
  const transport = createNodeTransport({ clock: systemClock, env: process.env });
  const started = await startTill({
    found,
    dataDir,
    host: 'preview',
    version: productVersion(),
    secrets: secretFile(dataDir, null),
    transport: transport.send,
    clock: systemClock,
    random: systemRandom,
    log,
    secret,
    allows: isOurPage,
  });
  const closeTill = async () => {
    await started.close();
    transport.close();
  };
  try {
    const server = await startPreviewServer({
      port,
      files: loadAppFiles(path.join(distFolder, 'renderer')),
      preload: preloadScript(path.join(distFolder, 'preload', 'preload.cjs')),
      dispatcher: started.dispatcher,
      subscribe: started.subscribe,
      log,
    });
    return {
      url: server.url,
      newWindowUrl: server.newWindowUrl,
      log,
      trouble: started.trouble(),
      close: async () => {
        started.dispatcher.close();
        // The port first: whoever restarts at once waits for the data, then finds the port free.
        await server.close();
        await closeTill();
      },
    };
  } catch (error) {
    await closeTill();
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      throw new BadArguments(`--port: ${port} cannot be used (${code}), expected a free port, or 0 to pick one`);
    }
    throw error;
  }
}

function productVersion(): string {
  const version: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')).version;
  return typeof version === 'string' ? version : '0';
}
