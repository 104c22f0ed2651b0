// What stands behind a bench's name.

/** Options with a value are taken out one by one; `rest` is what is left and no option. */
export function takeArguments(args: string[] = process.argv.slice(2)): {
  take(name: string): string | undefined;
  has(name: string): boolean;
  rest(): readonly string[];
} {
  return {
    take(name) {
      const at = args.indexOf(name);
      return at < 0 ? undefined : args.splice(at, 2)[1];
    },
    has: (name) => args.includes(name),
    rest: () => args.filter((each) => !each.startsWith('--')),
  };
}
