/** The manifest of a region's feed: which files there are, what they build on, and the signature over all of it. */
import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';

export const manifestName = 'tillside-region.json';

const file = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/)
    .describe('The file beside the manifest.'),
  size: z.number().int().min(0).describe('In bytes.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('Of the file as it is, in hexadecimal.'),
  state: z.string().min(1).max(100).describe('The state of the region that a till has once it has taken the file.'),
  madeAt: z.iso.datetime().describe('When the customers in it were told by the server, at the latest.'),
  customers: z.number().int().min(0).describe('Lines in it.'),
};

const feedManifest = z.strictObject({
  $schema: z.string().optional().describe('For editors: where this schema lies.'),
  format: z.literal(1),
  madeAt: z.iso.datetime().describe('A till never goes back to an older manifest.'),
  state: z.string().min(1).max(100).describe('The newest state of the region.'),
  files: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('full').describe('Every customer of the region.'), ...file }),
        z.strictObject({
          kind: z.literal('delta').describe('Customers who are new, changed or gone since another state.'),
          ...file,
          buildsOn: z.string().min(1).max(100).describe('The state that a till must have to take it.'),
        }),
      ]),
    )
    .max(1000)
    .describe('One full file, and the deltas that lead to the newest state. JSON lines, plain or packed as gz or zst.'),
  signature: z
    .base64()
    .optional()
    .describe('Ed25519, over this object without "signature" as JSON without blanks, keys in the order of this file.'),
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

/** @param key null: no signature is asked for */
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

/** More changed customers are quicker taken as a full file. */
const largestDelta = 100_000;

/**
 * The files that bring a till to the newest state, in their order; none: it has it.
 * @param state null: none that the feed knows
 * @returns null where the manifest names no way
 */
export function wayTo(manifest: Manifest, state: string | null): readonly FeedFile[] | null {
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
