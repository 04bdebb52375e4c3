/** The manifest of a region's feed: its files, what they build on, and the signature. */
import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';

export const manifestName = 'tillside-region.json';

const file = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/)
    .describe('Name of the file beside the manifest.'),
  size: z.number().int().min(0).describe('In bytes.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('SHA-256 of the file as published, in hexadecimal.'),
  state: z.string().min(1).max(100).describe('The state that a till has after importing the file.'),
  madeAt: z.iso.datetime().describe('The latest time of the data in the file.'),
  customers: z.number().int().min(0).describe('Number of lines in the file.'),
};

const feedManifest = z.strictObject({
  $schema: z.string().optional().describe('For editors: location of this schema.'),
  format: z.literal(1),
  madeAt: z.iso.datetime().describe('When the manifest was made. A till never goes back to an older one.'),
  state: z.string().min(1).max(100).describe('The newest state of the region.'),
  files: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('full').describe('Every customer of the region.'), ...file }),
        z.strictObject({
          kind: z.literal('delta').describe('Customers who are new, changed or gone since another state.'),
          ...file,
          buildsOn: z.string().min(1).max(100).describe('The state that a till must have to apply it.'),
        }),
      ]),
    )
    .max(1000)
    .describe(
      'One full file, and the deltas that lead to the newest state. JSON lines, plain or compressed (gz or zst).',
    ),
  signature: z
    .base64()
    .optional()
    .describe(
      'Ed25519 signature of this object without "signature", as JSON without blanks and with keys in the order of this schema.',
    ),
});

export type Manifest = z.output<typeof feedManifest>;
export type FeedFile = Manifest['files'][number];

export function feedJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(feedManifest, { io: 'input' });
  return { $schema, $id: 'urn:tillside:region-feed', title: "Manifest of a region's feed for Tillside", ...rest };
}

export function manifestText(manifest: Omit<Manifest, 'signature'>, key: KeyObject | null): string {
  const text = JSON.stringify(manifest);
  const signed =
    key === null ? manifest : { ...manifest, signature: sign(null, Buffer.from(text), key).toString('base64') };
  return `${JSON.stringify(signed, null, 2)}\n`;
}

export type WhyNoManifest = 'not-a-manifest' | 'not-signed';

/** @param key null: no signature is required */
export function readManifest(text: string, key: KeyObject | null): Manifest | WhyNoManifest {
  try {
    const raw: unknown = JSON.parse(text);
    const { data } = feedManifest.safeParse(raw);
    if (data === undefined || typeof raw !== 'object' || raw === null) return 'not-a-manifest';
    if (key === null) return data;
    const { signature = '', ...signed } = Object.fromEntries(Object.entries(raw));
    const isSigned = verify(null, Buffer.from(JSON.stringify(signed)), key, Buffer.from(String(signature), 'base64'));
    return isSigned ? data : 'not-signed';
  } catch {
    return 'not-a-manifest';
  }
}

/** With more changes, a full file is faster. */
const largestDelta = 100_000;

/**
 * The files that bring a till to the newest state, in order; empty: it has that state.
 * @param state null: none that the feed has
 * @returns null if the manifest has no files that lead there
 */
export function filesToNewest(manifest: Manifest, state: string | null): readonly FeedFile[] | null {
  const byDeltas = state === null ? null : deltasFrom(manifest, state);
  if (byDeltas !== null && byDeltas.reduce((n, { customers }) => n + customers, 0) <= largestDelta) return byDeltas;
  const full = manifest.files.find(({ kind }) => kind === 'full');
  const rest = full === undefined ? null : deltasFrom(manifest, full.state);
  return full === undefined || rest === null ? byDeltas : [full, ...rest];
}

function deltasFrom(manifest: Manifest, state: string): readonly FeedFile[] | null {
  const way: FeedFile[] = [];
  for (let at = state; at !== manifest.state; at = way.at(-1)?.state ?? '') {
    const next = manifest.files.find((one) => one.kind === 'delta' && one.buildsOn === at);
    if (next === undefined || way.includes(next)) return null;
    way.push(next);
  }
  return way;
}
