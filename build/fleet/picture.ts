/** Takes a picture of the example dashboard from what Prometheus has. */
import { chromium } from 'playwright';
import { chromiumFlags, haveChromium, isRoot } from '../chromium.ts';
import type { Prometheus } from '../prometheus.ts';
import { fillPanels, type Span } from './dashboard.ts';
import { dashboardPage } from './dashboard-page.ts';

/** @throws if there is no Chromium */
export async function pictureDashboard(prometheus: Prometheus, span: Span, file: string): Promise<void> {
  const page = dashboardPage(await fillPanels(prometheus, span), span);
  const executablePath = await haveChromium(() => undefined);
  if (executablePath === null) throw new Error('There is no Chromium to take the picture with.');
  const browser = await chromium.launch({ executablePath, args: chromiumFlags(isRoot()) });
  try {
    const shown = await browser.newPage({ viewport: { width: 1420, height: 800 } });
    await shown.setContent(page);
    await shown.screenshot({ path: file, fullPage: true });
  } finally {
    await browser.close();
  }
}
