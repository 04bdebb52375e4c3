/** Every state of the screen that is looked at: the scene it starts from, and the steps that lead to it. */
import type { Page } from 'playwright';
import type { SceneName } from './scenes.ts';

export type ScreenState = {
  readonly name: string;
  readonly scene: SceneName;
  readonly way: (page: Page) => Promise<unknown>;
};

const stay = async () => undefined;
// Practice mode has its own select, whose options come first.
const customers = (page: Page) => page.getByRole('listbox').getByRole('option');
const type = (page: Page, text: string) => page.getByRole('searchbox').fill(text);

async function found(page: Page, text: string): Promise<void> {
  await type(page, text);
  await customers(page).first().waitFor();
}

const open = (text: string) => async (page: Page) => {
  await found(page, text);
  await customers(page).first().click();
  await page.locator('#customer-name').waitFor();
};

const inForm = (text: string, way: (page: Page) => Promise<unknown>) => async (page: Page) => {
  await open(text)(page);
  await way(page);
};

async function edit(page: Page): Promise<void> {
  await page.locator('#field-lastName').fill('Jameson');
  await page.locator('#field-subscription_sms_BULK').click();
}

const updates = async (page: Page) => {
  await page.locator('#open-updates').click();
  await page.locator('#updates-title').waitFor();
};

const inUpdates = (way: (page: Page) => Promise<unknown>) => async (page: Page) => {
  await updates(page);
  await page.getByRole('listitem').first().waitFor();
  await way(page);
};

const thisTill = async (page: Page) => {
  await page.locator('#open-menu').click();
  await page.locator('.panel .choice').last().click();
  await page.locator('#care-title').waitFor();
};

const rescue = (page: Page) => page.locator('[aria-labelledby="care-rescue"]');

/** An online lookup starts by itself when the typing stops. */
const lookedUp = async (page: Page) => {
  await type(page, '+44 7700 900123');
  await page.locator('.nothing [role="status"]').waitFor();
  await customers(page).first().waitFor();
};

const state = (name: string, scene: SceneName, way: ScreenState['way']): ScreenState => ({ name, scene, way });

