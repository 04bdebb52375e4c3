import type {
  BackUpResult,
  BundleResult,
  RescueExportResult,
  RescueImportResult,
  TillFacts,
} from '../../electron/care/till-facts.ts';
import type { EventName, Payload } from '../../electron/ipc/schema.ts';
import type { ForgetResult } from '../../electron/model/customer-view.ts';
import type { ImportState } from '../../electron/region/import-state.ts';
import type { Services } from '../bridge.ts';

/** What IT looks after: the till's own data, its backups, its rescue, the customers of its region. */
export class Care {
  readonly #services: Services;
  #facts = $state.raw<TillFacts | null>(null);
  #importing = $state.raw<ImportState>({ kind: 'none' });
  #working = $state(false);

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
  /** One of the steps below is under way, and a second one waits for nobody: its button is off. */
  get working(): boolean {
    return this.#working;
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
    on('customers.importChanged', (state) => {
      this.#importing = state;
    });
    const [facts, importing] = await Promise.all([
      this.#services.call('till.facts'),
      this.#services.call('customers.importState'),
    ]);
    if (!heard.has('till.changed')) this.#facts = facts;
    if (!heard.has('customers.importChanged')) this.#importing = importing;
  }

  /** Room on the disk changes by itself, and no event tells of each byte. */
  async look(): Promise<void> {
    this.#facts = await this.#services.call('till.facts');
  }

  async recoveryKey(): Promise<string | null> {
    return await this.#services.call('till.recoveryKey');
  }

  async recoveryKeyKept(): Promise<void> {
    await this.#services.call('till.recoveryKeyKept');
  }

  backUp(): Promise<BackUpResult> {
    return this.#work(() => this.#services.call('till.backUp'));
  }

  makeBundle(): Promise<BundleResult> {
    return this.#work(() => this.#services.call('till.supportBundle'));
  }

  exportUnsent(passphrase: string | null): Promise<RescueExportResult> {
    return this.#work(() => this.#services.call('rescue.export', { passphrase }));
  }

  /** @param text the whole file; an empty passphrase opens only a file that this very till made */
  importUnsent(text: string, passphrase: string): Promise<RescueImportResult> {
    return this.#work(() =>
      this.#services.call('rescue.import', { file: text, passphrase: passphrase === '' ? null : passphrase }),
    );
  }

  /** Events tell how it goes on: the answer of the call is older than they are. */
  async importCustomers(file: string): Promise<void> {
    await this.#services.call('customers.import', { file });
  }

  async cancelImport(): Promise<void> {
    await this.#services.call('customers.importCancel');
  }

  async forget(customerId: number): Promise<ForgetResult> {
    return await this.#services.call('customers.forget', { customerId });
  }

  async #work<Result>(step: () => Promise<Result>): Promise<Result> {
    this.#working = true;
    try {
      return await step();
    } finally {
      this.#working = false;
    }
  }
}
