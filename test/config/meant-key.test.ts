import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MachineConfigError, parseMachineConfig, problemInWords } from '../../electron/config/machine-config.ts';

const good = { api: { cluster: 'eu' }, auth: { method: 'basic', till: 'store123' } };

function toldAbout(config: object): string {
  try {
    parseMachineConfig(config, 'test');
    return '';
  } catch (error) {
    assert.ok(error instanceof MachineConfigError);
    return error.problems.map(problemInWords).join('\n');
  }
}

it('an unknown key comes with the known one that was most likely meant, in whatever section that is', () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ ...good, sinc: {} }, 'sinc: unknown key (did you mean sync?)'],
    [{ ...good, sync: { settleSecond: 5 } }, 'sync.settleSecond: unknown key (did you mean sync.settleSeconds?)'],
    [{ ...good, timeoutSeconds: 5 }, 'timeoutSeconds: unknown key (did you mean api.timeoutSeconds?)'],
    [{ ...good, store: { retentiondays: 5 } }, 'store.retentiondays: unknown key (did you mean data.retentionDays?)'],
    [
      { ...good, staff: { roles: { associate: { mayChnage: [] } } } },
      'staff.roles.associate.mayChnage: unknown key (did you mean staff.roles.associate.mayChange?)',
    ],
    [
      { ...good, auth: { method: 'oauth', key: 'k', attributeTo: { type: 'TILL', cod: 'x' } } },
      'auth.attributeTo.cod: unknown key (did you mean auth.attributeTo.code?)',
    ],
    [{ ...good, weather: 'fine' }, 'weather: unknown key'],
    [{ ...good, url: 'x' }, 'url: unknown key'],
  ];
  for (const [config, told] of cases) assert.ok(toldAbout(config).split('\n').includes(told), toldAbout(config));
});

it('a secret in the file gets no such advice', () => {
  assert.match(toldAbout({ ...good, api: { cluster: 'eu', tokens: 'x' } }), /api\.tokens: found a secret/);
});
