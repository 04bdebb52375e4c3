/**
 * The stored form of the till's secret, which is only what the header needs: the md5 of the password for Basic (the
 * vendor's protocol), or the OAuth secret, which each new token needs.
 */
import { createHash } from 'node:crypto';
import type { MachineConfig } from '../config/machine-config.ts';
import type { SecretName, SecretRead, Secrets } from '../machine/secrets.ts';

type Method = MachineConfig['auth']['method'];

const keptAs: { readonly [Name in Method]: SecretName } = { basic: 'api-password-md5', oauth: 'api-secret' };

export function keptSecret(method: Method, typed: string): string {
  return method === 'basic' ? createHash('md5').update(typed, 'utf8').digest('hex') : typed;
}

/**
 * Reads the secret. A password stored as typed (by an older version, or before there was a config) is replaced by its
 * md5.
 */
export function readTillSecret(secrets: Secrets, method: Method): SecretRead {
  const plain = secrets.read('api-secret');
  if (method === 'oauth' || plain.kind === 'unreadable') return plain;
  if (plain.kind === 'absent') return secrets.read(keptAs.basic);
  const value = keptSecret(method, plain.value);
  if (secrets.write(keptAs.basic, value).kind === 'stored') secrets.write('api-secret', null);
  return { kind: 'value', value };
}

/** @param method null: no config yet, so the first start converts the secret */
export function keepTillSecret(secrets: Secrets, method: Method | null, typed: string): ReturnType<Secrets['write']> {
  if (method !== 'basic') return secrets.write('api-secret', typed);
  const isPlainKept = secrets.read('api-secret').kind !== 'absent';
  const removed = isPlainKept ? secrets.write('api-secret', null) : { kind: 'stored' as const };
  return removed.kind === 'stored' ? secrets.write(keptAs.basic, keptSecret(method, typed)) : removed;
}
