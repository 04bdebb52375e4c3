/** A real till on a real folder and real sockets, for tests: everything but Electron. */

import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import type { EventMessage, TillHandlers } from '../../electron/ipc/schema.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import type { Transport } from '../../electron/loyalty-api/transport.ts';
import type { Clock, Random } from '../../electron/machine/clock.ts';
import { type Log, silentLog } from '../../electron/machine/log.ts';
import type { SecretName, Secrets } from '../../electron/machine/secrets.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { openTill } from '../../electron/open-till.ts';
import { practiceConfig, practiceCredentials } from '../../electron/practice/practice-config.ts';
import { type PracticeServer, startPracticeServer } from '../../electron/practice/practice-server.ts';
import { sampleCustomers } from '../../electron/practice/sample-customers.ts';
import type { Till } from '../../electron/till-options.ts';
import { temporaryFolder } from './temporary-folder.ts';

export function secretsInMemory(initial: Partial<Record<SecretName, string>>): Secrets {
  const kept = new Map<SecretName, string>();
  for (const name of ['api-secret', 'api-password-md5', 'database-key', 'otlp-headers'] as const) {
    const value = initial[name];
    if (value !== undefined) kept.set(name, value);
  }
  return {
    read: (name) => {
      const value = kept.get(name);
      return value === undefined ? { kind: 'absent' } : { kind: 'value', value };
    },
    write: (name, value) => {
      if (value === null) kept.delete(name);
      else kept.set(name, value);
      return { kind: 'stored' };
    },
  };
}

export type RigTill = Till & {
  readonly call: TillHandlers;
  readonly events: readonly EventMessage[];
  /** Resolves when `condition` holds, checked now and after every event; fails the test after 10 s. */
  readonly until: (what: string, condition: () => boolean | Promise<boolean>) => Promise<void>;
};

export type TillSettings = {
  readonly sync?: { readonly [key: string]: unknown };
  readonly org?: { readonly [key: string]: unknown };
  readonly staff?: { readonly [key: string]: unknown };
  readonly data?: { readonly [key: string]: unknown };
  readonly health?: { readonly [key: string]: unknown };
  readonly rescue?: { readonly [key: string]: unknown };
  readonly api?: { readonly [key: string]: unknown };
  /** Which of the server's tills this is. */
  readonly till?: string;
  readonly secret?: string | null;
  readonly secrets?: Secrets;
  readonly log?: Log;
  /** Sits between the till and the server, and passes on what it does not answer itself. */
  readonly between?: (send: Transport) => Transport;
  readonly clock?: Clock;
  readonly random?: Random;
};

export type TillRig = {
  readonly server: PracticeServer;
  readonly newFolder: () => string;
  readonly openTill: (dataDir: string, settings?: TillSettings) => Promise<RigTill>;
  readonly close: () => Promise<void>;
};

/** @param customers how many sample customers the server has; the till has none until it looks them up */
export async function startTillRig(customers = 200): Promise<TillRig> {
  const server = await startPracticeServer({
    customers: sampleCustomers(customers),
    clock: systemClock,
    random: systemRandom,
  });
  const tills = new Set<RigTill>();
  const secretsOf = new Map<string, Secrets>();

  const open = async (dataDir: string, settings: TillSettings = {}): Promise<RigTill> => {
    const base = practiceConfig(server.url);
    const config = parseMachineConfig(
      {
        ...base,
        auth: { method: 'basic', till: settings.till ?? practiceCredentials.till },
        api: { ...base.api, requestsPerMinute: 100_000, ...settings.api },
        sync: { ...base.sync, settleSeconds: 0, slowServerSeconds: 0, ...settings.sync },
        org: { ...settings.org },
        staff: { ...settings.staff },
        data: { ...settings.data },
        health: { ...settings.health },
        rescue: { ...settings.rescue },
      },
      'test',
    );
    const secret = settings.secret === undefined ? practiceCredentials.secret : settings.secret;
    const secrets =
      settings.secrets ?? secretsOf.get(dataDir) ?? secretsInMemory(secret === null ? {} : { 'api-secret': secret });
    secretsOf.set(dataDir, secrets);
    const transport = createNodeTransport({ clock: systemClock, env: {} });
    const till = await openTill({
      dataDir,
      config,
      mode: 'live',
      host: 'preview',
      version: '0.0.0-test',
      secrets,
      transport: settings.between?.(transport.send) ?? transport.send,
      clock: settings.clock ?? systemClock,
      random: settings.random ?? systemRandom,
      log: settings.log ?? silentLog,
      practice: null,
    });
    const events: EventMessage[] = [];
    const waiting = new Set<() => void>();
    till.subscribe((message) => {
      events.push(message);
      for (const look of [...waiting]) look();
    });
    const rigTill: RigTill = {
      ...till,
      call: till.handlers,
      events,
      until: (what, condition) =>
        new Promise((resolve, reject) => {
          const timeout = setTimeout(() => {
            waiting.delete(look);
            reject(new Error(`Did not happen within 30 s: ${what}`));
          }, 30_000);
          const look = () => {
            void Promise.resolve(condition()).then((holds) => {
              if (!holds || !waiting.delete(look)) return;
              clearTimeout(timeout);
              resolve();
            }, reject);
          };
          waiting.add(look);
          look();
        }),
      close: async () => {
        if (!tills.delete(rigTill)) return;
        await till.close();
        transport.close();
      },
    };
    tills.add(rigTill);
    return rigTill;
  };

  return {
    server,
    newFolder: temporaryFolder,
    openTill: open,
    close: async () => {
      for (const till of [...tills]) await till.close();
      await server.close();
    },
  };
}
