/** Starts the browser of the specs: the Chromium that `TILLSIDE_CHROMIUM` names, or one of this machine. */
import { type Browser, chromium } from 'playwright';
import { chromiumFlags, findChromium, findHeadlessShell, isRoot } from '../../build/chromium.ts';

/**
 * @param takesPictures whether pixels are compared: the headless shell draws text a little wider
 * @param flags on top of those for every start
 */
export async function launchChromium(takesPictures: boolean, flags: readonly string[] = []): Promise<Browser> {
  const executablePath =
    process.env.TILLSIDE_CHROMIUM ??
    (takesPictures ? null : findHeadlessShell(process.env)) ??
    (await findChromium(process.platform, process.env));
  if (executablePath === null) throw new Error('there is no Chromium');
  return await chromium.launch({ executablePath, args: [...chromiumFlags(isRoot()), ...flags] });
}
