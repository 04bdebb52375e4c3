/** The practice server in its own process, so that it outlives every kill of the till. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FaultKind, FaultOptions } from '../../../electron/practice/faults.ts';
import type { HoldFilter, Step } from '../../../electron/practice/steps.ts';

const program = fileURLToPath(new URL('../../../electron/practice/practice-main.ts', import.meta.url));

const readySchema = z.object({ url: z.string(), controlUrl: z.string() });
const ledgerSchema = z.array(
  z.object({
    order: z.number(),
    customerId: z.number(),
    changes: z.record(z.string(), z.string()),
    pointsAwarded: z.number(),
  }),
);
const customersSchema = z.array(
  z.object({ userId: z.number(), type: z.string(), firstName: z.string().nullable(), lastName: z.string().nullable() }),
);

export type LedgerLine = z.output<typeof ledgerSchema>[number];
export type ServerCustomer = z.output<typeof customersSchema>[number];

export type PracticeProcess = {
  readonly url: string;
  readonly setConnection: (connection: boolean) => Promise<void>;
  readonly addFault: (kind: FaultKind, options: FaultOptions) => Promise<void>;
  readonly clearFaults: () => Promise<void>;
  /** Holds the next request that reaches this step. */
  readonly hold: (step: Step, filter: HoldFilter) => Promise<{ reached: Promise<void>; release: () => Promise<void> }>;
  /** Every applied change, oldest first. */
  readonly ledger: () => Promise<readonly LedgerLine[]>;
  readonly customers: () => Promise<readonly ServerCustomer[]>;
  readonly stop: () => Promise<void>;
};

/** Awards 50 points a call, whatever the call changes. */
export async function startPracticeProcess(customers: number, env: NodeJS.ProcessEnv): Promise<PracticeProcess> {
  const controlToken = randomUUID();
  const child = spawn(process.execPath, [program, JSON.stringify({ customers, controlToken, pointsPerUpdate: 50 })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const ended = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url, controlUrl } = readySchema.parse(JSON.parse(String(line)));

  const ask = async (name: string, argument: unknown = {}): Promise<unknown> => {
    const response = await fetch(`${controlUrl}/practice-control/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${controlToken}` },
      body: JSON.stringify(argument),
    });
    const body: unknown = await response.json();
    assert.equal(response.status, 200, `the practice server refused ${name}: ${JSON.stringify(body)}`);
    return typeof body === 'object' && body !== null ? Reflect.get(body, 'ok') : null;
  };

  return {
    url,
    setConnection: async (connection) => void (await ask('setConnection', { connection })),
    addFault: async (kind, options) => void (await ask('addFault', { kind, options })),
    clearFaults: async () => void (await ask('setFault', { kind: 'none' })),
    hold: async (step, filter) => {
      const hold = await ask('hold', { step, filter });
      return {
        reached: ask('reached', hold).then(() => undefined),
        release: async () => void (await ask('release', hold)),
      };
    },
    ledger: async () => ledgerSchema.parse(await ask('ledger')),
    customers: async () => customersSchema.parse(await ask('customers')),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
