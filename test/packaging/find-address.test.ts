/** Who opens `tillside://…` on each platform. Only real machines can show that Windows, macOS and Linux do so. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { builderConfig } from '../../build/packaging/builder-config.ts';
import { projectRoot } from '../../build/project-root.ts';

test('the desktop entry, the Info.plist and the installer for Windows name the scheme', () => {
  const config = builderConfig({ output: '', parts: '', scripts: '', electronDist: null }, {});
  assert.deepEqual(config.protocols, [{ name: 'Tillside', schemes: ['tillside'], role: 'Viewer' }]);
  const nsis = readFileSync(path.join(projectRoot, 'build', 'packaging', 'installer', 'nsis.nsh'), 'utf8');
  assert.match(nsis, /WriteRegStr SHCTX "Software\\Classes\\tillside" "URL Protocol" ""/);
  // After "--" nothing that a page puts into the address is a switch.
  assert.match(nsis, /tillside\\shell\\open\\command" "" '"\$INSTDIR\\\$\{APP_EXECUTABLE_FILENAME\}" -- "%1"'/);
  assert.match(
    nsis,
    /!macro customUnInstall\n {2}\$\{IfNot\} \$\{isUpdated\}\n {4}DeleteRegKey SHCTX "Software\\Classes\\tillside"/,
  );
});
