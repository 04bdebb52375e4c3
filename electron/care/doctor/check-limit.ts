/** Checks whether the organisation's tills together exceed the server's limit, by what this till's requests met. */
import { isCrowd, type PaceOptions } from '../../sync/pace.ts';
import { readHealthNote } from '../health-note.ts';
import { type DraftFinding, fine, look } from './finding.ts';

/** Fewer requests prove nothing. */
const fewestRequests = 100;
/** More than the pace of the tills causes by itself. */
const muchRefused = 0.05;
/** A recommended limit leaves room for bursts. */
const safePart = 0.9;

export function checkLimit(
  dataDir: string,
  { sharedLimit, requestsPerMinute }: Pick<PaceOptions, 'sharedLimit' | 'requestsPerMinute'>,
): DraftFinding {
  const { requests, refused } = readHealthNote(dataDir).limit;
  const part = refused / requests;
  const facts = {
    requests,
    refused,
    callsPerMinute: sharedLimit?.callsPerMinute ?? null,
    tills: sharedLimit?.tills ?? null,
  };
  if (requests === 0) return fine('limit', 'No requests yet', facts);
  const found = `The server refused ${(part * 100).toFixed(1)} % of the last ${requests} requests as too many`;
  if (requests < fewestRequests || part < muchRefused) return fine('limit', found, facts);
  if (sharedLimit === null) {
    const advice =
      "Set api.sharedLimit in every till's config: callsPerMinute is the organisation's limit at the server, tills is how many tills share it.";
    return look('limit', found, advice, facts);
  }
  if (!isCrowd(sharedLimit, requestsPerMinute)) {
    // So few tills find their pace by themselves, so another figure in the config would change nothing.
    const advice = `The tills and other programs together ask for more than ${sharedLimit.callsPerMinute} calls a minute. Nothing is lost: what is refused waits, and is sent when it is quieter. Ask the vendor of the loyalty API for a higher limit, or find what else uses it.`;
    return look('limit', found, advice, facts);
  }
  const callsPerMinute = Math.max(1, Math.floor(sharedLimit.callsPerMinute * (1 - part) * safePart));
  const advice = `Check that ${sharedLimit.tills} tills share the limit. If so, other programs use a part of it: set api.sharedLimit.callsPerMinute to ${callsPerMinute} in every till's config.`;
  return look('limit', found, advice, { ...facts, recommendedCallsPerMinute: callsPerMinute });
}
