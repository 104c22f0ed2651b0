// Preloaded (`node --require`) into a run of the built program: leaves beside each bundled file the code that V8 compiled in
// this run and the ones before, for cli/start.ts.
const { writeFileSync } = require('node:fs');
const vm = require('node:vm');

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(options.filename, this);
  }
};
process.on('exit', () => {
  for (const [file, script] of scripts) writeFileSync(`${file}.v8`, script.createCachedData());
});
