/**
 * The bill of materials in CycloneDX: what a package of Tillside holds, no more. `npm sbom` would list every tool of
 * the checkout, since all bundled packages are devDependencies.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../project-root.ts';
import type { ShippedPackage } from './shipped-packages.ts';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ name: z.string().optional(), version: z.string().optional(), integrity: z.string().optional() }),
  ),
});

/** Checksums of the packages by `name@version`, from the lock file. */
function integrities(): ReadonlyMap<string, string> {
  const lock = lockSchema.parse(JSON.parse(readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8')));
  return new Map(
    Object.entries(lock.packages).flatMap(([place, { name, version, integrity }]) =>
      integrity === undefined ? [] : [[`${name ?? place.replace(/^.*node_modules\//, '')}@${version}`, integrity]],
    ),
  );
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** A UUID that depends on the contents only, so that two builds of one commit make the same file. */
function serialOf(contents: string): string {
  const hex = createHash('sha256').update(contents).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function billOfMaterials(version: string, packages: readonly ShippedPackage[]): string {
  const sums = integrities();
  const components = packages.map(({ name, version, license }) => {
    const [algorithm, sum] = sums.get(`${name}@${version}`)?.split(/-(.*)/) ?? [];
    return {
      type: 'library',
      'bom-ref': purl(name, version),
      name,
      version,
      purl: purl(name, version),
      licenses: [{ license: { id: license } }],
      ...(algorithm === 'sha512' && sum !== undefined
        ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex') }] }
        : {}),
    };
  });
  const app = { type: 'application', 'bom-ref': purl('tillside', version), name: 'tillside', version };
  return `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: serialOf(JSON.stringify([version, components])),
      version: 1,
      metadata: { component: app },
      components,
      dependencies: [{ ref: app['bom-ref'], dependsOn: components.map((one) => one['bom-ref']) }],
    },
    null,
    2,
  )}\n`;
}
