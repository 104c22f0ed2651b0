// Preloaded (`node --require`) into a run of the built program: leaves beside each bundled file the code that V8 compiled in
// this run and the ones before, for cli/start.ts.
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(options.filename, this);
  }
};
process.on('exit', () => {
  const dist = path.resolve(path.dirname(process.argv[1]), '..');
  for (const [file, script] of scripts) writeFileSync(path.join(dist, `${file}.v8`), script.createCachedData());
});
