/** The end of a till's life: everything is sent, and its books are compared with the server's. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CampaignTill } from './campaign-till.ts';
import { compareBooks } from './compare-books.ts';
import { rescueFiles } from './handed-over.ts';
import type { Matrix } from './matrix.ts';
import type { PracticeProcess } from './practice-process.ts';
import type { PreviewProcess } from './preview-process.ts';
import type { StaffAtWork } from './staff-at-work.ts';
import { asksAboutMovedOut, storyOf } from './story.ts';
import { readBooks } from './till-folder.ts';

export const drainWithinMs = 30_000;

type Rig = { readonly server: PracticeProcess; readonly matrix: Matrix; readonly staff: StaffAtWork };

/** Sends everything, closes what needs a person, and compares. */
export async function settleUp(
  { server, matrix, staff }: Rig,
  till: CampaignTill,
  preview: PreviewProcess,
  lastKill: string,
): Promise<{ readonly updates: number; readonly awards: number }> {
  const stuck = (text: string) => matrix.found(lastKill, { stuck: [text] });
  await server.clearFaults();
  await server.setConnection(true);
  for (const file of rescueFiles(till.dataDir)) await staff.takeBack(preview, file);
  const giveUpAtMs = performance.now() + drainWithinMs;
  let status = await preview.call('sync.sendNow');
  for (let look = 1; status.unsent > 0 && performance.now() < giveUpAtMs; look += 1) {
    if (status.counts.attention > 0) {
      const open = await preview.call('updates.list', { which: 'open', limit: 500 });
      for (const { updateId, customerId, state, reason } of open.updates) {
        if (state !== 'attention') continue;
        matrix.listed(lastKill);
        const { dataDir } = till;
        if (reason?.kind !== 'cannot-tell' && !asksAboutMovedOut(dataDir, customerId, reason)) {
          const story = storyOf(dataDir, customerId);
          stuck(`${updateId} needs attention for ${JSON.stringify(reason)}\n${story}`);
        }
        await preview.call('updates.discard', { updateId, reason: 'looked at' });
      }
    }
    // It is another process, so there is no event to wait for.
    await wait(15);
    status = await preview.call(look % 20 === 0 ? 'sync.sendNow' : 'sync.status');
  }
  const { acknowledged, serverIds, cancelled } = till;
  const mine = new Set(serverIds.values());
  const ledger = (await server.ledger()).filter(({ customerId }) => mine.has(customerId));
  const books = readBooks(till.dataDir);
  matrix.found(lastKill, compareBooks(books, ledger, acknowledged, serverIds));
  for (const { id, state } of books.updates) {
    if (cancelled.has(id) && state !== 'cancelled') stuck(`${id} was cancelled and is ${state}`);
  }
  const shownWrong = await compareCustomers(server, till, preview, ledger);
  matrix.found(lastKill, { lost: shownWrong });
  return { updates: books.updates.length, awards: ledger.length };
}

/** The screen shows what the server has: the names last sent, and 50 points for each line of the ledger. */
async function compareCustomers(
  server: PracticeProcess,
  till: CampaignTill,
  preview: PreviewProcess,
  ledger: readonly { readonly customerId: number; readonly pointsAwarded: number }[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const atServer = new Map((await server.customers()).map((customer) => [customer.userId, customer]));
  for (const [customerId, userId] of till.serverIds) {
    const view = await preview.call('customers.open', { customerId });
    const there = atServer.get(userId);
    const awarded = ledger
      .filter((line) => line.customerId === userId)
      .reduce((sum, line) => sum + line.pointsAwarded, 0);
    const points = (till.pointsAtFirst.get(customerId) ?? 0) + awarded;
    const shown = [view?.fields.firstName ?? '', view?.fields.lastName ?? '', view?.loyalty?.points];
    const wanted = [there?.firstName ?? '', there?.lastName ?? '', points];
    if (JSON.stringify(shown) === JSON.stringify(wanted)) continue;
    wrong.push(`customer ${customerId} is shown as ${JSON.stringify(shown)}, the server has ${JSON.stringify(wanted)}`);
  }
  return wrong;
}
