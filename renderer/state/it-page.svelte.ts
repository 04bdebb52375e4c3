import type { RescueImportResult, TillFacts } from '../../electron/care/till-facts.ts';
import type { FeedFacts } from '../../electron/region/feed/region-feed.ts';
import type { ImportOptions, ImportState, RegionFacts } from '../../electron/region/import-state.ts';
import type { Services } from '../bridge.ts';
import { Action } from './action.svelte.ts';
import { follow } from './resource.svelte.ts';

type TooLarge = { readonly kind: 'too-large' };
/** The largest rescue file that fits into one call. */
const largestRescueBytes = 3_500_000;

export type Reading = Partial<Pick<ImportOptions, 'encoding' | 'dateOrder'>>;

/** What IT looks after: the till's data, backups, rescue files and region. */
export class ItPage {
  readonly #services: Services;
  /** null: not known yet */
  facts = $state.raw<TillFacts | null>(null);
  importing = $state.raw<ImportState>({ kind: 'none' });
  /** null: not known yet */
  region = $state.raw<RegionFacts | null>(null);
  /** null: the config names no region feed */
  feed = $state.raw<FeedFacts | null>(null);

  // The results stay here, so that a dialog can be closed before the answer comes.
  readonly backUp = new Action(() => this.#services.call('till.backUp'));
  readonly bundle = new Action(() => this.#services.call('till.supportBundle'));
  readonly rescueOut = new Action((passphrase: string | null) => this.#services.call('rescue.export', { passphrase }));
  /** An empty passphrase opens only a file made by this till. */
  readonly rescueIn = new Action(async (file: File, passphrase: string): Promise<RescueImportResult | TooLarge> => {
    // Too large for a call; the command accepts a file of any size.
    if (file.size > largestRescueBytes) return { kind: 'too-large' };
    const text = await file.text();
    return await this.#services.call('rescue.import', {
      file: text,
      passphrase: passphrase === '' ? null : passphrase,
    });
  });
  /** Another till has imported what was moved. */
  readonly rescueConfirm = new Action(() => this.#services.call('rescue.confirm'));
  readonly recoveryKey = new Action(() => this.#services.call('till.recoveryKey'));
  readonly recoveryKeyKept = new Action(() => this.#services.call('till.recoveryKeyKept'));
  /** Events report progress and are newer than the call's answer. */
  readonly importCustomers = new Action((file: string, reading: Reading = {}) =>
    this.#services.call('customers.import', { file, ...reading }),
  );
  /** Asks for a file in the desktop's own dialog. */
  readonly chooseFile = new Action(() => this.#services.call('app.chooseFile'));
  /** Accepts or declines what a file would do. */
  readonly answerImport = new Action((take: boolean) => this.#services.call('customers.importAnswer', { take }));
  readonly lookAtFeed = new Action(() => this.#services.call('customers.feedLook'));
  readonly #lookAtRegion = new Action(async () => {
    this.feed = await this.#services.call('customers.feed');
    this.region = await this.#services.call('customers.region');
  });
  readonly undoImport = new Action(() => this.#services.call('customers.importUndo'));
  readonly cancelImport = new Action(() => this.#services.call('customers.importCancel'));
  readonly erase = new Action((customerId: number) => this.#services.call('customers.forget', { customerId }));

  constructor(services: Services) {
    this.#services = services;
  }

  /** One of the longer steps is running; the others wait. */
  get working(): boolean {
    return [this.backUp, this.bundle, this.rescueOut, this.rescueIn, this.rescueConfirm].some(({ running }) => running);
  }

  /** @throws {CallFailed} if the services do not answer at all */
  async start(): Promise<void> {
    this.#services.on('customers.feedChanged', () => {
      void this.#lookAtRegion.run();
    });
    await Promise.all([
      follow(this.#services, 'till.facts', 'till.changed', (facts) => {
        this.facts = facts;
      }),
      follow(this.#services, 'customers.importState', 'customers.importChanged', (state) => {
        this.importing = state;
        if (state.kind === 'done') void this.#lookAtRegion.run();
      }),
      this.#lookAtRegion.run(),
    ]);
  }

  /** Disk space changes all the time, without an event. */
  readonly look = new Action(async () => {
    this.facts = await this.#services.call('till.facts');
  });
}
