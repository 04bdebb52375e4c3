/**
 * What deb and rpm run after installing or removing the files: the packager's own scripts, with another
 * /usr/bin/tillside.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export const linuxScripts = { afterInstall: 'after-install.sh', afterRemove: 'after-remove.sh' } as const;

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the packager fills them in
const program = "'/opt/${sanitizedProductName}/${executable}'";
const command = "'/opt/${sanitizedProductName}/resources/tillside-command'";
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the packager fills them in

/** @param links how often the packager's script names the program: only where it links it */
function linkingCommand(name: string, links: number): string {
  const fromPackager = createRequire(import.meta.resolve('electron-builder'));
  const script = readFileSync(fromPackager.resolve(`app-builder-lib/templates/linux/${name}`), 'utf8');
  const parts = script.split(program);
  if (parts.length - 1 !== links) throw new Error(`The packager's ${name} has changed: check what it links now.`);
  return parts.join(command);
}

export function writeLinuxScripts(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, linuxScripts.afterInstall), linkingCommand('after-install.tpl', 3));
  writeFileSync(path.join(folder, linuxScripts.afterRemove), linkingCommand('after-remove.tpl', 1));
}
