/** The workflows run on the forge; this catches what could break there unnoticed. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../build/project-root.ts';

const folder = path.join(projectRoot, '.github', 'workflows');
const workflows = new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
const { scripts }: { scripts: object } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));

for (const [name, text] of workflows) {
  test(`${name} names only scripts and files that exist`, () => {
    for (const [, script = ''] of text.matchAll(/npm run ([\w:-]+)/g))
      assert.ok(Object.hasOwn(scripts, script), script);
    const files = [...text.matchAll(/(?<![\w/])((?:build|test)\/[\w/.-]+\.ts)/g)].map(([, file = '']) => file);
    assert.ok(files.length > 0);
    for (const file of files) assert.ok(existsSync(path.join(projectRoot, file)), file);
  });

  test(`${name} pins what it uses to a commit, so that a moved tag changes nothing`, () => {
    const used = [...text.matchAll(/uses: (.+)$/gm)].map(([, what = '']) => what);
    assert.ok(used.length > 0);
    // A workflow of our own comes with the commit that is built.
    for (const what of used) {
      assert.match(what, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$|^\.\/\.github\/workflows\/\w+\.yml$/);
    }
  });

  test(`${name} has read access only, and passes no outside text to a shell`, () => {
    assert.match(text, /^permissions:\n {2}contents: read$/m);
    assert.doesNotMatch(text, /pull_request_target/);
    // Text from a form comes through the environment, never inside a script.
    for (const [line] of text.matchAll(/^.*\$\{\{\s*(?:inputs|github\.event\.)[^}]*\}\}.*$/gm)) {
      assert.match(line, /^\s*[A-Z_]+: \$\{\{ inputs\.\w+ \}\}$|^\s*(?:if|group):/, line);
    }
  });
}

test('the specs run on Electron on all three systems, and what is published is signed and staged', () => {
  const ci = workflows.get('ci.yml') ?? '';
  assert.match(ci, /os: \[ubuntu-latest, windows-latest, macos-latest\]/);
  assert.match(ci, /TILLSIDE_E2E_HOST: electron/);
  assert.match(ci, /npm audit --audit-level=high/);
  const release = workflows.get('release.yml') ?? '';
  assert.match(release, /tags: \["v\*"\]/);
  assert.match(release, /TILLSIDE_SIGNING: .*required/);
  assert.match(release, /npm run dist -- --release/);
  assert.match(release, /stage-update\.ts release/);
  assert.match(ci, /^ {2}workflow_call:$/m);
  assert.match(
    release,
    /checks:\n {4}if: .*push'\n {4}uses: \.\/\.github\/workflows\/ci\.yml\n\n {2}packages:\n.*\n {4}needs: checks/,
  );
  // Whoever changes the feed fetches its checksums first, and signs them again.
  const jobs = release.split(/^ {2}(?=\w+:$)/m).filter((job) => job.includes('stage-update.ts'));
  assert.equal(jobs.length, 2);
  for (const job of jobs) {
    const [fetched, rest = ''] = job.split('stage-update.ts');
    assert.match(fetched ?? '', /rsync .*--include SHA256SUMS .*"\$FEED_TARGET\/" \w+\//);
    assert.match(rest, /attest-build-provenance/);
  }
});
