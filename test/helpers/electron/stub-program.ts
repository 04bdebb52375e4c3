/**
 * A folder that looks to the packager like Electron's own for Linux: a place for the fuses, some locales, nothing that
 * runs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createPackage } from '@electron/asar';

/** The fuses of a released Electron before any is set (`@electron/fuses`): `1` on, `0` off. */
const fusesAsReleased = '101100111';
const fuseMark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

export async function stubElectron(folder: string): Promise<string> {
  const electron = path.join(folder, 'electron');
  mkdirSync(path.join(electron, 'locales'), { recursive: true });
  mkdirSync(path.join(electron, 'resources'));
  const program = Buffer.alloc(4096);
  program.write('\x7fELF', 0, 'latin1');
  Buffer.concat([Buffer.from(fuseMark), Buffer.from([1, fusesAsReleased.length]), Buffer.from(fusesAsReleased)]).copy(
    program,
    1024,
  );
  writeFileSync(path.join(electron, 'electron'), program, { mode: 0o755 });
  for (const locale of ['am', 'de', 'en-GB', 'en-US', 'es', 'fr', 'hi', 'id', 'sw', 'zh-CN', 'zh-TW', 'ar']) {
    writeFileSync(path.join(electron, 'locales', `${locale}.pak`), locale);
  }
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version', 'chrome-sandbox']) {
    writeFileSync(path.join(electron, name), name);
  }
  const greeting = path.join(folder, 'greeting');
  mkdirSync(greeting);
  writeFileSync(path.join(greeting, 'main.js'), '');
  await createPackage(greeting, path.join(electron, 'resources', 'default_app.asar'));
  return electron;
}
