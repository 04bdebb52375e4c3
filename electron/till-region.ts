/** Creates the services that import the region's customers. */
import type { LiveConfig } from './config/live-config.ts';
import type { ToldDoor } from './customers/told.ts';
import type { Db, OpenDatabase } from './db/open.ts';
import type { EventMessage } from './ipc/schema.ts';
import { CustomerImport, type ImportParameters } from './region/customer-import.ts';
import { RegionFeed } from './region/feed/region-feed.ts';
import type { TillOptions } from './till-options.ts';

export type RegionParts = {
  readonly options: TillOptions;
  readonly live: LiveConfig;
  readonly db: Db;
  readonly onFile: OpenDatabase;
  readonly told: ToldDoor;
  readonly customerChanged: (customerId: number) => void;
  readonly emit: (message: EventMessage) => void;
};

export function createRegion({ options, live, db, onFile, told, customerChanged, emit }: RegionParts) {
  const { dataDir, clock, random, log } = options;
  const importing: ImportParameters = {
    db,
    told,
    log,
    onFile,
    dataDir,
    clock,
    store: live.config.store,
    changed: (state) => {
      if (state.kind === 'done') regionFeed.imported(state.file);
      emit({ name: 'customers.importChanged', payload: state });
    },
    customerChanged,
  };
  const customerImport = new CustomerImport(importing);
  const regionFeed = new RegionFeed({
    ...importing,
    config: () => live.config.region,
    customerImport,
    download: options.download ?? fetch,
    random,
    log,
    feedChanged: () => emit({ name: 'customers.feedChanged', payload: regionFeed.facts }),
  });
  return { customerImport, regionFeed };
}