export const states: readonly ScreenState[] = [
  state('damaged-data', 'damaged-data', stay),
  state('damaged-data-sure', 'damaged-data', (page) => page.locator('section .button').first().click()),
  state('key-unreadable', 'key-unreadable', stay),
  state('first-start', 'first-start', stay),
  state('secret-needed', 'secret-needed', stay),
  state('connected', 'secret-needed', async (page) => {
    await page.locator('#till-password').fill('secret');
    await page.locator('.setup .primary').click();
    await page.locator('.setup .notice').waitFor();
  }),
  state('welcome', 'plain', stay),
  state('drafts', 'drafts', stay),
  state('update-available', 'update-available', stay),
  state('update-ready', 'update-ready', stay),
  state('search', 'plain', (page) => found(page, 'rit')),
  state('search-nothing', 'plain', (page) => type(page, 'zzz')),
  state('not-found', 'plain', lookedUp),
  state('by-identifier', 'plain', async (page) => {
    await lookedUp(page);
    await customers(page).first().click();
  }),
  state('choose-online', 'choose', lookedUp),
  state('asked-before-sign-in', 'asked', (page) => page.locator('.notice.waiting').waitFor()),
  state('broken', 'broken', async (page) => {
    await found(page, 'james');
    await customers(page).first().click();
    await page.locator('.broken').waitFor();
  }),
  state('admin-pin', 'admin', async (page) => {
    await thisTill(page);
    await page.locator('[aria-labelledby="care-key"] .button').click();
    await page.locator('dialog[open] [type="password"]').fill('000000');
    await page.locator('dialog[open] .primary').click();
    await page.locator('dialog[open] .trouble').waitFor();
  }),
  state('customer', 'plain', open('james')),
  state('masked', 'masked', open('james')),
  state(
    'customer-end',
    'plain',
    inForm('james', (page) => page.locator('#field-associatedWith').scrollIntoViewIfNeeded()),
  ),
  state('edited', 'plain', inForm('james', edit)),
  state(
    'saved',
    'plain',
    inForm('james', async (page) => {
      await edit(page);
      await page.keyboard.press('Control+s');
      await page.locator('.bar strong.sending').waitFor();
    }),
  ),
  state(
    'invalid',
    'plain',
    inForm('jones', async (page) => {
      await page.locator('#field-email').fill('rita.example.com');
      await page.locator('#field-registeredOn').fill('last week');
      await page.keyboard.press('Control+s');
      await page.locator('.summary').waitFor();
    }),
  ),
  ...(['disk-full', 'staff-required'] as const).map((scene) =>
    state(
      `not-kept-${scene}`,
      scene,
      inForm('james', async (page) => {
        await edit(page);
        await page.keyboard.press('Control+s');
        await page.locator('.bar .trouble').waitFor();
      }),
    ),
  ),
  state(
    'merge',
    'plain',
    inForm('jones', async (page) => {
      await page.locator('#field-email').fill('rita.james@example.com');
      await page.locator('#field-email').blur();
      await page.locator('.frame:has(#field-email) .confirm .button').click();
      await page.locator('dialog .person').nth(1).waitFor();
    }),
  ),
  state(
    'request-change',
    'plain',
    inForm('james', async (page) => {
      await page.locator('#known-identifiers').click();
      await page.locator('.panel .choice').first().click();
    }),
  ),
  state(
    'locked-identifiers',
    'plain',
    inForm('james', (page) => page.locator('#known-identifiers').click()),
  ),
  state(
    'loyalty-whole',
    'sent',
    inForm('james', async (page) => {
      // A strip in a narrow window; open it first.
      if ((page.viewportSize()?.width ?? 0) <= 1180) await page.locator('.loyalty .fold').click();
      for (const part of await page.locator('.loyalty summary').all()) await part.click();
    }),
  ),
  state('long-name', 'plain', open('wolfen')),
  state('fraud', 'plain', open('field')),
  state('non-loyalty', 'plain', open('noor')),
  state('many-fields', 'many-fields', open('james')),
  state('saved-offline', 'saved-offline', open('james')),
  state('sending', 'sending', open('james')),
  state('checking', 'checking', open('james')),
  state('sent', 'sent', open('james')),
  state('warning', 'warning', open('james')),
  state('refused', 'refused', open('james')),
  state('conflict', 'conflict', open('james')),
  state('next-visit', 'next-visit', open('james')),
  state(
    'next-visit-choice',
    'next-visit',
    inForm('james', (page) => page.locator('.question .button').click()),
  ),
  state('paused', 'paused', open('james')),
  state('check-failed', 'paused', async (page) => {
    await page.locator('#open-status-help').click();
    await page.locator('.sync .panel .button').click();
    await page.locator('.sync .panel .notice').waitFor();
  }),
  state('practice', 'practice', open('james')),
  state('practice-server', 'practice', (page) => page.locator('#practice-fault-button').click()),
  state('guide', 'practice', stay),
  state(
    'guide-end',
    'practice',
    inForm('james', async (page) => {
      await edit(page);
      await page.keyboard.press('Control+s');
      await page.locator('.bar strong.sending').waitFor();
      await page.locator('.guide .primary').click();
    }),
  ),
  state('updates', 'all-updates', inUpdates(stay)),
  state(
    'updates-conflict',
    'all-updates',
    inUpdates((page) => page.locator('.update.attention .acts .danger').first().click()),
  ),
  state(
    'updates-history',
    'all-updates',
    inUpdates((page) => page.locator('.update .acts [aria-expanded]').nth(1).click()),
  ),
  state('updates-doubled', 'doubled', async (page) => {
    await updates(page);
    await page.locator('.notice .button').click();
    await page.locator('.update .acts [aria-expanded]').first().click();
  }),
  state('thousands', 'thousands', inUpdates(stay)),
  state('nothing-waits', 'plain', updates),
  state('this-till', 'plain', thisTill),
  state('this-till-new', 'new-till', async (page) => {
    await thisTill(page);
    await page.locator('[aria-labelledby="care-key"] .button').click();
    await page.locator('.key').waitFor();
  }),
  state('this-till-busy', 'importing', thisTill),
  state('this-till-question', 'question', thisTill),
  state('this-till-import-failed', 'import-failed', thisTill),
  state('this-till-moved', 'moved', async (page) => {
    await thisTill(page);
    await rescue(page).scrollIntoViewIfNeeded();
  }),
  state('this-till-moved-confirmed', 'moved', async (page) => {
    await thisTill(page);
    await rescue(page).getByRole('button').click();
    await rescue(page).locator('.notice').waitFor();
  }),
  state('updates-moved', 'moved', updates),
  state('updates-moved-and-waiting', 'moved-and-waiting', inUpdates(stay)),
  state('disk-low', 'disk-low', stay),
  state(
    'forget',
    'plain',
    inForm('james', async (page) => {
      await page.locator('#customer-more').click();
      await page.locator('.panel .choice').click();
      await page.locator('dialog[open]').waitFor();
    }),
  ),
  state('keys', 'plain', (page) => page.keyboard.press('Escape').then(() => page.locator('#open-keys').click())),
  state('staff', 'plain', (page) => page.locator('#open-staff').click()),
  state('report', 'plain', async (page) => {
    await page.locator('#open-menu').click();
    await page.locator('.panel .report').click();
    await page.locator('dialog[open] .button').first().click();
    await page.locator('dialog .notice').waitFor();
  }),
  state('menu', 'plain', (page) => page.locator('#open-menu').click()),
  ...(
    [
      'plain',
      'sending',
      'checking',
      'saved-offline',
      'waiting',
      'moved',
      'moved-and-waiting',
      'paused',
      'refused',
    ] as const
  ).map((scene) => state(`help-${scene}`, scene, (page) => page.locator('#open-status-help').click())),
];

/** The README's pictures, by file name. */
export const readmeStates: readonly ScreenState[] = [
  state('till', 'sending', async (page) => {
    await found(page, 'rit');
    await customers(page).first().click();
    await page.locator('#field-lastName').fill('Jameson');
  }),
  state('offline', 'saved-offline', open('james')),
  state('needs-you', 'refused', open('james')),
];
