// The typed placeholders of templates. What is NOT here is as deliberate: exit codes, HTTP statuses, signal and errno
// names, test names, limits, versions and the number zero stay as they are, because they are evidence.

/**
 * Version of the masking. It is part of every signature id and of every stored template hash: raise it whenever one
 * line anywhere would get another template, so that hashes of two versions are never compared.
 */
export const TEMPLATE_VERSION = 1;

/** Every placeholder, what it stands for, and one example as it stands in a log and as it comes out. */
export const TEMPLATE_TYPES = {
  time: { means: 'time stamp or time of day', from: 'at 2026-05-04T09:00:01.25Z', to: 'at <time>' },
  date: { means: 'calendar date', from: 'built on 2026-05-04', to: 'built on <date>' },
  dur: { means: 'duration with a unit', from: 'took 1m 23.5s', to: 'took <dur>' },
  size: { means: 'amount of data, or its rate', from: 'read 12.5 MB', to: 'read <size>' },
  pct: { means: 'percentage', from: 'at 45.2%', to: 'at <pct>' },
  uuid: { means: 'UUID', from: 'id 123e4567-e89b-42d3-a456-426614174000', to: 'id <uuid>' },
  hash: { means: 'hexadecimal hash, container or commit id', from: 'layer 4243e8b399bd', to: 'layer <hash>' },
  addr: { means: 'memory address or long 0x number', from: 'at 0x7ffd5e8a', to: 'at <addr>' },
  ip: { means: 'IP address', from: 'host 10.1.2.3', to: 'host <ip>' },
  port: { means: 'port after an address or a host', from: 'dial 10.1.2.3:45112', to: 'dial <ip>:<port>' },
  tmp: { means: 'random part of a temporary path', from: '/tmp/tmp.aB3xK9/log', to: '/tmp/<tmp>/log' },
  id: { means: 'random name of letters and digits', from: 'pod web-x2x9k', to: 'pod web-<id>' },
  progress: { means: 'progress bar', from: '[=====>    ]', to: '<progress>' },
  num: { means: 'counter, run number, seed or other number', from: 'case 310 of 400', to: 'case <num> of <num>' },
} as const satisfies Record<string, { readonly means: string; readonly from: string; readonly to: string }>;

export type TemplateType = keyof typeof TEMPLATE_TYPES;

/** The types in the order of their symbols. */
export const TYPE_NAMES = Object.keys(TEMPLATE_TYPES) as readonly TemplateType[];
