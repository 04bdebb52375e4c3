/**
 * Whatever a server answers, the screen holds: every documented sample, and two thousand variations of one each, go
 * through the till's own services to the built screen.
 */
import path from 'node:path';
import type { Page } from 'playwright/test';
import { isOurPage, type PreviewSender } from '../../../build/preview/access.ts';
import { preloadScript } from '../../../build/preview/preload-page.ts';
import { startPreviewServer } from '../../../build/preview/preview-server.ts';
import { loadAppFiles } from '../../../electron/desktop/app-files.ts';
import { createDispatcher } from '../../../electron/ipc/dispatcher.ts';
import type { HttpRequest, HttpResult, Transport } from '../../../electron/loyalty-api/transport.ts';
import { type Log, silentLog } from '../../../electron/machine/log.ts';
import { systemRandom } from '../../../electron/machine/system-clock.ts';
import { shapeShifted } from '../../helpers/shape-shifter.ts';
import { startTillRig } from '../../helpers/till-rig.ts';
import { seededRandom } from '../../helpers/virtual-clock.ts';
import {
  answer,
  customerAnswerText,
  purchasesAnswerText,
  userId as sampleUserId,
  sideEffectTexts,
  updateAnswerText,
} from '../../loyalty-api/samples.ts';
import { expect, test } from '../till.ts';

const seed = Number(process.env.TILLSIDE_FUZZ_SEED ?? 20_260_301);
const answers = 2000;
const people = 50;
/** Two answers overlap each time somebody is opened. */
const answersEach = 2;
const rounds = answers / people / answersEach;
const firstUserId = 5_000_000;
/** Who an answer is about: an answer about somebody else would be refused and never shown. */
const kept = ['user_id'];

const bodyOf = (text: string, userId: string): unknown => JSON.parse(text.replaceAll(sampleUserId, userId));

/** The vendor's sample of an update, with each of the documented effects. */
const updateTexts = [
  updateAnswerText,
  ...sideEffectTexts.map((effect) =>
    updateAnswerText.replace(/"side_effects":\{"effect":\[[\s\S]*?\]\}/, `"side_effects":{"effect":[${effect}]}`),
  ),
];

/** Who a request is about. */
function askedOf({ url, body }: HttpRequest): string {
  const parsed: unknown = body === null ? null : JSON.parse(body);
  return new URL(url).searchParams.get('id') ?? /"id":"(\d+)"/.exec(JSON.stringify(parsed))?.[1] ?? 'nobody';
}

/** A proxy before the server: it returns documented answers about customers until told to vary them. */
function strangeServer(chance: () => number) {
  const state = { differs: false, whole: false, given: 0, texts: 0, bills: 0 };
  const spelled = (text: string, userId: string): HttpResult => {
    const sample = bodyOf(text, userId);
    if (!state.differs) return answer(sample);
    state.given += 1;
    return answer(state.whole ? shapeShifted(sample, chance, kept) : withShiftedCustomer(sample, chance));
  };
  const between =
    (send: Transport): Transport =>
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/v1.1/customer/get') return spelled(customerAnswerText, askedOf(request));
      if (pathname === '/v1.1/customer/transactions') {
        if (state.differs) state.bills += 1;
        return spelled(purchasesAnswerText, askedOf(request));
      }
      if (pathname === '/v1.1/customer/update') {
        state.texts += 1;
        return spelled(updateTexts[state.texts % updateTexts.length] ?? updateAnswerText, askedOf(request));
      }
      const result = await send(request);
      const isOrganisation = /organization|extendedFields|staff/.test(pathname);
      if (result.kind !== 'answer' || !state.differs || !isOrganisation) return result;
      state.given += 1;
      return {
        ...result,
        body: JSON.stringify(shapeShifted(JSON.parse(result.body), chance, ['status', 'item_status'])),
      };
    };
  return { state, between };
}

/** Varies what is said about the customer, but keeps an answer about them. */
function withShiftedCustomer(sample: unknown, chance: () => number): unknown {
  return shapeShifted(sample, chance, [...kept, 'status', 'item_status']);
}

type Person = { readonly userId: string; readonly customerId: number };

/** Opens one customer after another as staff do, and reports if somebody else is shown or the page breaks. */
async function openEach(page: Page, all: readonly Person[]): Promise<readonly string[]> {
  return await page.evaluate(async (everybody) => {
    const wrong: string[] = [];
    const one = (selector: string) => document.querySelector<HTMLElement>(selector);
    const plain = (text: string | null | undefined) => (text ?? '').replaceAll(/\s+/g, ' ').trim();
    /** The page changed, or a moment passed in which it did not. */
    const changed = () =>
      new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => end());
        const timer = setTimeout(() => end(), 25);
        const end = () => {
          observer.disconnect();
          clearTimeout(timer);
          resolve();
        };
        observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      });
    const until = async (what: string, holds: () => boolean | Promise<boolean>) => {
      const giveUpAt = performance.now() + 20_000;
      while (!(await holds())) {
        if (performance.now() > giveUpAt) throw new Error(`It did not happen: ${what}`);
        await changed();
      }
    };
    for (const [at, { userId, customerId }] of everybody.entries()) {
      const box = document.querySelector<HTMLInputElement>('#find-customer');
      const before = one('[role="option"]');
      if (box === null) throw new Error('there is no search');
      box.value = `id:${userId}`;
      box.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await until(`${userId} is found`, () => {
        const first = one('[role="option"]');
        return first !== before && first?.querySelector('.name') !== null;
      });
      one('[role="option"]')?.click();
      const shown = () => plain(one('[role="group"][aria-labelledby="about-user-id"]')?.textContent);
      await until(
        `${userId} is opened`,
        () => one('.broken') !== null || (shown() === userId && one('main [inert]') === null),
      );
      if (one('.broken') !== null) wrong.push(`${userId}: the page is broken`);
      // Answers that were in flight meanwhile take effect from the next read on.
      await until(`${userId} is called by their own name`, async () => {
        const view = await window.till?.call('customers.view', { customerId });
        if (view === undefined || !('ok' in view) || view.ok === null) return false;
        const { firstName, lastName } = view.ok.fields;
        const name = plain([firstName, lastName].filter(Boolean).join(' '));
        return one('.broken') !== null || name === '' || plain(one('h1')?.textContent) === name;
      });
      // Amounts come in an answer of their own, when staff ask.
      const bills = at % 4 === 0 ? one('[aria-labelledby="purchases-title"]') : null;
      bills?.querySelector('button')?.click();
      for (let waits = 0; bills !== null && waits < 4; waits += 1) {
        if (bills.querySelector('.amount, [role="status"]') !== null) break;
        await changed();
      }
      if (one('.broken') !== null) wrong.push(`${userId}: the page is broken by the purchases`);
    }
    return wrong;
  }, all);
}

