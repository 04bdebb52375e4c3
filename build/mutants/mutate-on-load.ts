/** Preloaded into a test: loads one file with a fault in it. The file on the disk stays unchanged. */
import { registerHooks } from 'node:module';

const { url, start, end, becomes } = JSON.parse(process.env.TILLSIDE_MUTANT ?? '{}');

registerHooks({
  load(loaded, context, nextLoad) {
    const result = nextLoad(loaded, context);
    if (loaded !== url || result.source == null) return result;
    const text = typeof result.source === 'string' ? result.source : new TextDecoder().decode(result.source);
    return { ...result, source: `${text.slice(0, start)}${becomes}${text.slice(end)}` };
  },
});
