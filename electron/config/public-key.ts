/** Public keys in the config: one encrypts rescue files, one verifies the region's feed. */
import { createPublicKey, type KeyObject } from 'node:crypto';

/** @returns null if the text is not an X25519 public key (PEM, or the base64 inside it) */
export function readPublicKey(text: string): KeyObject | null {
  return x25519(() => publicKeyIn(text));
}

/** @returns null if the text is not an Ed25519 public key (PEM, or the base64 inside it) */
export function readSigningKey(text: string): KeyObject | null {
  return keyOfKind('ed25519', () => publicKeyIn(text));
}

function publicKeyIn(text: string): KeyObject {
  return text.includes('-----')
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
}

/** @returns null if `read` finds no key, or a key of another kind */
export function x25519(read: () => KeyObject): KeyObject | null {
  return keyOfKind('x25519', read);
}

/** @returns null if `read` finds no key, or a key of another kind */
function keyOfKind(kind: 'x25519' | 'ed25519', read: () => KeyObject): KeyObject | null {
  try {
    const key = read();
    return key.asymmetricKeyType === kind ? key : null;
  } catch {
    return null;
  }
}
