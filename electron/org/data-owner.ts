/**
 * Which organisation the data in this folder belongs to. In another organisation, the same number or email can be
 * another person, so nothing is sent or looked up before we know that the server belongs to the same organisation
 * (F45).
 */
import { z } from 'zod';
import type { Db } from '../db/open.ts';
import { recallAs, remember } from '../db/remembered.ts';
import type { Clock } from '../machine/clock.ts';
import type { StoreLogin } from '../model/definitions.ts';

/**
 * `ours`: proved by a login, and nothing has changed since. `unproved`: the config or password has changed since the
 * last login, so the next login decides. `other`: the server belongs to another organisation than the data.
 */
export type Ownership = 'ours' | 'unproved' | 'other';

const ownerSchema = z.object({
  /** The organisation's id or, without one, its name; null until the first login. */
  organisation: z.string().nullable(),
  /** Its name, for a login that leaves out the id. */
  name: z.string().optional(),
  /** The server and account of that login. */
  account: z.string(),
});
type Owner = z.output<typeof ownerSchema>;

export class DataOwner {
  readonly #db: Db;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #account: string;
  /** Null: the data had no owner when last checked. */
  #ownership: Ownership | null;

  /** @param account the API's URL and the till's account, without the secret */
  constructor(db: Db, account: string, clock: Pick<Clock, 'wallMs'>) {
    this.#db = db;
    this.#clock = clock;
    this.#account = account;
    this.#ownership = this.#asKept();
  }

  get ownership(): Ownership {
    // An imported rescue file may have set an owner since.
    this.#ownership ??= this.#asKept();
    return this.#ownership ?? 'ours';
  }

  #asKept(): Ownership | null {
    const owner = readOwner(this.#db);
    if (owner === null) return null;
    return owner.account === this.#account ? 'ours' : 'unproved';
  }

  /** The till has a new password, which may belong to another organisation. */
  passwordChanged(): void {
    if (readOwner(this.#db) !== null) this.#ownership = 'unproved';
  }

  /** Compares the data's owner with the organisation of a login. */
  confirm({ organisation, organisationId }: StoreLogin): Ownership {
    const owner = readOwner(this.#db);
    const known = owner?.organisation ?? null;
    const isNamed = organisationId !== null || organisation !== '';
    // With OAuth the server names no organisation, so the account has to be the same as before.
    const isSame = isNamed
      ? known === (organisationId ?? organisation) || isSameByName(owner, organisation, organisationId)
      : owner?.account === this.#account;
    const ownership = known === null || isSame ? 'ours' : 'other';
    this.#ownership = ownership;
    if (ownership === 'ours') {
      const now: Owner = {
        organisation: organisationId ?? (known || organisation),
        name: organisation === '' ? owner?.name : organisation,
        account: this.#account,
      };
      if (JSON.stringify(now) !== JSON.stringify(owner)) remember(this.#db, 'data-owner', now, this.#clock.wallMs());
    }
    return ownership;
  }
}

/** One of two logins left out the id, and then only the name can tell. */
function isSameByName(owner: Owner | null, name: string, id: string | null): boolean {
  return name !== '' && (id === null ? owner?.name : owner?.organisation) === name;
}

/** IT decided that the data belongs to whichever organisation the till signs in to next. */
export function letNextLoginOwn(db: Db, nowMs: number): void {
  const owner = readOwner(db);
  if (owner !== null) remember(db, 'data-owner', { organisation: null, account: owner.account } satisfies Owner, nowMs);
}

/** The organisation to write into a rescue file; null: not known. */
export function organisationOf(db: Db): string | null {
  return readOwner(db)?.organisation || null;
}

/**
 * Whether data of this organisation may be imported: not beside another organisation's data. A till that never signed
 * in belongs to this organisation from then on, until a login proves it.
 * @param organisation null: the file does not say
 */
export function mayTakeIn(db: Db, organisation: string | null, nowMs: number): boolean {
  if (organisation === null) return true;
  const owner = readOwner(db);
  if (owner === null) remember(db, 'data-owner', { organisation, account: '' } satisfies Owner, nowMs);
  return !owner?.organisation || owner.organisation === organisation || owner.name === organisation;
}

/** Null before the first login. */
export function readOwner(db: Db): Owner | null {
  return recallAs(db, 'data-owner', ownerSchema)?.value ?? null;
}
