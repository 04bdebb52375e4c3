/** A whole till on a bench folder, with the product's own clock, randomness and secret file. */

import type { MachineConfig } from '../../electron/config/machine-config.ts';
import type { Transport } from '../../electron/loyalty-api/transport.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { openTill } from '../../electron/open-till.ts';

export function openBenchTill(dataDir: string, config: MachineConfig, transport: Transport) {
  return openTill({
    dataDir,
    config,
    mode: 'live',
    host: 'preview',
    version: '0.0.0-bench',
    secrets: secretFile(dataDir, null),
    transport,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    practice: null,
  });
}
