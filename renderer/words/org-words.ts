/** What the organisation tells a till, in words. */
import type { OrgPart } from '../../electron/model/org-view.ts';
import { m } from '../i18n/messages.ts';

export const orgPartWord: Record<OrgPart, () => string> = {
  policy: m.org_part_policy,
  custom: m.org_part_custom,
  extended: m.org_part_extended,
  staff: m.org_part_staff,
};
