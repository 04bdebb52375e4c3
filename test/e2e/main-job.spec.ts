import { anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

const rita = anchors.ritaJames;

test('staff find a customer online, change the name, and see it sent with the points it brought', async ({ till }) => {
  await till.find(rita.mobile, /Rita James/);
  await expect(till.field('Last name')).toHaveValue('James');
  await till.field('Last name').fill('Jameson');
  await till.save();
  await expect(till.status).toHaveText(/^All sent/);
  await expect.poll(() => till.server.control.ledger.map((entry) => entry.changes)).toEqual([{ lastName: 'Jameson' }]);
  await expect(till.page.getByText(/50 points/).first()).toBeVisible();
  await expect(till.page.getByRole('region', { name: 'Loyalty' })).toContainText('Lifetime points');
});

test('a change saved without a connection outlives a kill, and goes once when the line is back', async ({ till }) => {
  await till.find(rita.mobile, /Rita James/);
  await expect(till.field('Last name')).toHaveValue('James');
  await till.server.control.setConnection(false);
  await till.field('Last name').fill('Offline');
  await till.save();
  await expect(till.page.getByText(/Saved on this till/).first()).toBeVisible();
  await expect(till.status).toHaveText(/^(Offline|Waiting).*1/);
  await till.restart('kill');
  await expect(till.status).toHaveText(/1/);
  await till.server.control.setConnection(true);
  await expect(till.status).toHaveText(/^All sent/, { timeout: 45_000 });
  expect(till.server.control.ledger.map((entry) => entry.changes)).toEqual([{ lastName: 'Offline' }]);
  await till.find('offline', /Rita Offline/);
});

test('a refused update stands in the list until staff discard it with a reason', async ({ till }) => {
  await till.find(rita.mobile, /Rita James/);
  await expect(till.field('Last name')).toHaveValue('James');
  till.server.control.setFault('refuse');
  await till.field('Last name').fill('Refused');
  await till.save();
  await expect(till.status).toHaveText(/^Needs attention.*1/);
  await till.page.getByRole('button', { name: 'Updates', exact: true }).click();
  const list = till.page.getByRole('region', { name: 'Updates', exact: true });
  await expect(list.getByRole('listitem').filter({ hasText: 'Rita' }).first()).toBeVisible();
});

test('existing identifiers are read-only and a wrong date is told at the field, with the text kept', async ({
  till,
}) => {
  await till.find(rita.mobile, /Rita James/);
  await expect(till.field('Mobile')).toHaveValue(rita.mobile);
  await expect(till.field('Mobile')).not.toBeEditable();
  await till.field('Last name').fill('Typed');
  await till.field('Registered on').fill('2025-02-30 10:00:00');
  await till.save();
  await expect(till.field('Registered on')).toHaveAttribute('aria-invalid', 'true');
  await expect(till.field('Last name')).toHaveValue('Typed');
  expect(till.server.control.ledger).toHaveLength(0);
});
