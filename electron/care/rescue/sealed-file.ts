/**
 * The encrypted form of a rescue file: JSON with a readable head (which till, how much) and encrypted content. A random
 * key encrypts the content (AES-256-GCM, which also authenticates the head), and that key is wrapped once for each
 * recipient:
 *
 * - the passphrase (scrypt)
 * - IT's private key (X25519, with a new key pair for each file)
 * - the recovery key of the till that made the file, which that till has too
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { z } from 'zod';
import { readPublicKey, x25519 } from '../../config/public-key.ts';
import { schemaOf } from '../../db/schema-of.ts';

/** The part that anyone can read: counts, times and the till's code. */
export type RescueHead = {
  readonly exportId: string;
  readonly fromTill: string;
  readonly madeAtMs: number;
  readonly updates: number;
  readonly oldestSavedAtMs: number | null;
  /** False: a copy. The till that made it kept its updates and may still send them. */
  readonly moved: boolean;
  /** The name of the till's second copy, which is replaced as long as the till lives; absent: a file made once. */
  readonly standing?: string | undefined;
};

export type SealFor = {
  readonly passphrase: string | null;
  readonly publicKey: KeyObject | null;
  readonly tillKeyHex: string;
};

export type OpenWith =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'private-key'; readonly key: KeyObject }
  | { readonly kind: 'till-key'; readonly keyHex: string };

const base64 = z.base64();
const sealed = z.strictObject({ iv: base64, tag: base64, data: base64 });
type Sealed = z.output<typeof sealed>;

const scryptCost = z.strictObject({
  N: z.number().int().min(16_384).max(1_048_576),
  r: z.number().int().min(8).max(16),
  p: z.number().int().min(1).max(4),
});
const cost: z.output<typeof scryptCost> = { N: 65_536, r: 8, p: 1 };
/** The limit for all passphrases of a file together: twice what our own files need, 128 MB and less than a second. */
const highestCost = 2 * costOf(cost);

function costOf({ N, r, p }: z.output<typeof scryptCost>): number {
  return N * r * p;
}

/** Every recipient is tried, so a crafted file could otherwise take minutes and all memory. */
function isAffordable(recipients: readonly Recipient[]): boolean {
  const costs = recipients.map((one) => (one.kind === 'passphrase' ? costOf(one.cost) : 0));
  return costs.reduce((sum, one) => sum + one, 0) <= highestCost;
}

const recipient = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('passphrase'), salt: base64, cost: scryptCost, key: sealed }),
  z.strictObject({ kind: z.literal('public-key'), ephemeral: base64, key: sealed }),
  z.strictObject({ kind: z.literal('till-key'), salt: base64, key: sealed }),
]);
type Recipient = z.output<typeof recipient>;

const head = schemaOf<RescueHead>()(
  z.strictObject({
    exportId: z.uuid(),
    fromTill: z.string(),
    madeAtMs: z.number(),
    updates: z.number().int().min(0),
    oldestSavedAtMs: z.number().nullable(),
    moved: z.boolean(),
    standing: z.string().max(200).optional(),
  }),
);

/** A till's receipt that it has the updates of the file. Only somebody who could open the file can make it. */
const receipt = z.strictObject({ by: z.string(), proof: base64 });

const rescueFile = z.strictObject({
  tillsideRescue: z.literal(1),
  head,
  recipients: z.array(recipient).min(1).max(10).refine(isAffordable),
  content: sealed,
  takenBy: receipt.optional(),
});
export type RescueFile = z.output<typeof rescueFile>;

export async function seal(what: RescueHead, content: string, forWhom: SealFor): Promise<string> {
  const key = randomBytes(32);
  const recipients: Recipient[] = [wrapForTill(key, forWhom.tillKeyHex)];
  if (forWhom.passphrase !== null) recipients.push(await wrapForPassphrase(key, forWhom.passphrase));
  if (forWhom.publicKey !== null) recipients.push(wrapForPublicKey(key, forWhom.publicKey));
  const file: RescueFile = {
    tillsideRescue: 1,
    head: what,
    recipients,
    content: encrypt(key, Buffer.from(content, 'utf8'), headBytes(what)),
  };
  return textOf(file);
}

