/**
 * What customers ask at the counter, point by point, as head office returned it: online, and offline from this till's
 * memory; in a language of each direction, light and dark.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { anchors } from '../../../electron/practice/anchors.ts';
import { programById } from '../../../electron/practice/practice-customer.ts';
import {
  cardExternalIdOf,
  cardNumberOf,
  wireBills,
  wireCoupons,
  wireExpirySchedule,
  wireGapToUpgrade,
  wireTransactions,
} from '../../../electron/practice/practice-loyalty.ts';
import { type Formats, makeFormats } from '../../../renderer/format/formats.ts';
import { findings } from '../screen/axe.ts';
import { expect, test } from '../till.ts';

/** With five coupons, three of them usable, and eight purchases and a return. */
const rita = { ...anchors.ritaJames, userId: 343_445_103 };
const country = 'IN';
const timeZone = 'Asia/Kolkata';
const dayMs = 86_400_000;

type Words = { readonly [message: string]: string };
type Told = { readonly now: string; readonly formats: Formats; readonly words: Words; readonly isOnline: boolean };

function wordsOf(language: string): Words {
  const file = path.resolve(import.meta.dirname, '../../../renderer/i18n/messages', `${language}.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Each point of the panel: the name of its region, and its contents. */
const points: readonly {
  readonly title: string;
  readonly holds: (region: Locator, told: Told) => Promise<void>;
}[] = [
  {
    title: 'loyalty_expiring_title',
    holds: async (region, { now, formats }) => {
      for (const { points: some, expiry_date } of wireExpirySchedule(rita, now)) {
        const line = region.locator('p').filter({ hasText: formats.serverDate(expiry_date) });
        await expect(line).toContainText(formats.number(Number(some)));
      }
    },
  },
  {
    title: 'loyalty_next_tier',
    holds: async (region, { now, formats }) => {
      const [membership] = rita.memberships;
      const gap = membership === undefined ? [] : wireGapToUpgrade(membership, now);
      const strategy = 'upgrade_strategy' in gap ? gap.upgrade_strategy[0] : undefined;
      const { gap_to_upgrade = '', value_valid_upto = '' } = strategy?.customer_upgrade_entity_values ?? {};
      await expect(region).toContainText('Platinum');
      await expect(region).toContainText(formats.number(Number(gap_to_upgrade)));
      await expect(region).toContainText(formats.serverDate(value_valid_upto));
    },
  },
  {
    title: 'loyalty_coupons',
    holds: async (region, { now, formats }) => {
      const usable = wireCoupons(rita, now, { activeOnly: true, limit: 40 }).coupon;
      expect(usable.length).toBeGreaterThan(1);
      const items = region.getByRole('listitem');
      await expect(items).toHaveCount(usable.length);
      // The next coupon to expire comes first; used and expired ones are not listed.
      for (const [at, { code, valid_till }] of usable.entries()) {
        await expect(items.nth(at)).toContainText(code);
        await expect(items.nth(at)).toContainText(formats.serverDate(valid_till));
      }
    },
  },
  {
    title: 'loyalty_programs',
    holds: async (region, { formats }) => {
      const programs = region.getByRole('article');
      await expect(programs).toHaveCount(rita.memberships.length);
      for (const [at, { programId, loyaltyPoints }] of rita.memberships.entries()) {
        const program = programs.nth(at);
        await expect(program).toContainText(programById(programId).name);
        await program.getByRole('heading').click();
        await expect(program).toContainText(formats.number(loyaltyPoints));
      }
    },
  },
  {
    title: 'loyalty_purchases',
    holds: async (region, { now, formats, words, isOnline }) => {
      const newestFirst = <Bill extends { readonly number: string }>(
        all: readonly Bill[],
        on: (bill: Bill) => string,
      ) => all.toSorted((one, other) => on(other).localeCompare(on(one)));
      const bills = newestFirst(wireTransactions(rita, now).transaction, ({ created_date }) => created_date);
      const items = region.getByRole('listitem');
      await expect(items).toHaveCount(3);
      await region.getByRole('button', { name: words.loyalty_show_all ?? '' }).click();
      await expect(items).toHaveCount(bills.length);
      for (const [at, { number, created_date, type }] of bills.entries()) {
        await expect(items.nth(at)).toContainText(number);
        await expect(items.nth(at)).toContainText(formats.serverDate(created_date));
        if (type === 'RETURN') await expect(items.nth(at)).toContainText(words.loyalty_return ?? '');
      }
      // Amounts are requested when the list is opened, and not remembered.
      const amounts = newestFirst(wireBills(rita, now).transaction, ({ billing_time }) => billing_time);
      if (isOnline) {
        for (const [at, { amount }] of amounts.entries()) {
          await expect(items.nth(at)).toContainText(formats.amount(Number(amount)));
        }
      } else {
        await expect(items.locator('.amount')).toHaveCount(0);
        await expect(region.getByRole('status')).toBeVisible();
      }
    },
  },
];

async function panelHolds(page: Page, told: Told): Promise<void> {
  const loyalty = page.getByRole('region', { name: told.words.loyalty_title ?? '', exact: true });
  for (const { title, holds } of points) {
    const name = told.words[title] ?? '';
    await test.step(name, () => holds(loyalty.getByRole('region', { name, exact: true }), told));
  }
}

/** Only colours differ between the themes. */
async function hasContrast(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findings(page, 'colours'), colorScheme).toEqual([]);
  }
}

for (const language of ['en', 'ar']) {
  test.describe(`in ${language === 'en' ? 'English' : 'Arabic'}`, () => {
    test.use({
      settings: {
        server: { customers: [rita, anchors.ashaRaman] },
        config: { store: { countryCode: country, timeZone, locale: language } },
        viewport: { width: 1366, height: 900 },
      },
    });

    test('points, tier, coupons, programs, purchases and cards, online and offline, in both themes', async ({
      till,
    }) => {
      const { server } = till;
      const words = wordsOf(language);
      const formats = makeFormats(language, country, timeZone);
      const told = { now: server.control.localTime, formats, words };
      await expect(till.page.locator('html')).toHaveAttribute('dir', language === 'ar' ? 'rtl' : 'ltr');

      // This till does not know her yet; head office does, by either number of her card.
      const card = language === 'en' ? cardNumberOf(rita.userId) : cardExternalIdOf(rita.userId);
      await till.page.getByRole('searchbox').fill(card);
      await till.page.getByRole('searchbox').press('Enter');
      await expect(till.page.getByRole('heading', { level: 1 })).toHaveText('Rita James');
      await panelHolds(till.page, { ...told, isOnline: true });
      await hasContrast(till.page);

      await till.restart('quit', () => server.control.setConnection(false));
      const { page } = till;
      await page.getByRole('searchbox').fill('james');
      await page.getByRole('option', { name: /Rita/ }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Rita James');
      await panelHolds(page, { ...told, isOnline: false });
      const later = Date.now() + 2 * dayMs;
      await page.clock.setFixedTime(later);
      await page.getByRole('button', { name: words.customer_refresh ?? '', exact: true }).click();
      const inserted = formats.age(later - 2 * dayMs, later);
      // A right-to-left sentence isolates what is inserted.
      const age = language === 'ar' ? `\u2068${inserted}\u2069` : inserted;
      await expect(page.getByText((words.customer_as_of_old ?? '').replace('{age}', age))).toBeVisible();
      await hasContrast(page);
    });
  });
}
