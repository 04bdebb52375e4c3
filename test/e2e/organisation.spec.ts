/** What the organisation defines drives the form, shows its age, and is refreshed where IT looks for it. */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

const { ashaRaman } = anchors;

test("the organisation's rules and fields show their age, and a refresh changes the open form", async ({ till }) => {
  const { page, server } = till;
  await till.find(ashaRaman.mobile, /Asha Raman/);
  const card = till.field('External ID');
  await expect(card).toHaveAccessibleDescription(/aren’t allowed to add this/);
  await till.field('Last name').fill('Typed');
  server.control.setOrgConfig({ allowFill: { mobile: true, email: true, external_id: true } });

  const headOfficeSettings = page.getByRole('region', { name: 'Settings from head office' });
  const lookAtTill = async () => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'This till' }).click();
  };
  await lookAtTill();
  for (const part of ['Rules for mobile, email and ID', 'Custom fields', 'Extended fields', 'Staff']) {
    await expect(headOfficeSettings.getByRole('term').filter({ hasText: part })).toBeVisible();
  }
  await expect(headOfficeSettings.getByRole('definition')).toHaveText([
    /now|sec|min/,
    /now|sec|min/,
    /now|sec|min/,
    /now|sec|min/,
  ]);
  await headOfficeSettings.getByRole('button', { name: 'Get latest from head office' }).click();
  await expect(headOfficeSettings).toContainText('Everything is up to date.');
  await page.getByRole('main').getByRole('button', { name: 'Close', exact: true }).click();
  await expect(card).toBeEditable();
  await expect(till.field('Last name')).toHaveValue('Typed');

  // Offline, the last known ones stay in use, even after a restart.
  await server.control.setConnection(false);
  await lookAtTill();
  await headOfficeSettings.getByRole('button', { name: 'Get latest from head office' }).click();
  await expect(headOfficeSettings).toContainText(
    /Couldn’t get: Rules for mobile, email and ID, Custom fields, Extended fields and Staff\. Using the last known settings\./,
  );
  await till.restart('quit');
  await till.find('asha', /Asha Raman/);
  await expect(till.field('External ID')).toBeEditable();
  await expect(till.page.getByRole('combobox', { name: 'Gender' })).toBeVisible();
});
