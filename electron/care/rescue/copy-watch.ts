/**
 * Watches the folders with this till's second copy, to see if another till is taking it over or has done so. Updates
 * that another till proves to have are for that till to send (`standing-copy.ts`).
 */
import path from 'node:path';
import type { Db } from '../../db/open.ts';
import type { Clock } from '../../machine/clock.ts';
import type { Log } from '../../machine/log.ts';
import { ShareTrouble } from '../../machine/share/share.ts';
import type { ShareFiles } from '../../machine/share/share-files.ts';
import type { Whereabouts } from '../../sync/context.ts';
import { type CopyPlace, readCopyPlaces, writeCopyPlaces } from '../../updates/copy-places.ts';
import type { Outbox } from '../../updates/outbox.ts';
import type { Update } from '../../updates/rows.ts';
import type { Touched } from '../../updates/transfer.ts';
import { importedEnding } from './export-unsent.ts';
import { importingEnding } from './standing-copy.ts';
import { handOver } from './taken-over.ts';

export type CopyWatchOptions = {
  readonly db: Db;
  readonly outbox: Outbox;
  readonly keyHex: string;
  /** File name of the copy. */
  readonly name: string;
  readonly files: ShareFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** Another till has these now. */
  readonly handedOver: (updates: readonly Touched[]) => void;
  /** Updates that waited for a copy may be sent. */
  readonly released: () => void;
  /** Look again after a while: the copy is missing, or an update that another till has was just being sent. */
  readonly lookAgain: (afterMs: number) => void;
};

/** A file in the folder itself, to recognise an empty mount point. */
const markName = 'tillside-copies.id';
const otherFolder = 'OTHER-FOLDER';
/** How long the last look counts. */
const seenForMs = 5000;
const missingForMs = 60_000;
/** After this time, a person has to decide about updates that another till may have. */
const longestElsewhereMs = 60 * 60_000;

/** The result of the last look at a folder, and since when nothing of it may be sent without proof. */
type Seen = {
  readonly whereabouts: Exclude<Whereabouts, 'unproved'>;
  readonly atMs: number;
  readonly elsewhereSinceMs: number | null;
};

export class CopyWatch {
  readonly #options: CopyWatchOptions;
  readonly #seen = new Map<string, Seen>();
  #places: readonly CopyPlace[];
  #looking: Promise<ShareTrouble | null> | null = null;

  constructor(options: CopyWatchOptions) {
    this.#options = options;
    this.#places = readCopyPlaces(options.db);
  }

  get places(): readonly CopyPlace[] {
    return this.#places;
  }

  /** The last update that a copy may hold; 0: there is none. */
  get upToSeq(): number {
    return this.#places.reduce((most, { upToSeq }) => Math.max(most, upToSeq), 0);
  }

