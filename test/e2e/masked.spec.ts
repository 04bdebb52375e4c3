/**
 * A role that masks mobiles and emails sees them on request, one at a time. test/desk/masking.test.ts covers the
 * services.
 */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, inGroups, type TillScreen, test } from './till.ts';

const { ritaJames } = anchors;

test.use({ settings: { config: { staff: { roles: { associate: { masked: ['mobile', 'email'] } } } } } });

async function signIn(till: TillScreen, code: string): Promise<void> {
  await till.page.getByRole('button', { name: /^Sign/ }).click();
  await till.page.getByRole('textbox', { name: 'Code or name' }).fill(code);
  await till.page.keyboard.press('Enter');
  await expect(till.page.getByRole('button', { name: /^Signed in/ })).toBeVisible();
}

test('a masked value is shown on request and hidden again with the next customer, and a manager sees it at once', async ({
  till,
}) => {
  const { page } = till;
  const show = (what: string) => page.getByRole('button', { name: `Show ${what}`, exact: true });
  await signIn(till, 'a001');
  await till.find(ritaJames.mobile, /Rita James/);
  await expect(till.field('Mobile')).toHaveValue('••••• ••123');
  await expect(till.field('Email')).toHaveValue('r•••••@•••••');
  await expect(page.getByRole('option', { name: /Rita James/ })).toContainText('••••• ••123');
  expect(await page.content()).not.toContain(ritaJames.email);

  await till.field('Last name').fill('Typed');
  await show('mobile').click();
  await expect(till.field('Mobile')).toHaveValue(inGroups(ritaJames.mobile));
  await expect(till.field('Mobile')).toBeFocused();
  await expect(show('mobile')).toHaveCount(0);
  await expect(till.field('Email')).toHaveValue('r•••••@•••••');
  await expect(till.field('Last name')).toHaveValue('Typed');
  await till.save();
  await expect.poll(() => till.changes()).toEqual([{ lastName: 'Typed' }]);
  await expect(till.status).toHaveText('All sent · 0 unsent');

  const other = till.server.control.customers.find(
    ({ mobile, userId }) => mobile !== null && userId !== ritaJames.userId,
  );
  await till.find(other?.mobile ?? '', new RegExp(other?.firstName ?? ''));
  await till.find('rita typed', /Rita Typed/);
  await expect(till.field('Mobile')).toHaveValue('••••• ••123');

  await page.getByRole('button', { name: 'Signed in: Arjun Mehta' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(till, 'm001');
  await till.find('rita typed', /Rita Typed/);
  await expect(till.field('Email')).toHaveValue(ritaJames.email ?? '');
  await expect(show('email')).toHaveCount(0);
  await page.getByRole('button', { name: /^Signed in/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(till.field('Email')).toHaveValue('r•••••@•••••');
});
