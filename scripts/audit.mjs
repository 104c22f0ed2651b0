// `npm audit` of what is installed with firstred. A registry without advisories is said and passes: it proves nothing.
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const report = JSON.parse(stdout || '{}');
const counts = report.metadata?.vulnerabilities;
if (counts === undefined)
  console.log(`advisories: not checked, the registry serves none (${report.error?.code ?? 'no answer'})`);
else {
  const grave = counts.high + counts.critical;
  console.log(`advisories: ${counts.total} in all, ${grave} of them high or critical`);
  if (grave > 0) process.exitCode = 1;
}
