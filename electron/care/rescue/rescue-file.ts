/** The decrypted content of a rescue file. */
import { z } from 'zod';
import { movingUpdates } from '../../updates/transfer-rows.ts';

const rescueContent = z.strictObject({
  /** Schema version of the database that the rows come from. */
  schemaVersion: z.number().int().min(1),
  /**
   * The organisation of these customers: elsewhere the same number or email can be another person (F45). Null in old
   * files.
   */
  organisation: z.string().nullable().default(null),
  updates: movingUpdates,
});
export type RescueContent = z.output<typeof rescueContent>;

/** @returns null if this is not the content of a rescue file */
export function readRescueContent(text: string): RescueContent | null {
  try {
    const parsed = rescueContent.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
