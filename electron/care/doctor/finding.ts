/** What the doctor found: facts and advice in words for IT. Never a customer's data, never a secret. */
export type Severity = 'fine' | 'look' | 'act';

export const checkNames = [
  'config',
  'folder',
  'disk',
  'instance',
  'key',
  'database',
  'region',
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
  'metrics',
  'heartbeat',
  'otlp',
  'admin',
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

/** Sends the reader on to other checks: only to those that found something, and else says what helps by itself. */
export type See = { readonly see: readonly CheckName[]; readonly otherwise: string };

/** A finding before all of them are there. */
export type Found = Omit<Finding, 'advice'> & { readonly advice: string | See | null };

export function fine(check: CheckName, found: string, facts: Facts = {}, advice: string | null = null): Found {
  return { check, severity: 'fine', found, advice, facts };
}

export function look(check: CheckName, found: string, advice: string | See, facts: Facts = {}): Found {
  return { check, severity: 'look', found, advice, facts };
}

export function act(check: CheckName, found: string, advice: string | See, facts: Facts = {}): Found {
  return { check, severity: 'act', found, advice, facts };
}

/** In the order of `checkNames`, each advice as it reads beside the others. */
export function together(all: readonly Found[]): Finding[] {
  const standing = new Set(all.filter(({ severity }) => severity !== 'fine').map(({ check }) => check));
  const inWords = (advice: string | See | null): string | null => {
    if (advice === null || typeof advice === 'string') return advice;
    const there = advice.see.filter((check) => standing.has(check));
    return there.length === 0 ? advice.otherwise : `See ${there.join(' and ')}.`;
  };
  return all
    .map((found) => ({ ...found, advice: inWords(found.advice) }))
    .sort((a, b) => checkNames.indexOf(a.check) - checkNames.indexOf(b.check));
}

const weights: { readonly [Name in Severity]: number } = { fine: 0, look: 1, act: 2 };

export function worst(findings: readonly Finding[]): Severity {
  return findings.reduce<Severity>((so, { severity }) => (weights[severity] > weights[so] ? severity : so), 'fine');
}
