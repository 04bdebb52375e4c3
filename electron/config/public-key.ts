/** Public keys in the config: what rescue files are sealed for, and what signs the region's feed. */
import { createPublicKey, type KeyObject } from 'node:crypto';

/** @returns null where the text is no X25519 public key (PEM, or the base64 inside it) */
export function readPublicKey(text: string): KeyObject | null {
  return x25519(() => publicKeyIn(text));
}

/** @returns null where the text is no Ed25519 public key (PEM, or the base64 inside it) */
export function readSigningKey(text: string): KeyObject | null {
  return keyOfKind('ed25519', () => publicKeyIn(text));
}

function publicKeyIn(text: string): KeyObject {
  return text.includes('-----')
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
}

/** @returns null where `read` finds no key, or one of another kind */
export function x25519(read: () => KeyObject): KeyObject | null {
  return keyOfKind('x25519', read);
}

/** @returns null where `read` finds no key, or one of another kind */
export function keyOfKind(kind: 'x25519' | 'ed25519', read: () => KeyObject): KeyObject | null {
  try {
    const key = read();
    return key.asymmetricKeyType === kind ? key : null;
  } catch {
    return null;
  }
}
