/** The public key in the config that rescue files are sealed for. */
import { createPublicKey, type KeyObject } from 'node:crypto';

/** @returns null where the text is no X25519 public key (PEM, or the base64 inside it) */
export function readPublicKey(text: string): KeyObject | null {
  return x25519(() =>
    text.includes('-----')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
  );
}

/** @returns null where `read` finds no key, or one of another kind */
export function x25519(read: () => KeyObject): KeyObject | null {
  try {
    const key = read();
    return key.asymmetricKeyType === 'x25519' ? key : null;
  } catch {
    return null;
  }
}
