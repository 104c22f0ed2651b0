import { describe, expect, it } from 'vitest';
import { createMasker, createOpenMasker } from '../../store/mask.ts';
import { maskChunks, maskText } from '../support/mask-text.ts';

const TOKEN = `gh${'p_'}Zk29fLq8Xt71VbRr03YwQm5Hs6Jd4Nc2Ga9E`;
const PASSWORD = 'Xk29f!Lq8Zt';

describe('marks and lines', () => {
  it.each([
    'token: ***',
    'password=[MASKED]',
    'Authorization: Bearer ***',
    'https://x-access-token:***@github.com/a/b.git',
    'key ****** end',
  ])('a mark that is there already stays: %s', (line) => expect(maskText(line)).toBe(line));
  it('the mask says nothing of the length', () => {
    expect(maskText(`a_token=${TOKEN}`)).toBe('a_token=***');
    expect(maskText(`password=${PASSWORD}`)).toBe('password=***');
  });
  it('keeps LF, CR and CRLF where they were', () => {
    expect(maskText(`a\r\nb ${TOKEN}\rc\n\n${TOKEN}`)).toBe('a\r\nb ***\rc\n\n***');
  });
  it('keeps bytes that are no UTF-8', () => {
    const { bytes } = maskChunks([
      Buffer.concat([Buffer.from([0xff, 0x00, 0xc3]), Buffer.from(` ${TOKEN} `), Buffer.from([0xfe])]),
    ]);
    expect(bytes).toEqual(Buffer.concat([Buffer.from([0xff, 0x00, 0xc3]), Buffer.from(' *** '), Buffer.from([0xfe])]));
  });
  it('finds what colour codes cut up', () => {
    expect(maskText(`x \u001b[1m${TOKEN.slice(0, 9)}\u001b[0;32m${TOKEN.slice(9)}\u001b[0m y`)).toBe(
      'x \u001b[1m***\u001b[0m y',
    );
    expect(maskText(`API_TOKEN\u001b[1m=\u001b[0m\u001b[32m${PASSWORD}aB3dE5gH7jK9\u001b[39m`)).toContain('***');
  });
});

describe('names that a quick look once passed over', () => {
  it.each([
    [`passwd=${PASSWORD}`, 'passwd=***'],
    ['   token x7Q2m9ZpL4tR8vK1', '   token ***'],
    ['password PASSED', 'password PASSED'],
    [
      'A temporary password is generated for root@localhost: aZx81+kQp93Lm2',
      'A temporary password is generated for root@localhost: ***',
    ],
    [`Пароль: ${PASSWORD}`, 'Пароль: ***'],
    [`数据库密码=${PASSWORD}`, '数据库密码=***'],
    [`パスワード: ${PASSWORD}`, 'パスワード: ***'],
    ['パスワード: 必須', 'パスワード: 必須'],
  ])('%s', (line, masked) => expect(maskText(line)).toBe(masked));
});

describe('what a line leaves for the next', () => {
  it.each([
    [`"client_secret":\n  "Zk29fLq8Xt71VbRr03YwQm5H",`, '"client_secret":\n  "***",'],
    [`password: |\n  ${PASSWORD}\nuser: x`, 'password: |\n  ***\nuser: x'],
    [`- name: DB_PASSWORD\n  value: ${PASSWORD}`, '- name: DB_PASSWORD\n  value: ***'],
    [
      `2026-01-02T03:04:05.6Z - name: DB_PASSWORD\r\n2026-01-02T03:04:05.7Z   value: "${PASSWORD}"`,
      '2026-01-02T03:04:05.6Z - name: DB_PASSWORD\r\n2026-01-02T03:04:05.7Z   value: "***"',
    ],
    [`variable "db_password" {\n  default = "${PASSWORD}"`, 'variable "db_password" {\n  default = "***"'],
    ['API_SECRET:\n##[endgroup]', 'API_SECRET:\n##[endgroup]'],
    ['API_SECRET: \n  BUILD_NUMBER: 1234567890', 'API_SECRET: \n  BUILD_NUMBER: 1234567890'],
  ])('%j', (text, masked) => expect(maskText(text)).toBe(masked));
  it('a name is remembered for one line only', () => {
    expect(maskText(`password:\nno\n${PASSWORD}`)).toBe(`password:\nno\n${PASSWORD}`);
  });
});

