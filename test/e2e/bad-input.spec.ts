/**
 * A wrong value is reported at its field and never costs what was typed. test/updates/rules.test.ts checks each rule.
 */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

const { bjornWeiss, ashaRaman } = anchors;

test('wrong values are reported at their fields, the text stays, and nothing is sent', async ({ till }) => {
  const { page } = till;
  // He has no mobile yet, so it is read with the store's country.
  await till.find(bjornWeiss.email, /Björn Weiß/);
  await expect(till.field('Postcode')).toBeVisible();
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['Mobile', '98450 1234', /Enter a full mobile number/],
    ['First name', 'B'.repeat(101), /Too long\. Use 100 characters or fewer/],
    ['Registered on', '2025-02-30 10:00:00', /Enter a real date and time, like 2024-03-31 10:15:00/],
    ['Registered till', '', /can’t be left empty/],
    ['Birthday', '2023-02-29', /Enter a real date/],
    ['Age', 'forty', /Enter a whole number/],
    ['Height in metres', 'tall', /Enter a number/],
    ['Postcode', '!!', /A postcode has 3 to 10 letters and digits/],
    ['Delivery note', 'n'.repeat(4001), /Too long\. Use 4000 characters or fewer/],
    ['Wedding date', '2015-02-31', /Enter a real date/],
  ];
  /** A date shows in the store's order once the field is left, even an impossible one. */
  const shown: { readonly [name: string]: string } = {
    'Registered on': '30/02/2025 10:00',
    Birthday: '29/02/2023',
    'Wedding date': '31/02/2015',
  };
  for (const [name, typed] of wrong) await till.field(name).fill(typed);
  await page.getByRole('combobox', { name: 'Preferred language' }).selectOption('');
  await till.save();
  await expect(page.getByText(`Fix ${wrong.length + 1} problems to save`, { exact: false }).first()).toBeVisible();
  for (const [name, typed, message] of wrong) {
    await expect(till.field(name)).toHaveAttribute('aria-invalid', 'true');
    await expect(till.field(name)).toHaveAccessibleDescription(message);
    await expect(till.field(name)).toHaveValue(shown[name] ?? typed);
  }
  await expect(page.getByRole('combobox', { name: 'Preferred language' })).toHaveAccessibleDescription(/is required/);
  await expect(till.status).toHaveText('All sent · 0 unsent');
  expect(till.server.control.countOf('customer/update')).toBe(0);

  // One is corrected: its message goes, the others stay.
  await till.field('Age').fill('40');
  await till.field('Age').blur();
  await expect(till.field('Age')).not.toHaveAttribute('aria-invalid', 'true');
  await expect(till.field('Postcode')).toHaveValue('!!');
});

test('a wrong email is reported when the field is left, and an empty change makes no update', async ({ till }) => {
  const { page } = till;
  await till.find(ashaRaman.mobile, /Asha Raman/);
  await till.field('Email').fill('asha at example');
  await till.field('Email').blur();
  await expect(till.field('Email')).toHaveAccessibleDescription(/Enter a full email address/);
  await expect(till.field('Email')).toHaveValue('asha at example');
  await page.getByRole('button', { name: 'Undo Email' }).click();

  await till.field('Last name').fill(' Raman ');
  await till.field('Last name').blur();
  await expect(page.getByText('No changes', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toHaveAttribute('aria-disabled', 'true');
  await till.field('Last name').press('Control+s');
  await expect(page.getByRole('alert').filter({ hasText: 'there is nothing to save' })).toBeVisible();
  expect(till.server.control.countOf('customer/update')).toBe(0);
});

test('a mistyped email domain is corrected with one tap, and never by force', async ({ till }) => {
  const { page } = till;
  await till.find(ashaRaman.mobile, /Asha Raman/);
  await till.field('Email').fill('asha@gmial.com');
  await till.field('Email').blur();
  const offer = page.getByRole('button', { name: 'Did you mean asha@gmail.com?' });
  await offer.click();
  await expect(till.field('Email')).toHaveValue('asha@gmail.com');
  await expect(offer).toHaveCount(0);

  await till.field('Email').fill('asha@gmial.com');
  await till.field('Email').blur();
  await expect(offer).toBeVisible();
  await till.save();
  await expect.poll(till.changes).toEqual([{ email: 'asha@gmial.com' }]);
});
