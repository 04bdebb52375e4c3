/** Which npm packages a package of Tillside holds, according to the builds themselves, with their licences. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { bundledPackagesFile, distFolder } from '../bundles.ts';
import { projectRoot } from '../project-root.ts';

export type ShippedPackage = {
  readonly name: string;
  readonly version: string;
  /** SPDX, as the package says it. */
  readonly license: string;
  readonly text: string | null;
};

/** Licences that allow shipping in a closed program. A new one is a question for a person. */
export const allowedLicenses: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'OFL-1.1',
]);

const bundledSchema = z.array(
  z.object({ name: z.string(), version: z.string(), identifier: z.string().default(''), text: z.string().nullish() }),
);
const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default(''),
  devDependencies: z.record(z.string(), z.string()).default({}),
});

function readPackage(folder: string) {
  return packageSchema.parse(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')));
}

/** Shipped unbundled, so no bundler reports them: Electron, the database binary, the fonts. */
function besideBundles(): string[] {
  const own = Object.keys(readPackage(projectRoot).devDependencies);
  return ['electron', 'better-sqlite3', ...own.filter((name) => name.startsWith('@fontsource'))];
}

function licenseText(folder: string): string | null {
  const file = readdirSync(folder).find((name) => /^(license|licence|copying)/i.test(name));
  return file === undefined ? null : readFileSync(path.join(folder, file), 'utf8').trim();
}

/** @throws if a part was not built */
export function shippedPackages(): ShippedPackage[] {
  const found = new Map<string, ShippedPackage>();
  for (const bundle of ['main', 'preload', 'renderer']) {
    const told: unknown = JSON.parse(readFileSync(path.join(distFolder, bundle, bundledPackagesFile), 'utf8'));
    for (const { name, version, identifier, text } of bundledSchema.parse(told)) {
      found.set(`${name}@${version}`, { name, version, license: identifier, text: text ?? null });
    }
  }
  for (const place of besideBundles()) {
    const folder = path.join(projectRoot, 'node_modules', ...place.split('/'));
    const { name, version, license } = readPackage(folder);
    found.set(`${name}@${version}`, { name, version, license, text: licenseText(folder) });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One text for `THIRD-PARTY-LICENSES.txt`; Chromium's own is beside the program. */
export function licenseNotices(packages: readonly ShippedPackage[]): string {
  const notices = packages.map(
    ({ name, version, license, text }) =>
      `${name} ${version} (${license})\n\n${text ?? 'No text is in the package.'}\n`,
  );
  return `Tillside holds these packages.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
