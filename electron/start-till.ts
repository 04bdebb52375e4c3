/**
 * A till with everything round it that both hosts share: the config that was found, practice mode where there is none,
 * the log, the dispatcher. The desktop app and the preview add only their secret storage, their transport and their wire.
 */
import type { Clock, Random } from './clock/clock.ts';
import { createDispatcher, type Dispatcher } from './ipc/dispatcher.ts';
import type { Transport } from './loyalty-api/transport.ts';
import { type PracticeMode, startPracticeMode } from './practice/practice-mode.ts';
import type { AppInfo } from './support/app-info.ts';
import type { FoundConfig } from './support/find-config.ts';
import type { Log } from './support/log.ts';
import type { Secrets } from './support/secrets.ts';
import { TillCannotOpen } from './support/till-cannot-open.ts';
import { openTill, type Till, type TillOptions } from './till.ts';

export type StartOptions<Sender> = {
  readonly found: FoundConfig;
  readonly dataDir: string;
  readonly host: AppInfo['host'];
  readonly version: string;
  readonly secrets: Secrets;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** `TILLSIDE_SECRET`, for unattended set-up: stored once in the place of what a person would type. */
  readonly secret: string | undefined;
  /** Whether a caller is our own screen. */
  readonly allows: (sender: Sender) => boolean;
  readonly nativeBinding?: string;
};

export type StartedTill<Sender> = {
  readonly till: Till;
  readonly dispatcher: Dispatcher<Sender>;
  /** Answers `closing` from now on, closes the till, then what it talked to. */
  readonly close: () => Promise<void>;
};

/** How long a start waits for a till that is just closing to let go of the data folder. */
const waitForOtherMs = 3000;
const lookAgainMs = 100;

/** @throws TillCannotOpen */
export async function startTill<Sender>(options: StartOptions<Sender>): Promise<StartedTill<Sender>> {
  const { found, dataDir, host, version, secrets, transport, clock, random, log, nativeBinding } = options;
  const practice = found.mode === 'practice' ? await startPracticeMode({ dataDir, secrets, clock, random }) : null;
  try {
    const till = await openWhenFree(clock, {
      dataDir,
      config: found.mode === 'live' ? found.config : configOf(practice),
      mode: found.mode,
      host,
      version,
      secrets: practice?.secrets ?? secrets,
      transport,
      clock,
      random,
      log,
      practice: practice?.switches ?? null,
      ...(nativeBinding === undefined ? {} : { nativeBinding }),
    });
    if (options.secret !== undefined && found.mode === 'live') await provide(till, options.secret, log);
    const dispatcher = createDispatcher({ handlers: till.handlers, allows: options.allows, log });
    return {
      till,
      dispatcher,
      close: async () => {
        dispatcher.close();
        await till.close();
        await practice?.close();
      },
    };
  } catch (error) {
    await practice?.close();
    throw error;
  }
}

function configOf(practice: PracticeMode | null): TillOptions['config'] {
  if (practice === null) throw new Error('practice mode did not start');
  return practice.config;
}

/** @throws TillCannotOpen */
async function openWhenFree(clock: Clock, options: TillOptions): Promise<Till> {
  const giveUpAtMs = clock.monotonicMs() + waitForOtherMs;
  for (;;) {
    try {
      return await openTill(options);
    } catch (error) {
      const running = error instanceof TillCannotOpen && error.code === 'already-running';
      if (!running || clock.monotonicMs() >= giveUpAtMs) throw error;
      await new Promise<void>((resolve) => clock.after(lookAgainMs, resolve));
    }
  }
}

async function provide(till: Till, secret: string, log: Log): Promise<void> {
  const result = await till.handlers['app.provideSecret']({ secret });
  if (result.kind === 'stored') log.write('info', 'secret taken from the environment');
  else log.write('error', 'secret from the environment not stored', { why: result.why });
}

/** Takes the secret out of the environment, so that no program started from here inherits it. */
export function takeSecret(env: { TILLSIDE_SECRET?: string | undefined }): string | undefined {
  const secret = env.TILLSIDE_SECRET || undefined;
  delete env.TILLSIDE_SECRET;
  return secret;
}
