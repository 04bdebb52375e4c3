/** Checks which version of Tillside this is, and whether the feed has a newer one. */

import type { MachineConfig } from '../../config/machine-config.ts';
import type { Transport } from '../../loyalty-api/transport.ts';
import { type DraftFinding, fine, look } from './finding.ts';

export function checkVersion(version: string, platform: NodeJS.Platform): DraftFinding {
  const { electron, node } = process.versions;
  const host = electron === undefined ? `Node ${node}` : `Electron ${electron}`;
  return fine('version', `Tillside ${version} on ${host}, ${platform} ${process.arch}`, { version, platform });
}

export async function checkFeed(
  { feedUrl, channel }: MachineConfig['update'],
  version: string,
  platform: NodeJS.Platform,
  transport: Transport,
  timeoutMs: number,
): Promise<DraftFinding> {
  if (feedUrl === null) return fine('feed', 'Not configured; IT installs new versions');
  const system = platform === 'darwin' ? '-mac' : platform === 'linux' ? '-linux' : '';
  const url = `${feedUrl}/${channel === 'stable' ? 'latest' : channel}${system}.yml`;
  const result = await transport({ method: 'GET', url, headers: {}, body: null, timeoutMs });
  const code = result.kind === 'answer' ? `HTTP ${result.status}` : result.code;
  const offered =
    result.kind === 'answer' && result.status === 200 ? /^version:\s*(\S+)/m.exec(result.body)?.[1] : undefined;
  if (offered === undefined) {
    const advice = 'Check update.feedUrl and update.channel in the config, and the feed itself.';
    return look('feed', `No version found at ${url} (${code})`, advice, { url, code });
  }
  const facts = { url, offered };
  return offered === version
    ? fine('feed', `Up to date (${offered})`, facts)
    : fine('feed', `The feed has ${offered}`, facts);
}
