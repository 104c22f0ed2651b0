// A worker thread that analyses logs: frames in, documents and digests out (analyser-pool.ts).
import { parentPort } from 'node:worker_threads';
import { AppError, reasonOf } from '../store/errors.ts';
import type { AnalysisAnswer, AnalysisOrder } from './analyser-pool.ts';
import { FrameAnalyser } from './frame-analyser.ts';

/** Logs under way; `failed`: what is still sent of it is passed over. */
const logs = new Map<number, FrameAnalyser | 'failed'>();

function answerTo(order: AnalysisOrder): AnalysisAnswer | undefined {
  const { log } = order;
  const known = logs.get(log);
  if (order.kind === 'drop' && known !== 'failed') known?.drop();
  if (order.kind !== 'frame') logs.delete(log);
  if (known === 'failed' || order.kind === 'drop') return undefined;
  const analyser = known ?? new FrameAnalyser();
  if (order.kind === 'frame') logs.set(log, analyser);
  if (order.kind === 'end') return { log, kind: 'digest', digest: analyser.end() };
  return { log, kind: 'documents', documents: analyser.take(order.frame) };
}

/** What goes over to the other thread without a copy. */
const memoryOf = (answer: AnalysisAnswer): ArrayBuffer[] =>
  answer.kind === 'documents' ? [...new Set(answer.documents.map(({ words }) => words.buffer as ArrayBuffer))] : [];

parentPort?.on('message', (order: AnalysisOrder) => {
  try {
    const answer = answerTo(order);
    if (answer !== undefined) parentPort?.postMessage(answer, memoryOf(answer));
  } catch (error) {
    if (order.kind === 'frame') logs.set(order.log, 'failed');
    const known = error instanceof AppError ? { code: error.code, hint: error.hint } : { code: undefined, hint: '' };
    const failed: AnalysisAnswer = { log: order.log, kind: 'failed', message: reasonOf(error), ...known };
    parentPort?.postMessage(failed);
  }
});
