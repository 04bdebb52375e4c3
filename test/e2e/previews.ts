/**
 * The previews of a worker's specs. Starting Node and loading the services takes longer than opening a till, so a spec
 * gets the process of the one before.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Done, Order } from './preview-process.ts';

const script = path.join(import.meta.dirname, 'preview-process.ts');

export type Preview = {
  readonly url: string;
  /** Closes it, and keeps the process for the next one. */
  readonly leave: () => Promise<void>;
  /** Closes it, and ends the process. */
  readonly quit: () => Promise<void>;
  /** A power cut for the program. */
  readonly kill: () => Promise<void>;
};

export class Previews {
  readonly #idle: PreviewProcess[] = [];

  /** @param hear called with what the program prints */
  async open(args: readonly string[], secret: string | null, hear: (text: string) => void): Promise<Preview> {
    const program = this.#idle.pop() ?? new PreviewProcess();
    program.hear = hear;
    const { url } = await program.order({ open: args, secret });
    if (url === null) throw new Error('the preview has no address');
    return {
      url,
      leave: async () => {
        await program.order('close');
        this.#idle.push(program);
      },
      quit: async () => {
        await program.order('close');
        await program.end();
      },
      kill: () => program.kill(),
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#idle.map((program) => program.end()));
  }
}

class PreviewProcess {
  hear: (text: string) => void = () => undefined;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor() {
    const { TILLSIDE_SECRET: _secret, TILLSIDE_CONFIG: _config, ...env } = process.env;
    // Without the flags of the specs' runner.
    this.#child = fork(script, { env, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#ended = once(this.#child, 'exit');
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.hear(text));
  }

  async order(order: Order): Promise<Done> {
    const done = once(this.#child, 'message');
    this.#child.send(order);
    const ended = this.#ended.then(() => Promise.reject(new Error('the preview ended by itself')));
    const [message]: Done[] = await Promise.race([done, ended]);
    if (message === undefined) throw new Error('the preview did not answer');
    return message;
  }

  async end(): Promise<void> {
    this.#child.disconnect();
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
