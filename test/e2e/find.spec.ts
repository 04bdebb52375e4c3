/** Another program on this computer asks for a customer: `tillside find`, all the way to the screen. */
import path from 'node:path';
import { anchors } from '../../electron/practice/anchors.ts';
import { run } from '../command-line/run.ts';
import { expect, type TillScreen, test } from './till.ts';

const { ritaJames } = anchors;
const box = (till: TillScreen) => till.page.getByRole('searchbox', { name: 'Find customer' });
const heading = (till: TillScreen) => till.page.getByRole('heading', { level: 1 });

async function find(till: TillScreen, ...asked: string[]): Promise<void> {
  const { code, err } = await run(['find', ...asked, '--data', path.join(till.dataDir, 'data')], {
    isInstalled: false,
  });
  expect([code, err]).toEqual([0, '']);
}

test('a call opens the one customer who matches, keeps typed text as a draft, and changes nothing', async ({
  till,
}) => {
  await find(till, '--card', 'RJ-1001');
  await expect(heading(till)).toHaveText('Rita James');
  await expect(box(till)).toHaveValue('RJ-1001');

  await till.field('Last name').fill('Typed');
  const other = till.server.control.customers.find(
    ({ mobile, userId }) => mobile !== null && userId !== ritaJames.userId,
  );
  await find(till, '--mobile', other?.mobile ?? '');
  await expect(heading(till)).toHaveText(`${other?.firstName} ${other?.lastName}`.trim());
  await expect(till.field('Last name')).toHaveValue(other?.lastName ?? '');

  await find(till, '--email', ritaJames.email ?? '');
  await expect(heading(till)).toHaveText('Rita James');
  await expect(till.field('Last name')).toHaveValue('Typed');
  expect(till.changes()).toEqual([]);
});

test('a call opens nobody by a number of another kind than the one named', async ({ till }) => {
  await till.find(ritaJames.mobile, /Rita James/);
  await till.page.getByRole('button', { name: 'Clear search' }).click();
  await till.page.keyboard.press('Escape');
  await find(till, '--id', ritaJames.mobile);
  await expect(box(till)).toHaveValue(ritaJames.mobile);
  await expect(till.page.getByRole('option', { name: /Rita James/ })).toBeVisible();
  await expect(till.page.getByRole('status').filter({ hasText: /^Head office has no customer/ })).toBeVisible();
  await expect(heading(till)).not.toHaveText('Rita James');
});

test.describe('when staff have to sign in', () => {
  test.use({ settings: { config: { staff: { required: true } } } });

  test('it waits until somebody has signed in, and the screen says so', async ({ till }) => {
    await expect(box(till)).toBeFocused();
    await find(till, '--card', 'RJ-1000');
    await find(till, '--card', 'RJ-1001');
    const notice = till.page.getByText('Another program asked for a customer. Sign in to see them.');
    await expect(notice).toBeVisible();
    await expect(box(till)).toHaveValue('');
    await till.page.getByRole('button', { name: 'Who’s on this till?' }).click();
    await till.page.getByRole('textbox', { name: 'Code or name' }).fill('a001');
    await till.page.keyboard.press('Enter');
    await expect(heading(till)).toHaveText('Rita James');
    await expect(notice).toHaveCount(0);
  });
});

test.describe('during the set-up', () => {
  test.use({ settings: { secret: null } });

  test('it waits until the till has its password', async ({ till }) => {
    const { page } = till;
    await find(till, '--card', 'RJ-1001');
    await expect(page.getByRole('heading', { name: 'Connect this till' })).toBeVisible();
    await expect(box(till)).toHaveValue('');
    await page.getByRole('button', { name: 'Later' }).click();
    await expect(box(till)).toHaveValue('RJ-1001');
  });
});
