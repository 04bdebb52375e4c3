import type { RescueImportResult, TillFacts } from '../../electron/care/till-facts.ts';
import type { EventName, Payload } from '../../electron/ipc/schema.ts';
import type { FeedFacts } from '../../electron/region/feed/region-feed.ts';
import type { ImportOptions, ImportState, RegionFacts } from '../../electron/region/import-state.ts';
import type { Services } from '../bridge.ts';
import { Action } from './action.svelte.ts';

type TooLarge = { readonly kind: 'too-large' };
/** What the wrapper takes of a rescue file. */
const largestRescueBytes = 3_500_000;

type Reading = Partial<Pick<ImportOptions, 'encoding' | 'dateOrder'>>;

/** What IT looks after: the till's own data, its backups, its rescue, the customers of its region. */
export class Care {
  readonly #services: Services;
  #facts = $state.raw<TillFacts | null>(null);
  #importing = $state.raw<ImportState>({ kind: 'none' });
  #region = $state.raw<RegionFacts | null>(null);
  #feed = $state.raw<FeedFacts | null>(null);

  // What came of these stays here, so that a dialog may be left before the answer is there.
  readonly backUp = new Action(() => this.#services.call('till.backUp'));
  readonly bundle = new Action(() => this.#services.call('till.supportBundle'));
  readonly rescueOut = new Action((passphrase: string | null) => this.#services.call('rescue.export', { passphrase }));
  /** An empty passphrase opens only a file that this very till made. */
  readonly rescueIn = new Action(async (file: File, passphrase: string): Promise<RescueImportResult | TooLarge> => {
    // Larger than a call may be; the command takes a file of any size.
    if (file.size > largestRescueBytes) return { kind: 'too-large' };
    const text = await file.text();
    return await this.#services.call('rescue.import', {
      file: text,
      passphrase: passphrase === '' ? null : passphrase,
    });
  });
  readonly recoveryKey = new Action(() => this.#services.call('till.recoveryKey'));
  readonly recoveryKeyKept = new Action(() => this.#services.call('till.recoveryKeyKept'));
  /** Events tell how it goes on: the answer of the call is older than they are. */
  readonly importCustomers = new Action((file: string, reading: Reading = {}) =>
    this.#services.call('customers.import', { file, ...reading }),
  );
  /** Whether what a file would do is meant so. */
  readonly answerImport = new Action((take: boolean) => this.#services.call('customers.importAnswer', { take }));
  readonly lookAtFeed = new Action(() => this.#services.call('customers.feedLook'));
  readonly #lookAtRegion = new Action(async () => {
    this.#feed = await this.#services.call('customers.feed');
    this.#region = await this.#services.call('customers.region');
  });
  readonly undoImport = new Action(() => this.#services.call('customers.importUndo'));
  readonly cancelImport = new Action(() => this.#services.call('customers.importCancel'));
  readonly forget = new Action((customerId: number) => this.#services.call('customers.forget', { customerId }));

  constructor(services: Services) {
    this.#services = services;
  }

  /** null: not told yet */
  get facts(): TillFacts | null {
    return this.#facts;
  }
  get importing(): ImportState {
    return this.#importing;
  }
  /** null: not told yet */
  get region(): RegionFacts | null {
    return this.#region;
  }
  /** null: the config names no feed of the region */
  get feed(): FeedFacts | null {
    return this.#feed;
  }
  /** One of these steps that take a while is under way; the others wait. */
  get working(): boolean {
    return [this.backUp, this.bundle, this.rescueOut, this.rescueIn].some(({ running }) => running);
  }

  /** @throws {CallFailed} where the services do not answer at all */
  async start(): Promise<void> {
    // An answer may arrive after an event that is newer than it: the event wins.
    const heard = new Set<EventName>();
    const on = <Name extends EventName>(name: Name, listener: (payload: Payload<Name>) => void) =>
      this.#services.on(name, (payload) => {
        heard.add(name);
        listener(payload);
      });
    on('till.changed', (facts) => {
      this.#facts = facts;
    });
    on('customers.feedChanged', () => {
      void this.#lookAtRegion.run();
    });
    on('customers.importChanged', (state) => {
      this.#importing = state;
      if (state.kind === 'done') void this.#lookAtRegion.run();
    });
    const [facts, importing] = await Promise.all([
      this.#services.call('till.facts'),
      this.#services.call('customers.importState'),
      this.#lookAtRegion.run(),
    ]);
    if (!heard.has('till.changed')) this.#facts = facts;
    if (!heard.has('customers.importChanged')) this.#importing = importing;
  }

  /** Room on the disk changes by itself, and no event tells of each byte. */
  readonly look = new Action(async () => {
    this.#facts = await this.#services.call('till.facts');
  });
}
