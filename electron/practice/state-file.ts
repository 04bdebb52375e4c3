/** Saves the changes to the sample customers across restarts of practice mode. */
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from '../machine/clock.ts';
import type { BookChanges } from './customer-book.ts';
import { parseJson } from './json.ts';
import { practiceCustomerSchema } from './practice-customer.ts';

const stateSchema = z.object({
  version: z.literal(1),
  customers: z.array(practiceCustomerSchema).readonly(),
  merged: z.array(z.tuple([z.number().int(), z.number().int()]).readonly()).readonly(),
  erased: z.array(z.number().int()).readonly(),
});

const writeDelayMs = 500;

/** @returns undefined if there is no usable file; then practice starts with the samples */
export function readStateFile(file: string): BookChanges | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const parsed = stateSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** Writes atomically, a while after the last change. A disk error never stops practice mode. */
export class StateFile {
  readonly #file: string;
  readonly #changes: () => BookChanges;
  readonly #clock: Clock;
  #cancelTimer: (() => void) | null = null;
  #written: Promise<void> = Promise.resolve();

  constructor(file: string, changes: () => BookChanges, clock: Clock) {
    this.#file = file;
    this.#changes = changes;
    this.#clock = clock;
  }

  touch(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(writeDelayMs, () => void this.flush());
  }

  /** Writes pending changes. */
  flush(): Promise<void> {
    if (this.#cancelTimer === null) return this.#written;
    this.#cancelTimer();
    this.#cancelTimer = null;
    this.#written = this.#written.then(() => this.#write());
    return this.#written;
  }

  async #write(): Promise<void> {
    const text = JSON.stringify({ version: 1, ...this.#changes() } satisfies z.input<typeof stateSchema>);
    const unfinished = `${this.#file}.new`;
    try {
      await mkdir(path.dirname(this.#file), { recursive: true });
      await writeFile(unfinished, text, { mode: 0o600 });
      await rename(unfinished, this.#file);
    } catch {
      // Practice continues; the changes are only lost at a restart.
    }
  }
}
