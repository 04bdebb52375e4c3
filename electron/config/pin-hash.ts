/** The PIN of `admin.pin`, kept as what it hashes to with a salt: the config can be read by whoever uses the till. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export const shortestPin = 6;
export const longestPin = 100;

const hashBytes = 32;
/** 32 MB and about a tenth of a second a try. A config may say more, within bounds, and no less. */
const usualCost = 15;
const shape = /^scrypt:(1[5-7]):([A-Za-z0-9+/]{22,44}={0,2}):([A-Za-z0-9+/]{43}=)$/;

export function isPinHash(text: string): boolean {
  return shape.test(text);
}

export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await hashOf(pin, salt, usualCost);
  return `scrypt:${usualCost}:${salt.toString('base64')}:${hash.toString('base64')}`;
}

/** @param kept what `isPinHash` takes */
export async function isPin(typed: string, kept: string): Promise<boolean> {
  const [, cost = '', salt = '', hash = ''] = shape.exec(kept) ?? [];
  if (hash === '') return false;
  const made = await hashOf(typed, Buffer.from(salt, 'base64'), Number(cost));
  return timingSafeEqual(made, Buffer.from(hash, 'base64'));
}

/** Off the main thread: nobody at the till waits for it. */
function hashOf(pin: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: 2 ** cost, r: 8, p: 1, maxmem: 2 ** (cost + 11) };
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize('NFC'), salt, hashBytes, options, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