describe('private keys', () => {
  const body = [
    'MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDZk29fLq8Xt71V',
    'bRr03YwQm5Hs6Jd4Nc2Ga9EZk29fLq8Xt71VbRr03YwQm5Hs6Jd4Nc2Ga9EAb12',
    'c2Ga9EAb12==',
  ];
  const pem = (label: string, prefix = ''): string =>
    [`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`].map((line) => prefix + line).join('\n');
  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK', 'ENCRYPTED PRIVATE KEY'])(
    '%s goes, its marks stay',
    (label) => {
      expect(maskText(`a\n${pem(label)}\nb`)).toBe(
        `a\n-----BEGIN ${label}-----\n***\n***\n***\n-----END ${label}-----\nb`,
      );
    },
  );
  it.each(['CERTIFICATE', 'PUBLIC KEY', 'RSA PUBLIC KEY', 'PGP PUBLIC KEY BLOCK', 'CERTIFICATE REQUEST'])(
    '%s stays',
    (label) => {
      const text = pem(label).replace('MIIEvwIBADAN', 'MIIDXTCCAkWg');
      expect(maskText(text)).toBe(text);
    },
  );
  it.each(['2026-01-02T03:04:05.0000000Z ', '        ', 'svc_1  | ', '2026-01-02T03:04:05.000006Z 01O '])(
    'behind the prefix %j',
    (prefix) => {
      const text = maskText(pem('PRIVATE KEY', prefix));
      for (const line of body) expect(text).not.toContain(line.slice(0, 12));
      expect(text.split('\n')).toHaveLength(5);
    },
  );
  it('one that is cut off does not swallow the log', () => {
    const log = `-----BEGIN PRIVATE KEY-----\n${body[0]}\nnpm ERR! code E1\nnpm ERR! path /srv/app/node/modules\nall good`;
    expect(maskText(log)).toBe(
      '-----BEGIN PRIVATE KEY-----\n***\nnpm ERR! code E1\nnpm ERR! path /srv/app/node/modules\nall good',
    );
  });
  it('a BEGIN mark in a sentence masks nothing', () => {
    const log = 'error: -----BEGIN PRIVATE KEY----- not found in /etc/key.pem\nnext line';
    expect(maskText(log)).toBe(log);
  });
  it('a PuTTY key goes', () => {
    expect(maskText(`Private-Lines: 2\n${body[0]}\n${body[1]}\nPrivate-MAC: 12`)).toBe(
      'Private-Lines: 2\n***\n***\nPrivate-MAC: 12',
    );
  });
});

describe('lines longer than a piece', () => {
  const filler = (length: number): string => 'lorem ipsum 1234 '.repeat(Math.ceil(length / 17)).slice(0, length);
  it.each([60_000, 65_400, 65_530, 70_000, 131_000, 200_000])(
    'a token after %i characters goes, the rest stays',
    (before) => {
      const line = `${filler(before)} ${TOKEN} ${filler(90_000)}`;
      expect(maskText(line)).toBe(line.replace(TOKEN, '***'));
    },
  );
  it('a name at the end of a piece finds its value in the next', () => {
    for (let at = 57_200; at < 57_360; at += 7) {
      const line = `${filler(at)} password=${PASSWORD} ${filler(20_000)}`;
      expect(maskText(line)).toBe(line.replace(PASSWORD, '***'));
    }
  });
  it('comes out the same however it is cut', () => {
    const line = Buffer.from(`${filler(66_000)} ${TOKEN} ${filler(70_000)} password=${PASSWORD}\n${filler(10)}`);
    const whole = maskChunks([line]).bytes;
    for (const size of [1_000, 4_099, 65_536, 65_537, 100_000]) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < line.length; at += size) chunks.push(line.subarray(at, at + size));
      expect(maskChunks(chunks).bytes.equals(whole)).toBe(true);
    }
  });
  it('a secret longer than a piece is gone as a whole', () => {
    const key = Array.from({ length: 9_000 }, (_, n) =>
      Buffer.from(String((n * 7919) % 65_521)).toString('base64url'),
    ).join('');
    const secret = Buffer.from(`-----BEGIN RSA PRIVATE KEY-----\n${key}`).toString('base64');
    expect(secret.length).toBeGreaterThan(66_000);
    expect(maskText(`x ${secret} y`)).toMatch(/^x (?:\*\*\*){1,4} y$/);
  });
});

describe('values that the log asks to mask', () => {
  it('are masked from then on', () => {
    expect(maskText(`::add-mask::s3cret-value-77\nusing s3cret-value-77`)).toBe('::add-mask::***\nusing ***');
  });
  it('a log cannot hide a word of its failure that way', () => {
    expect(maskText('::add-mask::error\nerror: build failed')).toBe('::add-mask::***\nerror: build failed');
    expect(maskText('::add-mask::tests failed here\n3 tests failed here')).toBe('::add-mask::***\n3 tests failed here');
  });
});

