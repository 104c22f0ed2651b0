// A worker thread that tests logs: frames as they are stored in, lines out (verify-helper.ts).
import { parentPort } from 'node:worker_threads';
import type { VerifyOptions } from './found-line.ts';
import { FrameReader } from './frame-reader.ts';
import { createMatcher, type LineMatcher } from './line-matcher.ts';
import type { Query } from './log-index.ts';
import { testLogs } from './tested-logs.ts';
import type { VerifyAnswer, VerifyOrder } from './verify-helper.ts';

let last: { readonly key: string; readonly matcher: LineMatcher } | undefined;

/** One search asks for many logs, and a pattern takes some milliseconds to compile. */
function matcherOf(query: Query): LineMatcher {
  const key = JSON.stringify(query);
  if (last?.key !== key) last = { key, matcher: createMatcher(query) };
  return last.matcher;
}

async function answerTo({ query, notesBare, logs, ...wanted }: VerifyOrder): Promise<VerifyAnswer> {
  const reader = new FrameReader(() => undefined, { cacheDir: undefined }); // all of the frames came along
  reader.notesBare = notesBare;
  let textBytes = 0;
  let blocks = 0;
  const options: VerifyOptions = {
    reader,
    matcher: matcherOf(query),
    visible: query.visible,
    onFrame: (frameBytes, frameBlocks) => {
      textBytes += frameBytes;
      blocks += frameBlocks;
    },
    onNote: () => undefined, // of lines that reach over frames, which do not come here
  };
  const tested = await testLogs(logs, wanted, options);
  const bare = logs.map(({ log, first }) => [...first.keys()].filter((n) => reader.isBare(log.objectKey, n)));
  const { framesRead, unpackMs } = reader;
  return { tested, bare, framesRead, unpackMs, textBytes, blocks };
}

// What goes wrong here ends this thread, and who asked tests the logs himself. One order after the other: answers keep the order.
let before: Promise<void> = Promise.resolve();
parentPort?.on('message', (order: VerifyOrder) => {
  before = before.then(async () => parentPort?.postMessage(await answerTo(order)));
});
parentPort?.postMessage('ready');
