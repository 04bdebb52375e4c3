/** Everything in the server's answer is stored and shown, with its age. */
import { allSubscribed, anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

const { ashaRaman } = anchors;
const dayMs = 86_400_000;

test.describe('the answer to an update', () => {
  // The next applied update is her third, which earns a coupon.
  const rita = {
    ...anchors.ritaJames,
    updateCount: 2,
    subscriptions: [...allSubscribed, { channel: 'WHATSAPP', priority: 'BULK', subscribed: true }],
  } as const;
  test.use({ settings: { server: { customers: [rita] }, viewport: { width: 1366, height: 900 } } });

  test('is shown in full: points, tier, programs, record, effects, and what support asks for', async ({ till }) => {
    const { page, server } = till;
    await till.find(rita.mobile, /Rita James/);
    await till.field('Last name').fill('Jameson');
    await till.save();
    await expect(till.status).toHaveText(/^All sent/);
    const loyalty = page.getByRole('region', { name: 'Loyalty', exact: true });
    const coupon = `TS${(rita.userId % 1_000_000).toString(36).toUpperCase().padStart(4, '0')}03`;
    await expect(loyalty).toContainText('50 points added');
    await expect(loyalty).toContainText('new total 4,230');
    await expect(loyalty).toContainText(`Coupon ${coupon}, valid until`);
    await expect(loyalty).toContainText('Thank you for keeping your details up to date');
    await loyalty.getByText('Record details').click();
    const shown: readonly (readonly [string, string | RegExp])[] = [
      ['Points', '4,230'],
      ['Tier', 'Gold'],
      ['Tier expires', '11 Sept 2028'],
      ['Lifetime points', '15,050'],
      ['Lifetime purchases', '1,82,400.50'],
      ['Customer number', String(rita.userId)],
      ['Registered on', /11 Sept 2019/],
      ['Last changed at head office', /\d{4}/],
      ['Source', 'instore'],
      ['Type', 'member'],
      ['Fraud status', 'None'],
    ];
    for (const [name, value] of shown) await expect(till.figure(loyalty, name).first()).toHaveText(value);
    await expect(loyalty).toContainText(/whatsapp BULK: on/i);

    const programs = page.getByRole('region', { name: 'Programs', exact: true });
    const first: readonly (readonly [string, string])[] = [
      ['Current points', '2,330'],
      ['Redeemed', '9,100'],
      ['Expired', '1,020'],
      ['Lifetime points', '12,450'],
      ['Cumulative purchases', '1,50,000'],
      ['Tier', 'Gold (level 3)'],
      ['Tier expires', '11 Sept 2028'],
      ['Next tier', 'Platinum (level 4)'],
    ];
    const rewards = programs.getByRole('article', { name: 'Rewards' });
    for (const card of await programs.getByRole('article').all()) await card.getByRole('heading').click();
    for (const [name, value] of first) await expect(till.figure(rewards, name)).toHaveText(value);
    // A zero takes no line.
    for (const name of ['Returned', 'Adjusted by head office']) await expect(till.figure(rewards, name)).toHaveCount(0);
    await expect(rewards).toContainText('Personal shopper and early access to the sales');
    await expect(till.figure(programs.getByRole('article', { name: 'Kids Club' }), 'Next tier')).toHaveText(
      'Star (level 3)',
    );

    const updates = await till.openUpdates();
    await updates.getByRole('button', { name: 'Done' }).click();
    const item = updates.getByRole('listitem').filter({ hasText: 'Last name: James → Jameson' });
    await expect(item).toContainText('Sent');
    await item.getByRole('button', { name: 'Details' }).click();
    const support: readonly (readonly [string, string])[] = [
      ['Request ID', server.control.ledger[0]?.requestId ?? 'none'],
      ['HTTP', '200'],
      ['Code', '200'],
      ['Item code', '1000'],
      ['Message', 'Customer successfully updated'],
      ['Items sent / accepted', '1 / 1'],
      ['Send attempts', '1'],
    ];
    for (const [name, value] of support) await expect(till.figure(item, name)).toHaveText(value);
  });
});

test('a warning names what was not saved while the rest was', async ({ till }) => {
  const { page } = till;
  await till.find(ashaRaman.mobile, /Asha Raman/);
  await till.field('Last name').fill('Raghavan');
  // She has no email: the server cannot save this one.
  await till.switch('Email transactional').check();
  await till.save();
  await expect(till.status).toHaveText(/^All sent/);
  await expect.poll(till.changes).toEqual([{ lastName: 'Raghavan' }]);
  await expect(page.getByText('Message preferences were not accepted.').first()).toBeVisible();
  await expect(till.switch('Email transactional')).not.toBeChecked();
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Done' }).click();
  await expect(updates.getByRole('listitem')).toContainText('Partly accepted');
});

test('a cached customer shows how old the record is, even if it cannot be refreshed', async ({ till }) => {
  const { page, server } = till;
  await till.find(ashaRaman.mobile, /Asha Raman/);
  await expect(page.getByText('checked now')).toBeVisible();
  await page.clock.setFixedTime(Date.now() + 3 * dayMs);
  await server.control.setConnection(false);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByText('Couldn’t refresh. Last checked: 3 days ago')).toBeVisible();
  await expect(page.getByText('may be out of date: checked 3 days ago')).toBeVisible();
  await expect(till.figure(page.getByRole('region', { name: 'Loyalty' }), 'Points')).toHaveText('645');

  // This till knows them from now on, online or not.
  await till.restart('quit');
  await till.find('asha', /Asha Raman/);
  await expect(till.page.getByText(/^checked/)).toBeVisible();
  await expect(till.figure(till.page.getByRole('region', { name: 'Loyalty' }), 'Points')).toHaveText('645');
});
