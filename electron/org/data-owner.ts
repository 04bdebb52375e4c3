/**
 * Which organisation the data in this folder belongs to. A number or an email names another person in another
 * organisation, so nothing is asked or sent before it is known that the server speaks for the same one (F45).
 */
import { z } from 'zod';
import type { Db } from '../db/open.ts';
import { recall, remember } from '../db/remembered.ts';
import type { Clock } from '../machine/clock.ts';
import type { StoreLogin } from '../model/definitions.ts';

/**
 * `ours`: as proved by a login, or nothing changed since one. `unproved`: the config or the password is another than at the
 * last login, and the next login tells. `other`: the server speaks for another organisation than the data.
 */
export type Ownership = 'ours' | 'unproved' | 'other';

const ownerSchema = z.object({
  /** The server's id of the organisation, or its name where the server tells no id; null until the first login. */
  organisation: z.string().nullable(),
  /** Where and as whom the till signed in then. */
  account: z.string(),
});
type Owner = z.output<typeof ownerSchema>;

export class DataOwner {
  readonly #db: Db;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #account: string;
  /** Null: the data belonged to nobody when it was looked at last. */
  #ownership: Ownership | null;

  /** @param account the API's address and who the till is there, without a secret */
  constructor(db: Db, account: string, clock: Pick<Clock, 'wallMs'>) {
    this.#db = db;
    this.#clock = clock;
    this.#account = account;
    this.#ownership = this.#asKept();
  }

  get ownership(): Ownership {
    // A rescue file may have made it somebody's since.
    this.#ownership ??= this.#asKept();
    return this.#ownership ?? 'ours';
  }

  #asKept(): Ownership | null {
    const owner = readOwner(this.#db);
    if (owner === null) return null;
    return owner.account === this.#account ? 'ours' : 'unproved';
  }

  /** The till has another password, which may be another organisation's. */
  passwordChanged(): void {
    if (readOwner(this.#db) !== null) this.#ownership = 'unproved';
  }

  /** The server told for whom it speaks. */
  confirm({ organisation, organisationId }: StoreLogin): Ownership {
    const told = organisationId ?? organisation;
    const owner = readOwner(this.#db);
    const known = owner?.organisation ?? null;
    // A server that names none (OAuth) proves nothing: then the account has to be the one of before.
    const isSame = told === '' ? owner?.account === this.#account : known === told;
    const ownership = known === null || isSame ? 'ours' : 'other';
    this.#ownership = ownership;
    const isNews = owner === null || owner.account !== this.#account || known === null;
    if (ownership === 'ours' && isNews) {
      const now: Owner = { organisation: told, account: this.#account };
      remember(this.#db, 'data-owner', now, this.#clock.wallMs());
    }
    return ownership;
  }
}

/** IT's word that the data belongs to whichever organisation the till signs in to next. */
export function letNextLoginOwn(db: Db, nowMs: number): void {
  const owner = readOwner(db);
  if (owner !== null) remember(db, 'data-owner', { ...owner, organisation: null }, nowMs);
}

/** The organisation as a file names it that takes data elsewhere; null where no login has named one. */
export function organisationOf(db: Db): string | null {
  return readOwner(db)?.organisation || null;
}

/**
 * Data of this organisation is about to come in. A till that never signed in is that organisation's from then on, until a
 * login proves it.
 * @param organisation null: the file does not say
 * @returns whether it may come in: not beside data of another organisation
 */
export function mayTakeIn(db: Db, organisation: string | null, nowMs: number): boolean {
  if (organisation === null) return true;
  const owner = readOwner(db);
  if (owner === null) remember(db, 'data-owner', { organisation, account: '' } satisfies Owner, nowMs);
  return !owner?.organisation || owner.organisation === organisation;
}

/** Null before the first login. */
export function readOwner(db: Db): Owner | null {
  const parsed = ownerSchema.safeParse(recall(db, 'data-owner')?.value);
  return parsed.success ? parsed.data : null;
}
