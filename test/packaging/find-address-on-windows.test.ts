/** The address of the POS program on Windows. Only the Windows workflow can compile the MSI. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { withFindAddress } from '../../build/packaging/msi-find-address.ts';
import { projectRoot } from '../../build/project-root.ts';

const packager = createRequire(import.meta.resolve('electron-builder'));
const template = readFileSync(packager.resolve('app-builder-lib/templates/msi/template.xml'), 'utf8');

test('an MSI registers tillside:// for every user, with the same command as NSIS', () => {
  const project = withFindAddress(template);
  const component = /<Component Id="FindAddress"[\s\S]*?<\/Component>/.exec(project)?.[0] ?? '';
  assert.match(component, /<RegistryKey Root="HKLM" Key="Software\\Classes\\tillside">/);
  assert.match(component, /<RegistryValue Type="string" Name="URL Protocol" Value=""\/>/);
  const command = /Key="shell\\open\\command" Value="([^"]*)"/.exec(component)?.[1]?.replaceAll('&quot;', '"');
  assert.equal(command, '"[#mainExecutable]" -- "%1"');
  const nsis = readFileSync(path.join(projectRoot, 'build', 'packaging', 'installer', 'nsis.nsh'), 'utf8');
  const [, afterProgram] = /shell\\open\\command" "" '"[^"]+"([^']*)'/.exec(nsis) ?? [];
  assert.equal(command, `"[#mainExecutable]"${afterProgram}`);
  // It is installed with the program's files, and the rest of the project is the packager's.
  assert.ok(project.indexOf('<ComponentGroup Id="ProductComponents"') < project.indexOf(component));
  assert.equal(project.replace(`\n      ${component}`, ''), template);
  assert.throws(() => withFindAddress('<Wix/>'), /<\/ComponentGroup>/);
});

test('the packager still names the program as the registered command does', () => {
  const target = readFileSync(packager.resolve('app-builder-lib/out/targets/MsiTarget.js'), 'utf8');
  assert.match(target, /Id="mainExecutable"/);
});
