/** Salted hash of the PIN for `admin.pin`. Anyone who uses the till can read the config, so it never holds the PIN. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { asciiDigit } from '../model/clean-text.ts';

export const shortestPin = 6;
export const longestPin = 100;

const hashBytes = 32;
/** 32 MB and about 0.1 s per try. A config may have a higher cost, within bounds, but never a lower one. */
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

/** @param kept a valid hash, see `isPinHash` */
export async function isPin(typed: string, kept: string): Promise<boolean> {
  const [, cost = '', salt = '', hash = ''] = shape.exec(kept) ?? [];
  if (hash === '') return false;
  const made = await hashOf(typed, Buffer.from(salt, 'base64'), Number(cost));
  return timingSafeEqual(made, Buffer.from(hash, 'base64'));
}

/** An Arabic or Hindi keyboard types its own digits. */
function sameOnEveryKeyboard(pin: string): string {
  return pin.normalize('NFC').replace(/(?![0-9])\p{Nd}/gu, asciiDigit);
}

/** Runs off the main thread, so that the screen does not freeze. */
function hashOf(pin: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: 2 ** cost, r: 8, p: 1, maxmem: 2 ** (cost + 11) };
  return new Promise((resolve, reject) => {
    scrypt(sameOnEveryKeyboard(pin), salt, hashBytes, options, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