function textOf(file: RescueFile): string {
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** Adds a receipt to the file. @returns null if this key does not open it */
export async function withReceipt(file: RescueFile, openWith: OpenWith, by: string): Promise<string | null> {
  const key = await unwrap(file.recipients, openWith);
  if (key === null) return null;
  return textOf({ ...file, takenBy: { by, proof: proofOf(key, file.head, by).toString('base64') } });
}

/** The till that proves with a receipt to have the file's updates; null: none. */
export async function tillWithReceipt(file: RescueFile, keyHex: string): Promise<string | null> {
  const key = await unwrap(file.recipients, { kind: 'till-key', keyHex });
  if (key === null || file.takenBy === undefined) return null;
  const { by, proof } = file.takenBy;
  const [wanted, given] = [proofOf(key, file.head, by), Buffer.from(proof, 'base64')];
  return wanted.length === given.length && timingSafeEqual(wanted, given) ? by : null;
}

function proofOf(key: Buffer, { exportId }: RescueHead, by: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify(['taken', exportId, by]))
    .digest();
}

/** @returns null if the text is not a rescue file */
export function readRescueFile(text: string): RescueFile | null {
  try {
    const parsed = rescueFile.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** @returns null if this passphrase or key does not open the file, or the file was modified */
export async function unseal(file: RescueFile, openWith: OpenWith): Promise<string | null> {
  const key = await unwrap(file.recipients, openWith);
  return key === null ? null : (decrypt(key, file.content, headBytes(file.head))?.toString('utf8') ?? null);
}

/** @returns null if the text is not an X25519 private key (PEM) */
export function readPrivateKey(text: string): KeyObject | null {
  return x25519(() => createPrivateKey(text));
}

async function unwrap(recipients: readonly Recipient[], openWith: OpenWith): Promise<Buffer | null> {
  for (const one of recipients) {
    let wrapping: Buffer | null = null;
    if (one.kind === 'passphrase' && openWith.kind === 'passphrase') {
      wrapping = await stretch(openWith.passphrase, Buffer.from(one.salt, 'base64'), one.cost);
    } else if (one.kind === 'public-key' && openWith.kind === 'private-key') {
      const ephemeral = readPublicKey(one.ephemeral);
      wrapping = ephemeral === null ? null : agree(openWith.key, ephemeral, Buffer.from(one.ephemeral, 'base64'));
    } else if (one.kind === 'till-key' && openWith.kind === 'till-key') {
      wrapping = derive(Buffer.from(openWith.keyHex, 'hex'), Buffer.from(one.salt, 'base64'));
    }
    const key = wrapping === null ? null : decrypt(wrapping, one.key, Buffer.from(one.kind));
    if (key !== null) return key;
  }
  return null;
}

function wrapForTill(key: Buffer, keyHex: string): Recipient {
  const salt = randomBytes(16);
  const wrapping = derive(Buffer.from(keyHex, 'hex'), salt);
  return { kind: 'till-key', salt: salt.toString('base64'), key: encrypt(wrapping, key, Buffer.from('till-key')) };
}

async function wrapForPassphrase(key: Buffer, passphrase: string): Promise<Recipient> {
  const salt = randomBytes(16);
  const wrapping = await stretch(passphrase, salt, cost);
  return {
    kind: 'passphrase',
    salt: salt.toString('base64'),
    cost,
    key: encrypt(wrapping, key, Buffer.from('passphrase')),
  };
}

function wrapForPublicKey(key: Buffer, publicKey: KeyObject): Recipient {
  const own = generateKeyPairSync('x25519');
  const ephemeral = own.publicKey.export({ format: 'der', type: 'spki' });
  const wrapping = agree(own.privateKey, publicKey, ephemeral);
  return {
    kind: 'public-key',
    ephemeral: ephemeral.toString('base64'),
    key: encrypt(wrapping, key, Buffer.from('public-key')),
  };
}

function agree(privateKey: KeyObject, publicKey: KeyObject, ephemeral: Buffer): Buffer {
  return derive(diffieHellman({ privateKey, publicKey }), ephemeral);
}

function derive(secret: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, 'Tillside rescue file', 32));
}

function stretch(passphrase: string, salt: Buffer, { N, r, p }: z.output<typeof scryptCost>): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // Different keyboards may produce different Unicode forms of the same characters.
    scrypt(passphrase.normalize('NFKC'), salt, 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function headBytes(what: RescueHead): Buffer {
  const { exportId, fromTill, madeAtMs, updates, oldestSavedAtMs, moved, standing } = what;
  const words = [exportId, fromTill, madeAtMs, updates, oldestSavedAtMs, moved];
  return Buffer.from(JSON.stringify(standing === undefined ? words : [...words, standing]));
}

function encrypt(key: Buffer, plain: Buffer, also: Buffer): Sealed {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(also);
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { iv: iv.toString('base64'), tag: cipher.getAuthTag().toString('base64'), data: data.toString('base64') };
}

/** @returns null if the key is wrong or something was modified */
function decrypt(key: Buffer, { iv, tag, data }: Sealed, also: Buffer): Buffer | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: 16 })
      .setAAD(also)
      .setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]);
  } catch {
    return null;
  }
}