  /** Call before writing a copy, so that a crash cannot leave an unknown one. */
  async noteCopy(folder: string, upToSeq: number, newMark: string): Promise<void> {
    const mark = (await this.#options.files.create(path.join(folder, markName), newMark)).trim();
    const isHere = (place: CopyPlace) => place.folder === folder && place.mark === mark;
    const before = this.#places.find(isHere)?.upToSeq ?? 0;
    if (before < upToSeq) this.#keep([...this.#places.filter((one) => !isHere(one)), { folder, mark, upToSeq }]);
  }

  /** @param isAllSent then an inaccessible copy does no harm: whoever imports it finds its updates sent */
  async clear(place: CopyPlace, isAllSent: boolean): Promise<void> {
    try {
      await this.#assertFolder(place);
    } catch (error) {
      if (isAllSent && error instanceof ShareTrouble && error.code === otherFolder) return;
      throw error;
    }
    await this.#options.files.remove(path.join(place.folder, this.#options.name));
    this.#keep(this.#places.filter((one) => one !== place));
  }

  /** Whether another till may have this update. Ask before each attempt to send it. */
  async whereabouts({ seq }: Pick<Update, 'seq'>): Promise<Whereabouts> {
    const { clock } = this.#options;
    const places = () => this.#places.filter(({ upToSeq }) => upToSeq >= seq);
    const isFresh = (place: CopyPlace) => clock.monotonicMs() - (this.#seenOf(place)?.atMs ?? -seenForMs) < seenForMs;
    if (!places().every(isFresh)) await this.look();
    const elsewhere = places()
      .flatMap((place) => this.#seenOf(place) ?? [])
      .filter(({ whereabouts }) => whereabouts !== 'here');
    if (elsewhere.length === 0) return 'here';
    const elsewhereMs =
      clock.monotonicMs() - Math.min(...elsewhere.map(({ elsewhereSinceMs, atMs }) => elsewhereSinceMs ?? atMs));
    if (elsewhereMs >= longestElsewhereMs) return 'unproved';
    return elsewhere.some(({ whereabouts }) => whereabouts === 'being-taken') ? 'being-taken' : 'unseen';
  }

  /** @returns the error that prevented a look at a folder */
  look(): Promise<ShareTrouble | null> {
    this.#looking ??= this.#lookEverywhere().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookEverywhere(): Promise<ShareTrouble | null> {
    let trouble: ShareTrouble | null = null;
    let isReleased = false;
    for (const place of this.#places) {
      let whereabouts: Seen['whereabouts'];
      try {
        whereabouts = (await this.#isBeingTaken(place)) ? 'being-taken' : 'here';
      } catch (error) {
        if (!(error instanceof ShareTrouble)) throw error;
        trouble = error;
        whereabouts = 'unseen';
      }
      const atMs = this.#options.clock.monotonicMs();
      const before = this.#seenOf(place);
      isReleased ||= whereabouts === 'here' && before !== undefined && before.whereabouts !== 'here';
      const elsewhereSinceMs = whereabouts === 'here' ? null : (before?.elsewhereSinceMs ?? atMs);
      this.#seen.set(keyOf(place), { whereabouts, atMs, elsewhereSinceMs });
    }
    if (isReleased) this.#options.released();
    return trouble;
  }

  async #isBeingTaken(place: CopyPlace): Promise<boolean> {
    const { files, name, lookAgain } = this.#options;
    await this.#assertFolder(place);
    const file = path.join(place.folder, name);
    const imported = `${file}${importedEnding}`;
    const [isThere, isImporting, isImported] = await files.exist([file, `${file}${importingEnding}`, imported]);
    const left = isImported ? await this.#handOver(imported) : 0;
    if (left > 0) lookAgain(seenForMs);
    // Somebody removed it; unsent updates must not be without a copy for long.
    else if (!isThere && !isImporting) lookAgain(missingForMs);
    return isImporting === true || left > 0;
  }

  /** @returns how many are being sent right now */
  async #handOver(imported: string): Promise<number> {
    const { db, outbox, keyHex, files, log, handedOver } = this.#options;
    const gone = await handOver(db, outbox, (await files.read(imported)) ?? '', keyHex);
    if (gone === null) {
      log.write('error', 'a file says without proof that another till has the second copy');
      return 0;
    }
    if (gone.touched.length > 0) {
      log.write('warn', 'another till took the second copy over', { by: gone.by, updates: gone.touched.length });
      handedOver(gone.touched);
    }
    if (gone.left === 0) await files.remove(imported);
    return gone.left;
  }

  /** An empty mount point, or another folder in its place, says nothing about the copy. */
  async #assertFolder({ folder, mark }: CopyPlace): Promise<void> {
    const there = await this.#options.files.read(path.join(folder, markName));
    if (there?.trim() !== mark) throw new ShareTrouble(otherFolder);
  }

  #seenOf(place: CopyPlace): Seen | undefined {
    return this.#seen.get(keyOf(place));
  }

  #keep(places: readonly CopyPlace[]): void {
    const { db, clock } = this.#options;
    writeCopyPlaces(db, places, clock.wallMs());
    this.#places = places;
  }
}

function keyOf({ folder, mark }: CopyPlace): string {
  return `${mark} ${folder}`;
}
