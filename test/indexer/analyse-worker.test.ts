// The thread that analyses logs, spoken to as its pool does: which answers come, and what a broken log costs the others.
import { EventEmitter } from 'node:events';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { AnalysisAnswer, AnalysisOrder } from '../../indexer/analyser-pool.ts';
import { FrameAnalyser, type StoredFrame } from '../../indexer/frame-analyser.ts';
import { loadZstd } from '../../store/zstd.ts';

/** The side of the channel that Node gives a worker; here both ends are in one thread. */
const { port } = vi.hoisted(() => ({ port: { current: undefined as unknown as Port } }));
vi.mock('node:worker_threads', async (original) => ({
  ...(await original<typeof import('node:worker_threads')>()),
  get parentPort() {
    return port.current;
  },
}));

class Port extends EventEmitter {
  answers: AnalysisAnswer[] = [];
  postMessage(answer: AnalysisAnswer): void {
    this.answers.push(answer);
  }
}

const worker = new Port();
beforeAll(async () => {
  port.current = worker;
  await import('../../indexer/analyse-worker.ts');
});
beforeEach(() => {
  worker.answers = [];
});

const tell = (...orders: AnalysisOrder[]): readonly AnalysisAnswer[] => {
  for (const order of orders) worker.emit('message', order);
  return worker.answers;
};

const frameOf = (text: string, textBytes = text.length): StoredFrame => ({
  number: 0,
  bytes: loadZstd().compress(Buffer.from(text), 1),
  textBytes,
  continues: false,
  isCut: false,
});

const kinds = (answers: readonly AnalysisAnswer[]): readonly string[] =>
  answers.map(({ log, kind }) => `${log} ${kind}`);

test('frames are answered with their documents, the end with the digest of the log', () => {
  const text = 'start\nerror: connection refused by db-7:5432\n';
  const answers = tell({ log: 1, kind: 'frame', frame: frameOf(text) }, { log: 1, kind: 'end' });
  expect(kinds(answers)).toEqual(['1 documents', '1 digest']);
  const alone = new FrameAnalyser();
  alone.take(frameOf(text));
  expect(answers[1]).toEqual({ log: 1, kind: 'digest', digest: alone.end() });
});

test('an empty log has a digest without any frame', () => {
  expect(kinds(tell({ log: 2, kind: 'end' }))).toEqual(['2 digest']);
});

test('of a broken log one answer says why; what is still sent of it is passed over, and other logs go on', () => {
  const answers = tell(
    { log: 3, kind: 'frame', frame: frameOf('a line\n', 3) },
    { log: 3, kind: 'frame', frame: frameOf('more\n') },
    { log: 4, kind: 'frame', frame: frameOf('another log\n') },
    { log: 3, kind: 'end' },
    { log: 4, kind: 'end' },
  );
  expect(kinds(answers)).toEqual(['3 failed', '4 documents', '4 digest']);
  expect(answers[0]).toMatchObject({ code: 'STORE_DAMAGED', hint: expect.stringMatching(/./) });
  // Its number may be used again: the end was the end.
  worker.answers = [];
  expect(kinds(tell({ log: 3, kind: 'end' }))).toEqual(['3 digest']);
});

test('a log that is given up is forgotten without an answer, begun, broken or unknown', () => {
  const answers = tell(
    { log: 5, kind: 'frame', frame: frameOf('a line\n') },
    { log: 5, kind: 'drop' },
    { log: 6, kind: 'frame', frame: frameOf('a line\n', 3) },
    { log: 6, kind: 'drop' },
    { log: 7, kind: 'drop' },
  );
  expect(kinds(answers)).toEqual(['5 documents', '6 failed']);
});

test('what is no error of ours is told all the same, without a code', () => {
  const broken = { number: 0, textBytes: 1 } as unknown as StoredFrame;
  const [answer] = tell({ log: 8, kind: 'frame', frame: broken });
  expect(answer).toMatchObject({ log: 8, kind: 'failed', message: expect.stringMatching(/./) });
});
