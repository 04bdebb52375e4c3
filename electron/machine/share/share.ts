/**
 * Accesses a folder on another machine, which may hang for any time. Threads and Node's own file calls do not help: a
 * process with a thread that hangs in the system cannot even exit. So a separate process accesses the folder. It is
 * killed when it takes too long, and started again when needed.
 */
import { fork } from 'node:child_process';
import type { Clock } from '../clock.ts';
import type { ShareFiles, ShareJob } from './share-files.ts';
import type { AskShare, ShareAnswer } from './share-messages.ts';

/** In the packaged app, the program is a built file beside the main one. */
const hostFile = new URL(import.meta.url.endsWith('.ts') ? './share-host.ts' : './share-host.js', import.meta.url);

export type ShareProcess = {
  readonly post: (ask: AskShare) => void;
  readonly onAnswer: (listener: (answer: ShareAnswer) => void) => void;
  readonly onEnd: (listener: () => void) => void;
  readonly kill: () => void;
};
export type StartShareProcess = (program: URL) => ShareProcess;

/** An error of the share, with the file system's code; `HANGS`: it did not answer in time. */
export class ShareTrouble extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the share refuses: ${code}`);
    this.code = code;
  }
}

export type ShareOptions = {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Absent: a Node child process, which Electron does not support. */
  readonly startProcess?: StartShareProcess | undefined;
};

/** The process is ended after this time without work. */
const idleMs = 60_000;

type Waiting = {
  /** The host answers with the result of `directFiles` for the requested job. */
  resolve(value: unknown): void;
  readonly reject: (error: ShareTrouble) => void;
  readonly stopWaiting: () => void;
};

export class Share {
  readonly #options: ShareOptions;
  readonly #waiting = new Map<number, Waiting>();
  #process: ShareProcess | null = null;
  #stopIdling: (() => void) | null = null;
  #lastId = 0;
  #closed = false;

  constructor(options: ShareOptions) {
    this.#options = options;
  }

  readonly files: ShareFiles = {
    exist: (...args) => this.#ask('exist', args),
    read: (...args) => this.#ask('read', args),
    write: (...args) => this.#ask('write', args),
    create: (...args) => this.#ask('create', args),
    move: (...args) => this.#ask('move', args),
    remove: (...args) => this.#ask('remove', args),
    copy: (...args) => this.#ask('copy', args),
  };

  /** Pending calls get no answer. */
  close(): void {
    this.#closed = true;
    this.#end('CLOSED');
  }

  #ask<Answer>(job: ShareJob, args: readonly unknown[]): Promise<Answer> {
    if (this.#closed) return Promise.reject(new ShareTrouble('CLOSED'));
    const id = ++this.#lastId;
    const asked = this.#process ?? this.#start();
    this.#stopIdling?.();
    this.#stopIdling = null;
    return new Promise((resolve, reject) => {
      const stopWaiting = this.#options.clock.after(this.#options.timeoutMs, () => this.#end('HANGS'));
      this.#waiting.set(id, { resolve, reject, stopWaiting });
      asked.post({ id, job, args });
    });
  }

  #start(): ShareProcess {
    const started = (this.#options.startProcess ?? startNodeProcess)(hostFile);
    this.#process = started;
    started.onAnswer((answer) => this.#take(answer));
    started.onEnd(() => {
      if (this.#process === started) this.#end('ENDED');
    });
    return started;
  }

  #take(answer: ShareAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    waiting.stopWaiting();
    if ('code' in answer) waiting.reject(new ShareTrouble(answer.code));
    else waiting.resolve(answer.value);
    if (this.#waiting.size > 0 || this.#closed) return;
    this.#stopIdling = this.#options.clock.after(idleMs, () => this.#end('IDLE'));
  }

  /** Also ends a hanging process: the system removes it once its share lets go. */
  #end(code: string): void {
    const ended = this.#process;
    this.#process = null;
    this.#stopIdling?.();
    this.#stopIdling = null;
    ended?.kill();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, stopWaiting } of waiting) {
      stopWaiting();
      reject(new ShareTrouble(code));
    }
  }
}

function startNodeProcess(program: URL): ShareProcess {
  const child = fork(program, { stdio: 'ignore', execArgv: [] });
  // It must not keep the till's process alive.
  child.unref();
  child.channel?.unref();
  return {
    post: (ask) => {
      // If it has already ended, `onEnd` reports that.
      child.send(ask, () => undefined);
    },
    onAnswer: (listener) => child.on('message', (answer: ShareAnswer) => listener(answer)),
    onEnd: (listener) => {
      child.once('exit', listener);
      child.once('error', listener);
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
