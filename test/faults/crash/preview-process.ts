/** The preview in its own process, called over HTTP like a page would. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Argument, CallName, Envelope, Result } from '../../../electron/ipc/schema.ts';
import { type KillAt, killAtVariable } from './steps.ts';

const program = fileURLToPath(new URL('../../../build/preview.ts', import.meta.url));
const killAtStep = fileURLToPath(new URL('./kill-at-step.ts', import.meta.url));

export type PreviewOptions = {
  readonly configFile: string;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Dies at this step of the start. */
  readonly killAt?: KillAt | undefined;
};

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export class PreviewProcess {
  readonly spawnedAtMs = performance.now();
  /** Resolves when the process ends, for whatever reason. */
  readonly ended: Promise<Ended>;
  /** Whether it became ready. */
  readonly ready: Promise<boolean>;
  readonly #child: ChildProcess;
  #ipcUrl = '';
  #errors = '';
  #isOver = false;

  constructor({ configFile, dataDir, env, killAt }: PreviewOptions) {
    const words = ['--config', configFile, '--data', dataDir, '--port', '0', '--no-open'];
    const child = spawn(process.execPath, ['--import', killAtStep, program, ...words], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...env, ...(killAt === undefined ? {} : { [killAtVariable]: JSON.stringify(killAt) }) },
    });
    this.#child = child;
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('the preview has no output to read');
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#isOver = true;
        resolve({ code, signal });
      });
    });
    const firstLine = new Promise<boolean>((resolve) => {
      createInterface({ input: stdout }).once('line', (line) => {
        const printed: unknown = JSON.parse(line).url;
        const url = new URL(String(printed));
        url.pathname = '/ipc';
        this.#ipcUrl = url.href;
        resolve(true);
      });
    });
    this.ready = Promise.race([firstLine, this.ended.then(() => false)]);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What it wrote to standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** @returns null if the process ended before it answered */
  async tryCall<Name extends CallName>(
    name: Name,
    argument?: Argument<Name>,
  ): Promise<{ readonly ok: Result<Name> } | null> {
    let envelope: Envelope<Result<Name>>;
    try {
      const response = await fetch(this.#ipcUrl, {
        method: 'POST',
        // A connection kept for later may be closed by the server just as it is used again.
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ name, argument }),
      });
      envelope = JSON.parse(await response.text());
    } catch {
      return null;
    }
    if ('ok' in envelope) return envelope;
    assert.equal(envelope.error.code, 'closing', `${name}: ${envelope.error.message}`);
    return null;
  }

  async call<Name extends CallName>(name: Name, argument?: Argument<Name>): Promise<Result<Name>> {
    const answered = await this.tryCall(name, argument);
    if (answered !== null) return answered.ok;
    const stillOpen = new Promise<null>((resolve) => setTimeout(resolve, 1000, null));
    const ended = await Promise.race([this.ended, stillOpen]);
    const how = ended === null ? 'although it runs' : `and ended with ${ended.code ?? ended.signal}`;
    throw new Error(`The preview did not answer ${name} ${how}. ${this.#errors}`);
  }

  /** Once this is answered, the process dies when it reaches the step. */
  async arm(killAt: KillAt): Promise<void> {
    const answered = once(this.#child, 'message');
    this.#child.send(killAt);
    await Promise.race([answered, this.ended]);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to stop without waiting for the end. */
  askToStop(): void {
    this.#child.kill('SIGTERM');
  }

  async stop(): Promise<Ended> {
    this.askToStop();
    return this.ended;
  }
}
