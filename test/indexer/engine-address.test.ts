// The address of a team's index: what it may say, and that no message repeats its password.
import { expect, test } from 'vitest';
import { parseEngineAddress } from '../../indexer/clickhouse/address.ts';
import { AppError } from '../../store/errors.ts';

test.each([
  [
    'clickhouse://db.example.test',
    { url: 'http://db.example.test:8123', database: 'default', username: 'default', isReplicated: false },
  ],
  [
    'clickhouses://db.example.test/logs/',
    { url: 'https://db.example.test:8443', database: 'logs', shown: 'clickhouses://db.example.test:8443/logs' },
  ],
  [
    'CLICKHOUSE://db.example.test:9000/ci_logs?replicated',
    { url: 'http://db.example.test:9000', database: 'ci_logs', isReplicated: true },
  ],
  [
    'clickhouse://us%40er:p%3Aw@[::1]:8123/x',
    { url: 'http://[::1]:8123', username: 'us@er', password: 'p:w', shown: 'clickhouse://[::1]:8123/x' },
  ],
])('%s', (text, wanted) => {
  expect(parseEngineAddress(text)).toMatchObject(wanted);
});

test('credentials of the environment serve where the address has none', () => {
  const environment = { username: 'ada', password: 'from the environment' };
  expect(parseEngineAddress('clickhouse://h/x', environment)).toMatchObject(environment);
  expect(parseEngineAddress('clickhouse://me@h/x', environment)).toMatchObject({ ...environment, username: 'me' });
  expect(parseEngineAddress('clickhouse://me:mine@h/x', environment)).toMatchObject({
    username: 'me',
    password: 'mine',
  });
});

test.each([
  ['another scheme', 'postgres://u:hushhush@h/x', 'does not begin with'],
  ['no host', 'clickhouse://', 'no host'],
  ['no port', 'clickhouse://u:hushhush@h:port/x', 'no host'],
  ['a database that is an expression', 'clickhouse://u:hushhush@h/x%3BDROP', 'no plain name'],
  ['another parameter', 'clickhouse://u:hushhush@h/x?secure=1', "'secure'"],
  ['a percent sign in a password', 'clickhouse://u:hushhush%zz@h/x', '%25'],
  ['a percent sign in the database', 'clickhouse://u:hushhush@h/100%', '%25'],
])('%s is refused in words, without the password', (_name, text, why) => {
  try {
    parseEngineAddress(text);
    expect.fail('it was taken');
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    const { code, message, hint } = error as AppError;
    expect(code).toBe('USAGE');
    expect(`${message} ${hint}`).toContain(why);
    expect(`${message} ${hint}`).not.toContain('hushhush');
  }
});