/** Layout and painting take most of the time and can't break: the page is built each time, but drawn only now and then. */
async function draws(page: Page, isDrawn: boolean): Promise<void> {
  await page.evaluate((drawn) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(drawn ? '' : 'body { display: none }');
    document.adoptedStyleSheets = [sheet];
  }, isDrawn);
}

test('F52 without Electron, because the services run in the test: whatever head office answers, nothing breaks, and the page shows only the customer who was chosen', async ({
  host,
}) => {
  test.skip(host === null, 'the services are in the test, not in Electron');
  if (host === null) return;
  test.setTimeout(300_000);
  const { state, between } = strangeServer(seededRandom(seed).fraction);
  const logged: string[] = [];
  const log: Log = {
    write: (level, event, facts) => {
      if (level === 'error') logged.push(`${event} ${JSON.stringify(facts)}`);
    },
  };
  await using stack = new AsyncDisposableStack();
  const rig = await startTillRig();
  stack.defer(() => rig.close());
  const till = await rig.openTill(rig.newFolder(), { between, log, sync: { settleSeconds: 0 } });
  const dispatcher = createDispatcher<PreviewSender>({
    handlers: () => till.call,
    allows: isOurPage,
    begin: () => () => undefined,
    log,
  });
  stack.defer(() => dispatcher.close());
  const dist = path.resolve(import.meta.dirname, '../../../dist');
  const server = await startPreviewServer({
    port: 0,
    files: loadAppFiles(path.join(dist, 'renderer')),
    preload: preloadScript(path.join(dist, 'preload/preload.cjs')),
    dispatcher,
    subscribe: till.subscribe,
    log: silentLog,
  });
  stack.defer(() => server.close());
  const page = await host.browser.newPage({ viewport: { width: 1366, height: 768 }, reducedMotion: 'reduce' });
  stack.defer(() => page.close());
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
  });

  // First as documented.
  const all: Person[] = [];
  for (let index = 0; index < people; index += 1) {
    const userId = String(firstUserId + index);
    const found = await till.call['customers.lookUpOnline']({ query: `id:${userId}` });
    if (found.kind !== 'found' || found.customer.customerId === null) throw new Error(`${userId} was ${found.kind}`);
    all.push({ userId, customerId: found.customer.customerId });
  }
  const save = ({ customerId }: Person) =>
    till.call['updates.save']({
      token: systemRandom.id(),
      target: { customerId },
      changes: { lastName: `Saved ${state.given}` },
      replaces: null,
      confirmedFills: [],
    });
  await page.goto(server.url);
  await page.getByRole('searchbox', { name: 'Find customer' }).waitFor();
  const documented = all.slice(0, updateTexts.length);
  for (const one of documented) await save(one);
  await till.until('all of them are sent', async () => (await till.call['sync.status'](undefined)).unsent === 0);
  expect([...(await openEach(page, documented)), ...said]).toEqual([]);

  state.differs = true;
  let found = 0;
  for (let round = 0; round < rounds; round += 1) {
    // The last ones vary in any place, so most are no longer valid answers.
    state.whole = round === rounds - 1;
    for (const [at, one] of all.entries()) {
      if (at % 10 === round % 10) await save(one);
      for (let each = 0; each < answersEach; each += 1) {
        const { kind } = await till.call['customers.refresh']({ customerId: one.customerId });
        if (kind === 'found') found += 1;
      }
    }
    await draws(page, round % 5 === 0);
    if (round % 4 === 3) await till.call['org.refresh'](undefined);
    expect([...(await openEach(page, all)), ...said], `seed ${seed}, round ${round}`).toEqual([]);
  }
  // Otherwise hardly any answer was shown.
  expect(found).toBeGreaterThan(answers / 2);
  expect(state.given).toBeGreaterThanOrEqual(answers);
  expect(state.bills).toBeGreaterThan(answers / 20);

  await draws(page, true);
  await page.getByRole('button', { name: 'Updates', exact: true }).click();
  const updates = page.getByRole('region', { name: 'Updates', exact: true });
  for (const list of await updates.locator('fieldset button').all()) {
    await list.click();
    await expect(updates.getByRole('listitem').first()).toBeVisible();
    const closed = updates.getByRole('listitem').locator('.acts [aria-expanded="false"]');
    for (let opened = 0; opened < 6 && (await closed.count()) > 0; opened += 1) await closed.first().click();
  }
  await expect(page.locator('.broken')).toHaveCount(0);
  expect([said, logged]).toEqual([[], []]);
});
