/** Staff say who they are, and what they saved keeps their name. test/org/staff.test.ts covers the idle sign-out. */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, type TillScreen, test } from './till.ts';

const { ritaJames } = anchors;

test.use({ settings: { config: { staff: { required: true } } } });

async function signIn(till: TillScreen, typed: string): Promise<void> {
  await till.page.getByRole('button', { name: /^Sign/ }).click();
  const who = till.page.getByRole('dialog', { name: 'Who’s on this till?' });
  await expect(who.getByText(/^Staff list received/)).toBeVisible();
  await who.getByRole('textbox', { name: 'Code or name' }).fill(typed);
  await till.page.keyboard.press('Enter');
}

test('nobody saves without a name; staff sign in by code or name, and each change is sent with its author', async ({
  till,
}) => {
  const { page, server } = till;
  await till.find(ritaJames.mobile, /Rita James/);
  await server.control.setConnection(false);
  await till.field('Last name').fill('By-Code');
  await till.save();
  await expect(page.getByRole('alert').filter({ hasText: 'Sign in, then save again' })).toBeVisible();
  await expect(till.field('Last name')).toHaveValue('By-Code');
  // The remedy is one press away from the problem.
  await page.getByRole('alert').getByRole('button', { name: 'Who’s on this till?' }).click();
  await expect(page.getByRole('textbox', { name: 'Code or name' })).toBeFocused();
  await page.keyboard.press('Escape');

  await signIn(till, 'nobody');
  await expect(page.getByText('No one here has that code or name.')).toBeVisible();
  await page.keyboard.press('Escape');
  await signIn(till, 'a001');
  await expect(page.getByRole('button', { name: 'Signed in: Arjun Mehta' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveText('');
  await till.save();
  await expect(till.status).toHaveText('Offline · 1 unsent');

  await page.getByRole('button', { name: 'Signed in: Arjun Mehta' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(till, 'fatima');
  await expect(page.getByRole('button', { name: 'Signed in: Fatima Shaikh' })).toBeVisible();
  await till.field('First name').fill('By-Name');
  await till.save();
  await expect(till.status).toHaveText('Offline · 2 unsent');

  const updates = await till.openUpdates();
  for (const [what, who] of [
    ['Last name: James → By-Code', 'by Arjun Mehta'],
    ['First name: Rita → By-Name', 'by Fatima Shaikh'],
  ] as const) {
    await expect(updates.getByRole('listitem').filter({ hasText: what })).toContainText(who);
  }
  // The authors stay after everybody has signed out.
  await till.restart('kill');
  await expect(till.page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
  await server.control.setConnection(true);
  await (await till.openUpdates()).getByRole('button', { name: 'Send now' }).click();
  await expect(till.status).toHaveText('All sent · 0 unsent');
  expect(server.control.ledger.map(({ changes, staff, contextTill }) => [changes, staff, contextTill])).toEqual([
    [{ lastName: 'By-Code' }, 'A001', 'practice.till1'],
    [{ firstName: 'By-Name' }, 'A002', 'practice.till1'],
  ]);
});
