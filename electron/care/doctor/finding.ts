/** What the doctor found: facts and advice in words for IT. Never a customer's data, never a secret. */
export type Severity = 'fine' | 'look' | 'act';

export const checkNames = [
  'config',
  'folder',
  'disk',
  'instance',
  'key',
  'database',
  'backups',
  'outbox',
  'proxy',
  'dns',
  'tls',
  'server',
  'credentials',
  'clock',
  'permissions',
  'organisation',
  'version',
  'feed',
] as const;
export type CheckName = (typeof checkNames)[number];

export type Finding = {
  readonly check: CheckName;
  readonly severity: Severity;
  readonly found: string;
  /** What to do, where there is something to do. */
  readonly advice: string | null;
  /** The same as numbers and codes, for programs. */
  readonly facts: { readonly [name: string]: string | number | boolean | null };
};

export type Facts = Finding['facts'];

export function fine(check: CheckName, found: string, facts: Facts = {}, advice: string | null = null): Finding {
  return { check, severity: 'fine', found, advice, facts };
}

export function look(check: CheckName, found: string, advice: string, facts: Facts = {}): Finding {
  return { check, severity: 'look', found, advice, facts };
}

export function act(check: CheckName, found: string, advice: string, facts: Facts = {}): Finding {
  return { check, severity: 'act', found, advice, facts };
}

const weights: { readonly [Name in Severity]: number } = { fine: 0, look: 1, act: 2 };

export function worst(findings: readonly Finding[]): Severity {
  return findings.reduce<Severity>((so, { severity }) => (weights[severity] > weights[so] ? severity : so), 'fine');
}
