import type { OrgView } from '../../electron/model/org-view.ts';

export const benchOrg: OrgView = {
  policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: false } },
  policyAsOfMs: 1,
  fields: [],
  fieldsAsOfMs: { custom: 1, extended: 1 },
  reserved: [],
  mayChange: null,
};
