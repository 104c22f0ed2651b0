// Ends a run with `N passed, N failed, N skipped`, from the runner's own report; with CI set, a skipped test fails it.
import type { Reporter, TestModule } from 'vitest/node';

// vitest takes a reporter by file only as a default export; the linter's rule is lifted for this file.
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = (state: 'passed' | 'failed' | 'skipped'): number =>
      modules.reduce((sum, each) => sum + [...each.children.allTests(state)].length, 0);
    const brokenFiles = modules.filter((each) => each.errors().length > 0).length;
    const failed = count('failed') + brokenFiles + errors.length;
    const skipped = count('skipped');
    if (process.env['CI'] !== undefined && skipped > 0) {
      process.exitCode = 1;
      for (const each of modules)
        for (const test of each.children.allTests('skipped')) console.log(`skipped: ${test.fullName}`);
    }
    console.log(`${count('passed')} passed, ${failed} failed, ${skipped} skipped`);
  }
}
