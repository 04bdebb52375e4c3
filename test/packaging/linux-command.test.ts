/** /usr/bin/tillside of deb and rpm: the app, and its command line without a display or sandbox. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { linuxScripts, writeLinuxScripts } from '../../build/packaging/linux-scripts.ts';
import { projectRoot } from '../../build/project-root.ts';
import { commands } from '../../electron/command-line/commands.ts';
import { ownArguments } from '../../electron/command-line/desktop-arguments.ts';
import { isCommand } from '../../electron/command-line/run-command.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const headless = ['--ozone-platform=headless', '--disable-gpu'];

/** As the package installs it: the program, the script beside its resources, and a link to that. */
function installed(uid: number): (args: readonly string[]) => string[] {
  const folder = path.join(temporaryFolder(), 'opt with space', 'Tillside');
  mkdirSync(path.join(folder, 'resources'), { recursive: true });
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'id'), `#!/bin/sh\necho ${uid}\n`, { mode: 0o755 });
  writeFileSync(path.join(folder, 'tillside'), '#!/bin/sh\nfor one; do echo "$one"; done\n', { mode: 0o755 });
  const script = path.join(folder, 'resources', 'tillside-command');
  copyFileSync(path.join(projectRoot, 'build', 'packaging', 'installer', 'tillside-command'), script);
  const link = path.join(bin, 'tillside');
  symlinkSync(script, link);
  return (args) => {
    const { status, stdout, stderr } = spawnSync(link, args, {
      env: { PATH: `${bin}:${process.env.PATH}` },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout.split('\n').slice(0, -1);
  };
}

test('each command runs without a display, as root without a sandbox, and reaches the app as typed', () => {
  const families = new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''));
  for (const first of [...families, 'help', '--help']) {
    const typed = [first, 'with space', '--json'];
    const asUser = installed(1000)(typed);
    assert.deepEqual(asUser, [...headless, ...typed]);
    const asRoot = installed(0)(typed);
    assert.deepEqual(asRoot, ['--no-sandbox', ...headless, ...typed]);
    for (const argv of [asUser, asRoot]) {
      assert.deepEqual(ownArguments(argv), typed);
      assert.equal(isCommand(ownArguments(argv)), true);
    }
  }
});

test('the app with its window keeps its display and its sandbox', () => {
  for (const args of [[], ['--config', 'doctor'], ['--data', '/srv/till']]) {
    assert.deepEqual(installed(1000)(args), args);
    assert.deepEqual(installed(0)(args), args);
  }
  // Whoever passes such a switch to the app itself keeps it.
  assert.deepEqual(ownArguments(['--config', 'x', '--no-sandbox']), ['--config', 'x', '--no-sandbox']);
});

test('the package creates the link, and removes it again', () => {
  const folder = temporaryFolder();
  writeLinuxScripts(folder);
  const [install, remove] = [linuxScripts.afterInstall, linuxScripts.afterRemove].map((name) =>
    readFileSync(path.join(folder, name), 'utf8'),
  );
  assert.match(install ?? '', /ln -sf '\/opt\/\$\{sanitizedProductName\}\/resources\/tillside-command' '\/usr\/bin\//);
  assert.match(install ?? '', /chrome-sandbox/);
  assert.match(remove ?? '', /--remove .*resources\/tillside-command'/);
});
