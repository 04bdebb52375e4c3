/**
 * The practice server as a program of its own: `node practice-main.ts '{"port":0,"controlToken":"…"}'`. Prints one
 * line, `{"ready":true,"url":"…","controlUrl":"…"}`, and runs until SIGTERM or SIGINT.
 */
import { z } from 'zod';
import { systemClock, systemRandom } from '../machine/system-clock.ts';
import { startControlServer } from './control-http.ts';
import { orgConfigSchema } from './practice-org.ts';
import { startPracticeServer } from './practice-server.ts';
import { sampleCustomers, sampleSize } from './sample-customers.ts';

const optionsSchema = z.strictObject({
  port: z.number().int().min(0).max(65_535).default(0),
  /** Number of sample customers; the named ones come first. */
  customers: z.number().int().positive().default(sampleSize),
  /** Without it, there is no control over HTTP. */
  controlToken: z.string().min(8).optional(),
  stateFile: z.string().min(1).optional(),
  awkward: z.boolean().default(false),
  pointsPerUpdate: z.number().int().nonnegative().default(50),
  tokenSeconds: z.number().int().positive().default(300),
  orgConfig: orgConfigSchema.partial().default({}),
});

const { customers, controlToken, ...options } = optionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const server = await startPracticeServer({
  ...options,
  customers: sampleCustomers(customers),
  clock: systemClock,
  random: systemRandom,
});
const control = controlToken === undefined ? null : await startControlServer(server.control, controlToken);

process.stdout.write(
  `${JSON.stringify({ ready: true, url: server.url, ...(control === null ? {} : { controlUrl: control.url }) })}\n`,
);

async function stop(): Promise<void> {
  await control?.close();
  await server.close();
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
