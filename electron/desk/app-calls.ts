/** The screen's calls about the program itself. */
import type { MachineConfig } from '../config/machine-config.ts';
import type { ApiOfTill } from '../loyalty-api/api-of-till.ts';
import { keepTillSecret, keptSecret } from '../loyalty-api/till-secret.ts';
import type { Log, LogFacts } from '../machine/log.ts';
import type { Secrets } from '../machine/secrets.ts';
import type { AppInfo, SecretResult } from '../model/app-info.ts';
import type { AppUpdate } from '../model/app-update.ts';
import type { OrgDesk } from '../org/org-desk.ts';
import type { SyncEngine } from '../sync/engine.ts';

export type AppCallOptions = Pick<AppInfo, 'version' | 'mode' | 'host' | 'till'> & {
  readonly config: Pick<MachineConfig, 'auth' | 'store' | 'staff' | 'scanner'>;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly api: ApiOfTill;
  readonly engine: SyncEngine;
  readonly orgDesk: OrgDesk;
  /** Absent: this host does not update itself. */
  readonly appUpdate?: () => AppUpdate;
  /** Absent: this host shows no texts of its own. */
  readonly languageShown?: (tag: string) => void;
  /** Absent: this host has no file dialog. */
  readonly chooseFile?: () => Promise<string | null>;
};

export function appCalls(options: AppCallOptions) {
  const { version, mode, host, till, config, log, secrets, api, engine, orgDesk } = options;
  return {
    'app.info': (): AppInfo => ({
      version,
      mode,
      host,
      till,
      organisation: orgDesk.organisation.login()?.value.organisation ?? null,
      locale: config.store.locale,
      timeZone: config.store.timeZone,
      countryCode: config.store.countryCode,
      secretNeeded: api.current === null,
      staffRequired: config.staff.required,
      scanner: config.scanner,
    }),
    'app.fault': (fault: LogFacts) => {
      log.write('error', 'a part of the screen broke', fault);
      return null;
    },
    'app.languageShown': ({ tag }: { readonly tag: string }) => {
      options.languageShown?.(tag);
      return null;
    },
    'app.chooseFile': async (): Promise<string | null> => (await options.chooseFile?.()) ?? null,
    'app.update': (): AppUpdate => options.appUpdate?.() ?? { kind: 'current' },
    'app.provideSecret': async ({ secret }: { readonly secret: string }): Promise<SecretResult> => {
      const { method } = config.auth;
      const written = keepTillSecret(secrets, method, secret);
      if (written.kind === 'not-stored') return { kind: 'not-stored', why: 'no-secret-storage' };
      api.connect(keptSecret(method, secret));
      engine.passwordChanged();
      void orgDesk.refresh();
      return { kind: 'stored' };
    },
  };
}
