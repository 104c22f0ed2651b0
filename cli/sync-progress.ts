// What a sync tells the line of progress, whichever command it is part of.
import type { Progress } from './progress.ts';
import type { SyncOptions } from './sync-counts.ts';

/** The parts of a sync's options that draw its progress. */
export function watchSync(
  progress: Progress,
): Required<Pick<SyncOptions, 'onDownload' | 'onText' | 'onLogs' | 'onFacts' | 'onSettle'>> {
  let bytes = 0;
  let logs: { readonly done: number; readonly total: number | undefined } = { done: 0, total: undefined };
  const show = (): void => progress.show({ what: 'indexed', things: 'logs', ...logs, bytes });
  return {
    onDownload: (done, total) => progress.show({ what: 'fetching the newest index of the store', done, total }),
    onText(textBytes) {
      bytes += textBytes;
      show();
    },
    onLogs(done, total) {
      logs = { done, total };
      show();
    },
    onFacts: (done, total) => progress.show({ what: 'read', done, total, things: 'facts' }),
    onSettle: () => progress.say('settling the index'),
  };
}
