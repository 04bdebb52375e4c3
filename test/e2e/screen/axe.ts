/** Runs axe on a page. Its script is injected once and reused, because injecting it takes longer than a run. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type AxeCore from 'axe-core';
import type { Page } from 'playwright/test';

declare global {
  interface Window {
    axe?: typeof AxeCore;
  }
}

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type AxeRules = 'all' | 'colours' | 'all-but-colours';

/** @returns a line for each rule, with the places that break it */
export async function findings(page: Page, rules: AxeRules): Promise<string[]> {
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(source);
  return await page.evaluate(async (asked) => {
    const { axe } = window;
    if (axe === undefined) throw new Error('axe is not on the page');
    const { violations, passes } = await axe.run(document, {
      // Passed rules need no description, which is most of the work.
      resultTypes: ['violations'],
      ...(asked === 'colours' ? { runOnly: { type: 'rule' as const, values: ['color-contrast'] } } : {}),
      ...(asked === 'all-but-colours' ? { rules: { 'color-contrast': { enabled: false } } } : {}),
    });
    // An empty page would pass every rule.
    if (passes.length === 0 && violations.length === 0) throw new Error('axe looked at nothing');
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  }, rules);
}
