/** What staff and IT do at a till of the rig, and what goes wrong with its connection. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import type { Random } from '../../../electron/machine/clock.ts';
import type { CampaignTill } from './campaign-till.ts';
import { importFile, rescueFiles } from './handed-over.ts';
import type { Doing, Kill } from './kills.ts';
import type { PracticeProcess } from './practice-process.ts';
import type { PreviewProcess } from './preview-process.ts';

const rescuePassphrase = 'a passphrase for the rig';
const staffCodes = ['A001', 'A002', 'M001'] as const;

/** A number in letters, because names have no digits. */
export function lettersOf(value: number): string {
  const letter = (digit: string) => String.fromCharCode(97 + Number.parseInt(digit, 26));
  return [...value.toString(26)].map(letter).join('');
}

export class StaffAtWork {
  readonly #server: PracticeProcess;
  readonly #random: Random;
  #values = 0;

  constructor(server: PracticeProcess, random: Random) {
    this.#server = server;
    this.#random = random;
  }

  chance(part: number): boolean {
    return this.#random.fraction() < part;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random.fraction() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Never the same twice in a campaign. */
  #newName(): string {
    this.#values += 1;
    return `Rig${lettersOf(this.#values)}`;
  }

  async act(till: CampaignTill, preview: PreviewProcess): Promise<void> {
    const customerId = this.pick([...till.serverIds.keys()]);
    const lot = this.#random.fraction();
    if (lot < 0.08) await preview.tryCall('customers.refresh', { customerId });
    else if (lot < 0.13) await preview.tryCall('staff.signIn', { code: this.pick(staffCodes) });
    else if (lot < 0.18) await this.#cancelOne(till, preview);
    else if (lot < 0.23) await preview.tryCall('sync.sendNow');
    else await this.save(till, preview, customerId);
  }

  /** Sometimes IT steps in with a region file or a rescue file. */
  async handOver(till: CampaignTill, preview: PreviewProcess, doing: Doing): Promise<void> {
    if (doing === 'import') {
      till.imports ??= importFile(till.dataDir, [...till.serverIds.values()]);
      await preview.tryCall('customers.import', { file: till.imports });
      return;
    }
    const [file] = rescueFiles(till.dataDir);
    if (file === undefined || doing === 'export' || this.chance(0.2))
      await preview.tryCall('rescue.export', { passphrase: rescuePassphrase });
    else await this.takeBack(preview, file);
  }

  /** Imports a rescue file into the till that made it. */
  async takeBack(preview: PreviewProcess, file: string): Promise<void> {
    const answered = await preview.tryCall('rescue.import', { file: readFileSync(file, 'utf8'), passphrase: null });
    if (answered === null) return;
    assert.equal(answered.ok.kind, 'imported', `importing a rescue file returned ${JSON.stringify(answered.ok)}`);
    rmSync(file);
  }

  async save(till: CampaignTill, preview: PreviewProcess, customerId: number): Promise<void> {
    const { unanswered, acknowledged } = till;
    const both = this.chance(0.2);
    const first = both || this.chance(0.5);
    const request = {
      token: this.#random.id(),
      target: { customerId },
      changes: {
        ...(first ? { firstName: this.#newName() } : {}),
        ...(both || !first ? { lastName: this.#newName() } : {}),
      },
    };
    unanswered.set(request.token, request);
    const answered = await preview.tryCall('updates.save', request);
    if (answered === null) return;
    assert.equal(answered.ok.kind, 'saved', `a save returned ${JSON.stringify(answered.ok)}`);
    acknowledged.add(request.token);
    unanswered.delete(request.token);
  }

  async #cancelOne(till: CampaignTill, preview: PreviewProcess): Promise<void> {
    const listed = await preview.tryCall('updates.list', { which: 'open', limit: 20 });
    const mayGo = listed?.ok.updates.filter(({ may }) => may.cancel) ?? [];
    if (mayGo.length === 0) return;
    const { updateId } = this.pick(mayGo);
    const answered = await preview.tryCall('updates.cancel', { updateId });
    if (answered?.ok.kind === 'done') till.cancelled.add(updateId);
  }

  async addFault(kind: Extract<Kill, { how: 'step' }>['fault'] & string): Promise<void> {
    const options = {
      times: 1,
      endpoint: 'customer/update',
      ...(kind === 'busy' ? { retryAfterSeconds: 0 } : {}),
    } as const;
    await this.#server.addFault(kind, options);
  }
}