describe('the report', () => {
  it('counts masks by rule and names the version of the rules', () => {
    const { report } = maskChunks([`a ${TOKEN}\nb ${TOKEN} password=${PASSWORD}\n`]);
    expect(report).toEqual({
      rules: expect.stringMatching(/^\d{4}\.\d+$/),
      counts: { github: 2, 'value:password': 1 },
      withheldLines: 0,
    });
  });
  it('a masker that is off says so', () => {
    const open = createOpenMasker();
    expect(Buffer.concat([...open.push(Buffer.from(TOKEN)), ...open.end()]).toString()).toBe(TOKEN);
    expect(open.report()).toEqual({ rules: null, counts: {}, withheldLines: 0 });
  });
  it('two maskers with the same told values do not share what they saw', () => {
    const told = [{ name: 'T', value: 'told-value-4711' }];
    const first = createMasker({ told });
    first.push(Buffer.from('-----BEGIN PRIVATE KEY-----\n'));
    expect(maskText('plain', told)).toBe('plain');
  });
});

describe('what an escape sequence hides', () => {
  const told = [{ name: 'T', value: 'the-told-value-99' }];
  const token = ['gh', 'p_Zk3v9QwLm2Xr8TbYc4Nd6Hs1Jf5Ga7Pe0Uui'].join('');

  // Found by fuzzing: a terminal takes the letter after ESC for the end of a sequence, the bytes of the log do not.
  it.each(['\u001b', '\u001b[', '\u001b(', '\u001b[31'])('a told value right after %j goes', (before) => {
    expect(maskText(`${before}the-told-value-99 x`, told)).not.toContain('old-value-99');
  });
  it('a secret in a window’s title, a hyperlink or a device string goes', () => {
    expect(maskText(`\u001b]0;deploy --token ${token}\u0007ok`)).toBe('\u001b]0;deploy --token ***\u0007ok');
    expect(maskText('\u001b]8;;https://u:pw0rd-1x@h.example/\u0007link\u001b]8;;\u0007')).not.toContain('pw0rd');
    expect(maskText('\u001bPpassword=tr0ub4dor&3x\u001b\\')).not.toContain('tr0ub4dor');
    expect(maskText('\u001b]0;the-told-value-99\u0007', told)).not.toContain('the-told-value-99');
  });
  it('titles and colours without a secret stay as they are', () => {
    const text = '\u001b]0;make: token bucket\u0007\u001b[1mtoken: \u001b[33mnull\u001b[39m \u001b[2Kdone';
    expect(maskText(text)).toBe(text);
  });
});

describe('what goes on for long', () => {
  const long = Array.from({ length: 6_000 }, (_, n) => 'kX9mP2vLq8zR4tB7'.charAt((n * 7 + (n >> 4)) % 16)).join('');
  it.each([
    ['behind a name', (value: string) => `UPLOAD_TOKEN=${value}`],
    ['in quotes', (value: string) => `"secret": "${value}",`],
    ['behind a flag', (value: string) => `deploy --token ${value} now`],
    ['behind a letter', (value: string) => `docker login -u ci -p ${value} registry.example.test`],
  ])('a value of 6,000 characters is gone as a whole: %s', (_, lineOf) => {
    expect(maskText(`${lineOf(long)}\n`)).toBe(`${lineOf('***')}\n`);
  });
  it('a pipeline’s own secret variable is masked, there and from then on', () => {
    const text = '##vso[task.setvariable variable=Db;issecret=true]Kite-and-7-Moon\nused Kite-and-7-Moon\n';
    expect(maskText(text)).toBe('##vso[task.setvariable variable=Db;issecret=true]***\nused ***\n');
    const plain = '##vso[task.setvariable variable=Db]Kite-and-7-Moon\nused Kite-and-7-Moon\n';
    expect(maskText(plain)).toBe(plain);
  });
  it('a sentence that ends with a colon has its password below, after empty lines too', () => {
    const note = 'Please use the following password to proceed:\n\n';
    expect(maskText(`${note}4f2a91c0d3b5e6f708192a3b4c5d6e7f\n`)).toBe(`${note}***\n`);
    const digest = `${note}4f2a91c0d3b5e6f708192a3b4c5d6e7f80912a3b\n`;
    expect(maskText(digest)).toBe(digest);
  });
});
