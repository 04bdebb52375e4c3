/**
 * Looks for the sample customers in what may leave a till: its logs, its output and its support bundle. Names match as
 * whole words, so that `Sen` is not found in `Sent`; numbers match by their last digits in any format.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';

export type Person = {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly mobile?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly externalId?: string | null | undefined;
};

export type Source = { readonly name: string; readonly text: string };

const tailDigits = 8;
const word = /[\p{L}\p{M}\p{N}]+(?:[-'’][\p{L}\p{M}\p{N}]+)*/gu;

export class PersonalData {
  readonly #words = new Map<string, string>();
  readonly #parts = new Map<string, string>();
  readonly #tails = new Set<string>();

  constructor(people: Iterable<Person>) {
    for (const { firstName, lastName, mobile, email, externalId } of people) {
      this.#add('a first name', firstName);
      this.#add('a last name', lastName);
      if (email) this.#parts.set(email.toLowerCase(), 'an email');
      if (externalId) this.#parts.set(externalId.toLowerCase(), 'an external id');
      const digits = mobile?.replace(/\D/g, '') ?? '';
      if (digits.length >= tailDigits) this.#tails.add(digits.slice(-tailDigits));
    }
  }

  get size(): number {
    return this.#words.size + this.#parts.size + this.#tails.size;
  }

  /** What was found, and around what. */
  findIn({ name, text }: Source): string[] {
    const found = new Set<string>();
    for (const [one] of text.matchAll(word)) {
      const what = this.#words.get(one);
      if (what !== undefined) found.add(`${what}, ${one}`);
    }
    const lower = text.toLowerCase();
    for (const [part, what] of this.#parts) if (lower.includes(part)) found.add(`${what}, ${part}`);
    for (const [run] of text.matchAll(new RegExp(`\\d{${tailDigits},}`, 'g'))) {
      for (let at = 0; at + tailDigits <= run.length; at += 1) {
        const tail = run.slice(at, at + tailDigits);
        if (this.#tails.has(tail)) found.add(`a mobile, …${tail}`);
      }
    }
    return [...found].map((what) => `${name}: ${what}`);
  }

  #add(what: string, name: string | undefined): void {
    // Each word of a name on its own: part of a name is enough to tell who it was.
    for (const [one] of (name ?? '').matchAll(word)) if (one.length > 1) this.#words.set(one, what);
  }
}

/** Every log of a till's data folder. */
export function logsOf(dataDir: string): Source[] {
  const folder = path.join(dataDir, 'logs');
  return readdirSync(folder).map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));
}

export function bundleParts(file: string): Source[] {
  return Object.entries(unzipSync(readFileSync(file))).map(([name, bytes]) => ({
    name: `support bundle, ${name}`,
    text: strFromU8(bytes),
  }));
}
