/** Creates the services that import the region's customers. */
import { CustomerImport, type ImportParameters } from './region/customer-import.ts';
import { RegionFeed } from './region/feed/region-feed.ts';
import type { TillParts } from './till-options.ts';

export type RegionParts = TillParts & { readonly customerChanged: (customerId: number) => void };

export function createRegion({ options, live, db, onFile, records, customerChanged, emit }: RegionParts) {
  const { dataDir, clock, random, log } = options;
  const importing: ImportParameters = {
    db,
    records,
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
